import { nearestName } from "../../bpf/nearest-name.ts";
import type { Place } from "../../errors.ts";
import { returnValue } from "../../hooks/seccomp/action.ts";
import type { SourceText } from "../../topology/yaml/source-text.ts";
import { type Architecture, architectureNamed } from "../architecture/architecture.ts";
import { syscallNames } from "../architecture/syscalls.ts";
import { errnoValue } from "../constants.ts";
import { didYouMean, type Problems } from "./problems.ts";
import type { Profile, ProfileTarget, Rule } from "./profile.ts";
import { SYSTEMD_GROUPS } from "./systemd-groups.ts";

/** Settings of systemd.exec(5) that become filters here. */
const SETTINGS = ["SystemCallFilter", "SystemCallErrorNumber", "SystemCallArchitectures", "SystemCallLog"];

/** What each machine also runs; without SystemCallArchitectures= systemd filters all of these. */
const SECONDARY: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["x86", "x32"],
  aarch64: ["arm"],
  mips64: ["mips", "mips64n32"],
  mipsel64: ["mipsel", "mipsel64n32"],
  s390x: ["s390"],
  ppc64: ["ppc"],
};

const KILL = returnValue("KILL_PROCESS");
const ALLOW = returnValue("ALLOW");

/** A unit's settings as far as they have been read. */
interface Settings {
  /** Whether the calls below are the ones that may be made; undefined before the first SystemCallFilter=. */
  isAllowList: boolean | undefined;
  /** Calls that are named, each with its own error number where it has one. */
  readonly calls: Map<string, { readonly errno: number | undefined; readonly place: Place }>;
  readonly logged: Map<string, Place>;
  errno: number | undefined;
  architectures: Architecture[] | undefined;
}

/** SystemCallFilter= and its relatives in a unit file (systemd.exec(5)), groups resolved as systemd 252 has them. */
export function readSystemd(source: SourceText, problems: Problems, target: ProfileTarget): Profile {
  const settings: Settings = {
    isAllowList: undefined,
    calls: new Map(),
    logged: new Map(),
    errno: undefined,
    architectures: undefined,
  };
  for (const assignment of assignments(source)) applySetting(assignment, settings, source, problems, target);
  const { isAllowList, calls, errno } = settings;
  const refused = errno === undefined ? KILL : returnValue("ERRNO", errno);
  // What any process needs to start is always allowed where a list says what is.
  if (isAllowList === true)
    for (const call of groupMembers("@default"))
      if (!calls.has(call)) calls.set(call, { errno: undefined, place: { file: source.file } });
  const rules: Rule[] = [...calls].map(([call, { errno: own, place }]) => {
    const named = own === undefined ? refused : returnValue("ERRNO", own);
    return { call, action: isAllowList === true && own === undefined ? ALLOW : named, conditions: [], place };
  });
  for (const [call, place] of settings.logged)
    if (!rules.some((rule) => rule.call === call))
      rules.push({ call, action: returnValue("LOG"), conditions: [], place });
  const secondary = (SECONDARY[target.architecture.name] ?? []).map(architectureNamed);
  return {
    file: source.file,
    language: "systemd",
    architectures: settings.architectures ?? [target.architecture, ...secondary],
    defaultAction: isAllowList === true ? refused : ALLOW,
    badArchitecture: KILL,
    rules,
    order: "libseccomp",
    flags: [],
    warnings: problems.warnings,
  };
}

interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Offset of the value in the file. */
  readonly start: number;
}

/** `Name=value` lines, those that end with a backslash joined to the next one. */
function* assignments({ text }: SourceText): Iterable<Assignment> {
  for (const match of text.matchAll(/^[ \t]*(\w+)[ \t]*=((?:[^\n\\]|\\(?!\n)|\\\n)*)/gm)) {
    const value = match[2]!.replaceAll("\\\n", "  ");
    yield { name: match[1]!, value, start: match.index + match[0].length - value.length };
  }
}

