import { nearestName } from "../../bpf/nearest-name.ts";
import { ACTION, type ActionName, returnValue } from "../../hooks/seccomp/action.ts";
import { FILTER_FLAG } from "../../hooks/seccomp/thread.ts";
import type { YamlMap, YamlScalar, YamlValue } from "../../topology/yaml/value.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { errnoValue } from "../constants.ts";
import { alternatives, MOST_ALTERNATIVES } from "./alternatives.ts";
import type { DocumentReader } from "./document-reader.ts";
import { NUMBERED_ARGUMENTS, readExpression } from "./expression.ts";
import { didYouMean } from "./problems.ts";
import { ALL_BITS, type Condition, type Profile, type ProfileTarget, type Rule } from "./profile.ts";
import { SCMP_ACTIONS, SCMP_OPERATORS, scmpCondition } from "./scmp-names.ts";
import { TokenReader, tokenize, Unreadable } from "./tokens.ts";

const PROFILE_KEYS = ["default", "architectures", "bad-architecture", "flags", "rules"];
const RULE_KEYS = ["action", "call", "calls", "args", "architectures", "comment"];
const ARGUMENT_KEYS = ["arg", "op", "value", "mask"];

/**
 * Rules as one gives them to libseccomp, in YAML:
 *
 *     default: ERRNO(EPERM)
 *     architectures: [x86_64, x86]
 *     bad-architecture: KILL_PROCESS
 *     rules:
 *       - { action: ALLOW, calls: [read, write] }
 *       - { action: TRACE(7), call: openat, args: ["a2 & O_ACCMODE == O_RDONLY"] }
 *       - { action: ALLOW, call: 1000, args: [{ arg: 0, op: MASKED_EQ, mask: 0xff, value: 3 }] }
 */
export function readRules(root: YamlValue, reader: DocumentReader, target: ProfileTarget): Profile {
  const map = reader.map(root, "A list of rules", PROFILE_KEYS);
  const { problems } = reader;
  const defaultValue = reader.get(map, "default");
  if (defaultValue === undefined)
    problems.error("schema-missing-key", reader.place(root), "The rules have no 'default' action.");
  const architectures = architecturesOf(reader.get(map, "architectures"), reader);
  const flags = reader.list(reader.get(map, "flags"), "'flags'").flatMap((item) => {
    const flag = reader.text(item, "A flag");
    if (flag === undefined || Object.hasOwn(FILTER_FLAG, flag)) return flag ?? [];
    const hint = didYouMean(nearestName(flag, Object.keys(FILTER_FLAG)));
    problems.error("unknown-reference", reader.place(item), `There is no filter flag '${flag}'.`, hint);
    return [];
  });
  return {
    file: reader.source.file,
    language: "rules",
    architectures: architectures ?? [target.architecture],
    defaultAction: actionOf(defaultValue, reader) ?? returnValue("KILL_PROCESS"),
    badArchitecture: actionOf(reader.get(map, "bad-architecture"), reader) ?? returnValue("KILL_THREAD"),
    rules: reader.list(reader.get(map, "rules"), "'rules'").flatMap((entry) => readRule(entry, reader)),
    order: "libseccomp",
    flags,
    warnings: problems.warnings,
  };
}

function architecturesOf(value: YamlValue | undefined, reader: DocumentReader): Architecture[] | undefined {
  if (value === undefined) return undefined;
  const found = reader.list(value, "'architectures'").flatMap((item) => {
    const text = reader.text(item, "An architecture");
    return text === undefined ? [] : (reader.problems.architecture(text, reader.place(item)) ?? []);
  });
  const other = found.find(({ endian }) => endian !== found[0]!.endian);
  if (other !== undefined)
    reader.problems.error(
      "schema-value",
      reader.place(value),
      `One filter cannot be for ${found[0]!.name} and ${other.name}: their bytes go in different orders.`,
    );
  return found.length === 0 ? undefined : [...new Set(found)];
}

function readRule(entry: YamlValue, reader: DocumentReader): Rule[] {
  const { problems } = reader;
  const map = reader.map(entry, "A rule", RULE_KEYS);
  if (map === undefined) return [];
  const actionItem = reader.get(map, "action");
  if (actionItem === undefined) problems.error("schema-missing-key", reader.place(entry), "The rule has no 'action'.");
  const action = actionOf(actionItem, reader);
  const single = reader.get(map, "call");
  const items = [...reader.list(reader.get(map, "calls"), "'calls'"), ...(single === undefined ? [] : [single])];
  if (items.length === 0) problems.error("schema-missing-key", reader.place(entry), "The rule names no system call.");
  const only = architecturesOf(reader.get(map, "architectures"), reader);
  const conjunctions = conditionsOf(map, reader);
  return items.flatMap((item) => {
    const call = callOf(item, reader);
    if (call === undefined || action === undefined) return [];
    const place = reader.place(item);
    return conjunctions.map((conditions) => ({
      call,
      action,
      conditions,
      ...(only === undefined ? {} : { only }),
      place,
    }));
  });
}

/** A name, or a number: then of whatever architecture. */
function callOf(item: YamlValue, reader: DocumentReader): string | number | undefined {
  if (item.kind === "scalar" && typeof item.value === "number") {
    const number = reader.integer(item, "A call's number", -0x8000_0000n, 0xffff_ffffn);
    return number === undefined ? undefined : Number(number);
  }
  const name = reader.text(item, "A call");
  return name !== undefined && reader.problems.isCall(name, reader.place(item)) ? name : undefined;
}

