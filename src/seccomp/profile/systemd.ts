import { nearestName } from "../../bpf/nearest-name.ts";
import type { Place } from "../../errors.ts";
import { isStricter, MAX_ERRNO, returnValue } from "../../hooks/seccomp/action.ts";
import type { SourceText } from "../../topology/yaml/source-text.ts";
import { type Architecture, architectureNamed } from "../architecture/architecture.ts";
import { errnoValue } from "../constants.ts";
import { didYouMean, type Problems } from "./problems.ts";
import type { Profile, ProfileTarget } from "./profile.ts";
import { groupMembers, groups } from "./systemd-groups.ts";

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

/** Calls that a setting names, each with what is said of it in particular; undefined where that is nothing. */
interface CallList {
  /** Whether it says what may be made, or logged; undefined before the first assignment. */
  isPositive: boolean | undefined;
  readonly calls: Map<string, { readonly answer: number | undefined; readonly place: Place }>;
}

/** A unit's settings as far as they have been read. */
interface Settings {
  readonly filter: CallList;
  readonly log: CallList;
  /** What calls meet that may not be made. */
  refused: number;
  architectures: Architecture[] | undefined;
  isSet: boolean;
}

/**
 * SystemCallFilter= and its relatives in a unit file (systemd.exec(5)), groups resolved as systemd 252 has them. systemd makes filters of
 * each of them, all of which run; here one gives the strictest of their answers.
 */
export function readSystemd(source: SourceText, problems: Problems, target: ProfileTarget): Profile {
  const list = (): CallList => ({ isPositive: undefined, calls: new Map() });
  const settings: Settings = { filter: list(), log: list(), refused: KILL, architectures: undefined, isSet: false };
  for (const assignment of assignments(source)) applySetting(assignment, settings, source, problems, target);
  if (!settings.isSet)
    problems.error(
      "schema-missing-key",
      { file: source.file, line: 1, column: 1 },
      "The unit filters no system calls.",
      `The settings are ${SETTINGS.map((name) => `${name}=`).join(", ")}.`,
    );
  const { filter, log, refused, architectures } = settings;
  const answers = (call: string | undefined) => stricter(filterAnswer(filter, refused, call), logAnswer(log, call));
  const places = new Map([...log.calls, ...filter.calls].map(([call, { place }]) => [call, place]));
  const secondary = (SECONDARY[target.architecture.name] ?? []).map(architectureNamed);
  return {
    file: source.file,
    language: "systemd",
    architectures: architectures ?? [target.architecture, ...secondary],
    defaultAction: answers(undefined),
    // Only SystemCallArchitectures= makes a filter that refuses other ones, with libseccomp's own answer.
    badArchitecture: architectures === undefined ? KILL : returnValue("KILL_THREAD"),
    rules: [...places].map(([call, place]) => ({ call, action: answers(call), conditions: [], place })),
    order: "libseccomp",
    flags: [],
    warnings: problems.warnings,
  };
}

/** What SystemCallFilter= says of a call; undefined stands for those that it does not name. */
function filterAnswer({ isPositive, calls }: CallList, refused: number, call: string | undefined): number {
  const named = call === undefined ? undefined : calls.get(call);
  if (named === undefined) return isPositive === true ? refused : ALLOW;
  return named.answer ?? (isPositive === true ? ALLOW : refused);
}

function logAnswer({ isPositive, calls }: CallList, call: string | undefined): number {
  const isNamed = call !== undefined && calls.has(call);
  return isNamed === (isPositive ?? true) ? returnValue("LOG") : ALLOW;
}

function stricter(a: number, b: number): number {
  return isStricter(b, a) ? b : a;
}

interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Offset of the value in the file. */
  readonly start: number;
}