function applySetting(
  { name, value, start }: Assignment,
  settings: Settings,
  source: SourceText,
  problems: Problems,
  target: ProfileTarget,
): void {
  if (!name.startsWith("SystemCall")) return;
  const words = [...value.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    place: source.place({ start: start + match.index, end: start + match.index + match[0].length }),
  }));
  const [first] = words;
  switch (name) {
    case "SystemCallFilter":
      if (first === undefined) {
        settings.calls.clear();
        settings.isAllowList = undefined;
      } else applyFilter(words, settings, problems);
      break;
    case "SystemCallLog":
      if (first === undefined) settings.logged.clear();
      for (const { text, place } of words)
        for (const call of callsOf(text, place, problems)) settings.logged.set(call, place);
      break;
    case "SystemCallErrorNumber":
      settings.errno =
        first === undefined || first.text === "kill" ? undefined : errnoOf(first.text, first.place, problems);
      break;
    case "SystemCallArchitectures":
      settings.architectures = words.flatMap(({ text, place }) =>
        text === "native" ? target.architecture : (problems.architecture(systemdName(text), place) ?? []),
      );
      if (words.length === 0) settings.architectures = undefined;
      break;
    default:
      problems.error(
        "schema-unknown-key",
        source.place({ start: start - name.length - 1, end: start - 1 }),
        `There is no setting '${name}='.`,
        didYouMean(nearestName(name, SETTINGS)),
      );
  }
}

function applyFilter(words: readonly { text: string; place: Place }[], settings: Settings, problems: Problems): void {
  const isInverted = words[0]!.text.startsWith("~");
  settings.isAllowList ??= !isInverted;
  for (const [i, { text, place }] of words.entries()) {
    const word = i === 0 && isInverted ? text.slice(1) : text;
    if (word === "") continue;
    const colon = word.indexOf(":");
    const name = colon < 0 ? word : word.slice(0, colon);
    const errno = colon < 0 ? undefined : errnoOf(word.slice(colon + 1), place, problems);
    for (const call of callsOf(name, place, problems)) {
      // A line of the same kind as the first one adds to the list, one of the other kind takes away from it.
      if (settings.isAllowList === !isInverted || errno !== undefined) settings.calls.set(call, { errno, place });
      else settings.calls.delete(call);
    }
  }
}

function callsOf(name: string, place: Place, problems: Problems): readonly string[] {
  if (!name.startsWith("@")) return problems.isCall(name, place) ? [name] : [];
  const known = groups();
  if (name === "@known") return [...syscallNames()];
  if (known.has(name)) return groupMembers(name);
  problems.error(
    "unknown-reference",
    place,
    `There is no group '${name}'.`,
    didYouMean(nearestName(name, known.keys())) ?? `Known are ${[...known.keys()].join(", ")}.`,
  );
  return [];
}

function errnoOf(text: string, place: Place, problems: Problems): number | undefined {
  if (text === "kill") return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : errnoValue(text);
  if (value !== undefined && value >= 0 && value <= 4095) return value;
  problems.error("unknown-reference", place, `There is no error number '${text}'.`);
  return undefined;
}

/** systemd writes x86-64, ppc64-le, mips64-le, mips-le. */
function systemdName(name: string): string {
  return name
    .replace(/^mips64-le-n32$/, "mipsel64n32")
    .replace(/^mips64-n32$/, "mips64n32")
    .replace(/-le$/, "le");
}

let table: ReadonlyMap<string, readonly string[]> | undefined;

function groups(): ReadonlyMap<string, readonly string[]> {
  table ??= new Map(
    SYSTEMD_GROUPS.replaceAll("\n ", " ")
      .trim()
      .split("\n")
      .map((line) => {
        const [name, ...members] = line.split(/:?\s+/);
        return [name!, members] as const;
      }),
  );
  return table;
}

/** The calls of a group and of the groups in it. */
function groupMembers(name: string): readonly string[] {
  return (groups().get(name) ?? []).flatMap((member) => (member.startsWith("@") ? groupMembers(member) : [member]));
}
