import { nearestName } from "../../bpf/nearest-name.ts";
import type { ActionName } from "../../hooks/seccomp/action.ts";
import { MAX_ERRNO, returnValue } from "../../hooks/seccomp/action.ts";
import { FILTER_FLAG } from "../../hooks/seccomp/thread.ts";
import type { YamlMap, YamlValue } from "../../topology/yaml/value.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { compareReleases } from "../architecture/release.ts";
import { errnoValue } from "../constants.ts";
import type { DocumentReader } from "./document-reader.ts";
import { didYouMean } from "./problems.ts";
import { ALL_BITS, type Condition, type Profile, type ProfileTarget, type Rule } from "./profile.ts";
import { actionValue, SCMP_ACTIONS, SCMP_OPERATORS, scmpCondition } from "./scmp-names.ts";

const EPERM = 1;

const PROFILE_KEYS = [
  "defaultAction",
  "defaultErrnoRet",
  "defaultErrno",
  "architectures",
  "archMap",
  "flags",
  "listenerPath",
  "listenerMetadata",
  "syscalls",
];
const RULE_KEYS = ["name", "names", "action", "errnoRet", "errno", "args", "comment", "includes", "excludes"];
const ARGUMENT_KEYS = ["index", "value", "valueTwo", "op"];
const CHOICE_KEYS = ["caps", "arches", "minKernel"];
const ARCH_MAP_KEYS = ["architecture", "subArchitectures"];

/**
 * A profile as the OCI runtime specification has it (config-linux.md, seccomp), with what Docker's and Podman's have beside it: archMap,
 * includes, excludes and error numbers by name. Rules are chosen as Docker chooses them; what they mean together is libseccomp's
 * matter, through which runtimes go.
 */
export function readOciProfile(root: YamlValue, reader: DocumentReader, target: ProfileTarget): Profile {
  const map = reader.map(insideConfiguration(root), "A profile", PROFILE_KEYS);
  const defaultErrno = errnoOf(map, "defaultErrnoRet", "defaultErrno", reader) ?? EPERM;
  const actionText = reader.get(map, "defaultAction");
  const defaultName = actionOf(actionText, reader);
  if (actionText === undefined)
    reader.problems.error("schema-missing-key", reader.place(root), "The profile has no 'defaultAction'.");
  const defaultAction = actionValue(defaultName ?? "KILL_PROCESS", defaultErrno);
  const rules = reader
    .list(reader.get(map, "syscalls"), "'syscalls'")
    .flatMap((entry) => readRule(entry, reader, target))
    // Runtimes leave out what the default does anyway, which libseccomp would refuse.
    .filter(({ action }) => action !== defaultAction);
  const listenerPath = reader.text(reader.get(map, "listenerPath"), "'listenerPath'");
  const profile: Profile = {
    file: reader.source.file,
    language: "oci",
    architectures: architecturesOf(map, reader, target),
    defaultAction,
    badArchitecture: returnValue("KILL_THREAD"),
    rules,
    order: "libseccomp",
    flags: flagsOf(reader.get(map, "flags"), reader),
    ...(listenerPath === undefined ? {} : { listenerPath }),
    warnings: reader.problems.warnings,
  };
  return profile;
}

/** A whole config.json of a container has the profile under `linux`. */
function insideConfiguration(root: YamlValue): YamlValue {
  if (root.kind !== "map" || !root.entries.has("ociVersion")) return root;
  const linux = root.entries.get("linux")?.value;
  return (linux?.kind === "map" ? linux.entries.get("seccomp")?.value : undefined) ?? root;
}