/** `Name=value` lines, those that end with a backslash joined to the next one that is no comment. */
function* assignments(source: SourceText): Iterable<Assignment> {
  // Comments become spaces, so that offsets stay.
  const text = source.text.replace(/^[ \t]*[#;][^\n]*(\n|$)/gm, (comment) => " ".repeat(comment.length));
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
  settings.isSet = true;
  const words = [...value.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    place: source.place({ start: start + match.index, end: start + match.index + match[0].length }),
  }));
  const [first] = words;
  switch (name) {
    case "SystemCallFilter":
      applyList(words, settings.filter, true, problems);
      break;
    case "SystemCallLog":
      applyList(words, settings.log, false, problems);
      break;
    case "SystemCallErrorNumber":
      settings.refused = first === undefined ? KILL : (answerOf(first.text, 1, first.place, problems) ?? KILL);
      tooMany(words.slice(1), problems);
      break;
    case "SystemCallArchitectures": {
      // The machine's own is always there.
      const others = words.flatMap(({ text, place }) =>
        text === "native" ? [] : (problems.architecture(systemdName(text), place) ?? []),
      );
      settings.architectures =
        words.length === 0
          ? undefined
          : [...new Set([...(settings.architectures ?? [target.architecture]), ...others])];
      break;
    }
    default:
      problems.error(
        "schema-unknown-key",
        source.place({ start: start - name.length - 1, end: start - 1 }),
        `There is no setting '${name}='.`,
        didYouMean(nearestName(name, SETTINGS)),
      );
  }
}

type Words = readonly { readonly text: string; readonly place: Place }[];

function tooMany(words: Words, problems: Problems): void {
  for (const { text, place } of words)
    problems.error("program-syntax", place, `'${text}' stands behind the only value of the setting.`);
}

/** One assignment of SystemCallFilter= or SystemCallLog=. Without words it undoes those before it. @param hasAnswers calls may say what they meet. */
function applyList(words: Words, list: CallList, hasAnswers: boolean, problems: Problems): void {
  if (words.length === 0) {
    list.calls.clear();
    list.isPositive = undefined;
    return;
  }
  const isInverted = words[0]!.text.startsWith("~");
  if (list.isPositive === undefined) {
    list.isPositive = !isInverted;
    // What any process needs to start is there where a list says what may be made; later assignments can take it away.
    if (hasAnswers && !isInverted)
      for (const call of groupMembers("@default")) list.calls.set(call, { answer: undefined, place: words[0]!.place });
  }
  for (const [i, { text, place }] of words.entries()) {
    const word = i === 0 && isInverted ? text.slice(1) : text;
    if (word === "") continue;
    const colon = hasAnswers ? word.indexOf(":") : -1;
    const answer = colon < 0 ? undefined : answerOf(word.slice(colon + 1), 0, place, problems);
    for (const call of callsOf(colon < 0 ? word : word.slice(0, colon), place, problems)) {
      // An assignment of the same kind as the first one adds to the list, one of the other kind takes away from it.
      if (list.isPositive === !isInverted || answer !== undefined) list.calls.set(call, { answer, place });
      else list.calls.delete(call);
    }
  }
}

function callsOf(name: string, place: Place, problems: Problems): readonly string[] {
  if (!name.startsWith("@")) return problems.isCall(name, place) ? [name] : [];
  const known = groups();
  if (known.has(name)) return groupMembers(name);
  problems.error(
    "unknown-reference",
    place,
    `There is no group '${name}'.`,
    didYouMean(nearestName(name, known.keys())) ??
      "Groups are those of systemd 252; later ones have more, as @sandbox.",
  );
  return [];
}

/** `kill`, an error's name, or its number, not below `least`. Undefined where it is none of them, which is noted. */
function answerOf(text: string, least: number, place: Place, problems: Problems): number | undefined {
  if (text === "kill") return KILL;
  const value = /^\d+$/.test(text) ? Number(text) : errnoValue(text);
  if (value !== undefined && value >= least && value <= MAX_ERRNO) return returnValue("ERRNO", value);
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