/** Alternatives of conditions, of which one must hold: several where an expression has `||`. */
function conditionsOf(rule: YamlMap, reader: DocumentReader): Condition[][] {
  let result: Condition[][] = [[]];
  for (const item of reader.list(reader.get(rule, "args"), "'args'")) {
    const further = item.kind === "scalar" ? textCondition(item, reader) : mappedCondition(item, reader);
    if (result.length * further.length > MOST_ALTERNATIVES) {
      reader.problems.error("schema-value", reader.place(item), "The conditions have too many alternatives.");
      return [];
    }
    result = result.flatMap((left) => further.map((right) => [...left, ...right]));
  }
  return result;
}

function textCondition(item: YamlScalar, reader: DocumentReader): Condition[][] {
  const { source, problems } = reader;
  const isQuoted = item.span.end - item.span.start !== item.source.length;
  const tokens = tokenize(source, item.source, item.span.start + (isQuoted ? 1 : 0), problems);
  const words = new TokenReader(source, tokens, problems);
  try {
    const expression = readExpression(words, NUMBERED_ARGUMENTS);
    if (!words.isAtEnd) words.fail("The condition should end here");
    const found = alternatives(expression);
    if (found !== undefined) return found;
    problems.error("schema-value", reader.place(item), "The condition has too many alternatives.");
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return [];
}

function mappedCondition(item: YamlValue, reader: DocumentReader): Condition[][] {
  const map = reader.map(item, "A condition", ARGUMENT_KEYS);
  if (map === undefined) return [];
  for (const key of ["arg", "op", "value"])
    if (reader.get(map, key) === undefined)
      reader.problems.error("schema-missing-key", reader.place(item), `The condition has no '${key}'.`);
  const argument = reader.integer(reader.get(map, "arg"), "'arg'", 0n, 5n);
  const value = reader.integer(reader.get(map, "value"), "'value'", -(2n ** 63n), ALL_BITS);
  const mask = reader.integer(reader.get(map, "mask"), "'mask'", -(2n ** 63n), ALL_BITS);
  const op = reader.get(map, "op");
  const name = reader.text(op, "'op'");
  const short = name?.replace(/^SCMP_CMP_/, "") ?? "";
  const operator = Object.hasOwn(SCMP_OPERATORS, short) ? SCMP_OPERATORS[short] : undefined;
  if (name !== undefined && operator === undefined)
    reader.problems.error(
      "unknown-reference",
      reader.place(op!),
      `There is no operator '${name}'.`,
      didYouMean(nearestName(name, Object.keys(SCMP_OPERATORS))) ??
        `Known are ${Object.keys(SCMP_OPERATORS).join(", ")}.`,
    );
  if (operator === "masked" && mask === undefined && op !== undefined)
    reader.problems.error("schema-missing-key", reader.place(op), "MASKED_EQ needs a 'mask'.");
  if (operator !== "masked" && mask !== undefined)
    reader.problems.error("schema-value", reader.place(reader.get(map, "mask")!), "Only MASKED_EQ has a 'mask'.");
  if (argument === undefined || value === undefined || operator === undefined) return [];
  const unsigned = BigInt.asUintN(64, value);
  const index = Number(argument);
  return [
    [
      operator === "masked"
        ? scmpCondition(index, operator, BigInt.asUintN(64, mask ?? 0n), unsigned)
        : scmpCondition(index, operator, unsigned, 0n),
    ],
  ];
}

function actionOf(value: YamlValue | undefined, reader: DocumentReader): number | undefined {
  const text = reader.text(value, "An action");
  if (text === undefined || value === undefined) return undefined;
  const action = parseAction(text);
  if (typeof action === "number") return action;
  reader.problems.error("unknown-reference", reader.place(value), action.message, action.hint);
  return undefined;
}

/**
 * The return value that is meant by `ALLOW`, `ERRNO(1)`, `ERRNO(EPERM)`, `SCMP_ACT_TRACE(7)`, `KILL` (the thread), `KILL_PROCESS`, `TRAP`,
 * `LOG` or `NOTIFY`; else why it is none.
 */
export function parseAction(text: string): number | { readonly message: string; readonly hint?: string } {
  const match = /^(?:SCMP_ACT_|SECCOMP_RET_)?([A-Z_]+)(?:\(\s*(\w+)\s*\))?$/i.exec(text.trim());
  const name = match?.[1]?.toUpperCase() ?? "";
  const action: ActionName | undefined = Object.hasOwn(SCMP_ACTIONS, name)
    ? SCMP_ACTIONS[name]
    : Object.hasOwn(ACTION, name)
      ? (name as ActionName)
      : undefined;
  if (match === null || action === undefined) {
    const hint =
      didYouMean(nearestName(name, Object.keys(SCMP_ACTIONS))) ?? `Known are ${Object.keys(SCMP_ACTIONS).join(", ")}.`;
    return { message: `There is no action '${text}'.`, hint };
  }
  const given = match[2];
  if (given === undefined) {
    if (action === "ERRNO")
      return { message: "ERRNO needs its error number.", hint: "Write ERRNO(EPERM), or ERRNO(1)." };
    return returnValue(action);
  }
  if (action !== "ERRNO" && action !== "TRACE" && action !== "TRAP")
    return { message: `${name} takes no number.`, hint: "ERRNO, TRACE and TRAP do." };
  const data = /^\d+$/.test(given) ? Number(given) : errnoValue(given.toUpperCase());
  if (data === undefined || data > 0xffff)
    return { message: `'${given}' is no number from 0 to 65535 and no error's name.` };
  return returnValue(action, data);
}