function readRule(entry: YamlValue, reader: DocumentReader, target: ProfileTarget): Rule[] {
  const map = reader.map(entry, "A rule", RULE_KEYS);
  if (map === undefined) return [];
  const names = [
    ...reader.list(reader.get(map, "names"), "'names'"),
    ...[reader.get(map, "name")].filter((name) => name !== undefined),
  ];
  if (names.length === 0)
    reader.problems.error("schema-missing-key", reader.place(entry), "The rule names no system call.");
  const errno = errnoOf(map, "errnoRet", "errno", reader);
  const action = reader.get(map, "action");
  const actionName = actionOf(action, reader);
  if (action === undefined)
    reader.problems.error("schema-missing-key", reader.place(entry), "The rule has no 'action'.");
  const conditions = conditionsOf(map, reader);
  const isChosen = chooses(map, reader, target);
  const rules: Rule[] = [];
  for (const item of names) {
    const name = reader.text(item, "A call's name");
    if (name === undefined || !reader.problems.isCall(name, reader.place(item)) || actionName === undefined) continue;
    if (isChosen)
      rules.push({
        call: name,
        action: actionValue(actionName, errno ?? EPERM),
        conditions,
        place: reader.place(item),
      });
  }
  return rules;
}

function conditionsOf(rule: YamlMap, reader: DocumentReader): Condition[] {
  const conditions: Condition[] = [];
  for (const entry of reader.list(reader.get(rule, "args"), "'args'")) {
    const map = reader.map(entry, "A condition", ARGUMENT_KEYS);
    if (map === undefined) continue;
    for (const key of ["index", "value", "op"])
      if (reader.get(map, key) === undefined)
        reader.problems.error("schema-missing-key", reader.place(entry), `The condition has no '${key}'.`);
    const index = reader.integer(reader.get(map, "index"), "'index'", 0n, 5n);
    const value = reader.integer(reader.get(map, "value"), "'value'", 0n, ALL_BITS);
    const second = reader.integer(reader.get(map, "valueTwo"), "'valueTwo'", 0n, ALL_BITS) ?? 0n;
    const op = reader.get(map, "op");
    const operator = op === undefined ? undefined : constant(op, "SCMP_CMP_", SCMP_OPERATORS, "operator", reader);
    if (index === undefined || value === undefined || operator === undefined) continue;
    if (conditions.some(({ argument }) => argument === Number(index)))
      reader.problems.warn(
        "schema-value",
        reader.place(entry),
        `Argument ${index} has several conditions in one rule; here all of them must hold.`,
        "runc makes a rule of each, so that one of them suffices: write separate rules if that is meant.",
      );
    conditions.push(scmpCondition(Number(index), operator, value, second));
  }
  return conditions;
}

/** What `includes` and `excludes` say: Docker's order of questions. */
function chooses(rule: YamlMap, reader: DocumentReader, target: ProfileTarget): boolean {
  const read = (key: string) => {
    const value = reader.get(rule, key);
    const map = value === undefined ? undefined : reader.map(value, `'${key}'`, CHOICE_KEYS);
    const texts = (name: string) =>
      reader.list(reader.get(map, name), `'${name}'`).flatMap((item) => {
        const text = reader.text(item, `An item of '${name}'`);
        return text === undefined ? [] : [{ text, place: reader.place(item) }];
      });
    const architectures = texts("arches").map(({ text, place }) => reader.problems.architecture(text, place));
    const capabilities = texts("caps").map(({ text, place }) => {
      if (!/^CAP_[A-Z_]+$/.test(text))
        reader.problems.error(
          "schema-value",
          place,
          `'${text}' is no capability.`,
          "Capabilities are written CAP_NAME.",
        );
      return text;
    });
    const kernel = reader.text(reader.get(map, "minKernel"), "'minKernel'");
    if (kernel !== undefined && !/^\d+\.\d+(\.\d+)?$/.test(kernel))
      reader.problems.error("schema-value", reader.place(reader.get(map, "minKernel")!), `'${kernel}' is no release.`);
    return { architectures, capabilities, kernel };
  };
  const excludes = read("excludes");
  const includes = read("includes");
  const isReached = (kernel: string) => target.kernel === undefined || compareReleases(target.kernel, kernel) >= 0;
  if (excludes.architectures.includes(target.architecture)) return false;
  if (excludes.capabilities.some((capability) => target.capabilities.has(capability))) return false;
  if (excludes.kernel !== undefined && isReached(excludes.kernel)) return false;
  if (includes.architectures.length > 0 && !includes.architectures.includes(target.architecture)) return false;
  if (!includes.capabilities.every((capability) => target.capabilities.has(capability))) return false;
  return includes.kernel === undefined || isReached(includes.kernel);
}

function architecturesOf(map: YamlMap | undefined, reader: DocumentReader, target: ProfileTarget): Architecture[] {
  const { problems } = reader;
  const named = (items: readonly YamlValue[]) =>
    items.flatMap((item) => {
      const text = reader.text(item, "An architecture");
      return text === undefined ? [] : (problems.architecture(text, reader.place(item)) ?? []);
    });
  const plain = reader.get(map, "architectures");
  const byMachine = reader.get(map, "archMap");
  if (plain !== undefined && byMachine !== undefined && plain.kind === "list" && plain.items.length > 0)
    problems.error(
      "schema-value",
      reader.place(byMachine),
      "The profile has both 'architectures' and 'archMap'.",
      "Docker takes only one of them.",
    );
  const found = new Set<Architecture>([target.architecture]);
  for (const architecture of named(reader.list(plain, "'architectures'"))) found.add(architecture);
  for (const entry of reader.list(byMachine, "'archMap'")) {
    const item = reader.map(entry, "An entry of 'archMap'", ARCH_MAP_KEYS);
    const [main] = named([reader.get(item, "architecture")].filter((value) => value !== undefined));
    const others = named(reader.list(reader.get(item, "subArchitectures"), "'subArchitectures'"));
    if (main === target.architecture) for (const other of others) found.add(other);
  }
  const [first] = found;
  return [...found].filter(({ endian }) => endian === first!.endian);
}

function actionOf(value: YamlValue | undefined, reader: DocumentReader): ActionName | undefined {
  return value === undefined ? undefined : constant(value, "SCMP_ACT_", SCMP_ACTIONS, "action", reader);
}

/** The meaning of a libseccomp constant. */
function constant<T>(
  value: YamlValue,
  beginning: string,
  meanings: Readonly<Record<string, T>>,
  what: string,
  reader: DocumentReader,
): T | undefined {
  const text = reader.text(value, `The ${what}`);
  if (text === undefined) return undefined;
  const meaning = text.startsWith(beginning) ? ownValue(meanings, text.slice(beginning.length)) : undefined;
  if (meaning === undefined) {
    const names = Object.keys(meanings).map((name) => beginning + name);
    reader.problems.error(
      "unknown-reference",
      reader.place(value),
      `There is no ${what} '${text}'.`,
      didYouMean(nearestName(text, names)) ?? `Known are ${names.join(", ")}.`,
    );
  }
  return meaning;
}

function ownValue<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An error number, as a number or, in Podman's profiles, by name. */
function errnoOf(
  map: YamlMap | undefined,
  numberKey: string,
  nameKey: string,
  reader: DocumentReader,
): number | undefined {
  const number = reader.integer(reader.get(map, numberKey), `'${numberKey}'`, 0n, 0xffffn);
  const named = reader.get(map, nameKey);
  const name = reader.text(named, `'${nameKey}'`);
  if (number !== undefined && number > BigInt(MAX_ERRNO))
    reader.problems.warn(
      "schema-value",
      reader.place(reader.get(map, numberKey)!),
      `The kernel gives error numbers up to ${MAX_ERRNO}; ${number} becomes ${MAX_ERRNO}.`,
    );
  if (number !== undefined) return Number(number);
  if (name === undefined) return undefined;
  const value = errnoValue(name);
  if (value === undefined)
    reader.problems.error("unknown-reference", reader.place(named!), `There is no error number '${name}'.`);
  return value;
}

function flagsOf(value: YamlValue | undefined, reader: DocumentReader): string[] {
  const beginning = "SECCOMP_FILTER_FLAG_";
  return reader.list(value, "'flags'").flatMap((item) => {
    const text = reader.text(item, "A flag");
    if (text === undefined) return [];
    const name = text.startsWith(beginning) ? text.slice(beginning.length) : "";
    if (Object.hasOwn(FILTER_FLAG, name)) return [name];
    const names = Object.keys(FILTER_FLAG).map((flag) => beginning + flag);
    reader.problems.error(
      "unknown-reference",
      reader.place(item),
      `There is no filter flag '${text}'.`,
      didYouMean(nearestName(text, names)) ?? `Known are ${names.join(", ")}.`,
    );
    return [];
  });
}
