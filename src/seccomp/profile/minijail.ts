import { returnValue } from "../../hooks/seccomp/action.ts";
import type { SourceText } from "../../topology/yaml/source-text.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { errnoValue } from "../constants.ts";
import { alternatives } from "./alternatives.ts";
import { NUMBERED_ARGUMENTS, readExpression, type Vocabulary } from "./expression.ts";
import { IncludedFiles, type ReadIncluded } from "./included-files.ts";
import type { Problems } from "./problems.ts";
import type { Condition, Profile, ProfileTarget, Rule } from "./profile.ts";
import { type Token, TokenReader, tokenize, Unreadable } from "./tokens.ts";

const ACTIONS: Readonly<Record<string, number>> = {
  allow: returnValue("ALLOW"),
  kill: returnValue("KILL_PROCESS"),
  "kill-process": returnValue("KILL_PROCESS"),
  "kill-thread": returnValue("KILL_THREAD"),
  trap: returnValue("TRAP"),
  log: returnValue("LOG"),
  trace: returnValue("TRACE"),
  "user-notify": returnValue("USER_NOTIF"),
};

/** Actions after which the call runs, or may. */
const PERMISSIVE: ReadonlySet<number> = new Set(
  (["ALLOW", "LOG", "TRACE", "USER_NOTIF"] as const).map((name) => returnValue(name)),
);
/** `arg0 & 1` is asked without a comparison, but nothing else. */
const WORDS: Vocabulary = { ...NUMBERED_ARGUMENTS, alone: ["bits"] };
/** The largest number of a call. */
const LARGEST_NUMBER = 0xffff_ffffn;
const DEFAULTS = ["kill", "kill-process", "kill-thread", "trap", "return ERRNO"];

/**
 * A minijail policy (minijail0(5)): a call a line, `name: expression`, `name: expression; return ERRNO`, `name: return ERRNO`,
 * `name: action` or `name: { expression; action, ... }`; `{ a, b }: ...` for several calls, `name[arch=a,b]` for some architectures;
 * `@include` and `@default`. Whatever no line permits is killed, or meets the default. On a line, `; return ERRNO` is what happens where
 * the expression does not hold (libminijail's reading); in braces an action is what happens where it does (compile_seccomp_policy's).
 */
export function readMinijail(
  source: SourceText,
  problems: Problems,
  target: ProfileTarget,
  include: ReadIncluded,
): Profile {
  const state: State = {
    problems,
    included: new IncludedFiles(include, problems),
    rules: [],
    seen: new Map(),
    defaultAction: returnValue("KILL_PROCESS"),
  };
  readFile(source, state);
  return {
    file: source.file,
    language: "minijail",
    architectures: [target.architecture],
    defaultAction: state.defaultAction,
    badArchitecture: returnValue("KILL_PROCESS"),
    rules: state.rules,
    order: "first",
    flags: [],
    warnings: problems.warnings,
  };
}

interface State {
  readonly problems: Problems;
  readonly included: IncludedFiles;
  readonly rules: Rule[];
  /** Calls that have a line, with the architectures that it is for. */
  readonly seen: Map<string, string>;
  defaultAction: number;
}

function readFile(source: SourceText, state: State): void {
  for (const { text, start } of statements(source)) {
    try {
      const trimmed = text.trim();
      if (trimmed.startsWith("@") && !/^@default\b/.test(trimmed)) {
        readDirective(source, trimmed, start + text.indexOf("@"), state);
        continue;
      }
      const reader = new TokenReader(source, tokenize(source, text, start, state.problems), state.problems);
      if (reader.accept("@default")) {
        state.defaultAction = readDefault(reader);
        if (!reader.isAtEnd) reader.fail("The line should end here");
      } else readStatement(reader, state);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
}

/** Lines without comments, those that end with a backslash or are inside braces joined to the next one, by offset. */
function* statements(source: SourceText): Iterable<{ text: string; start: number }> {
  // Comments become spaces, so that offsets stay.
  const text = source.text.replace(/#[^\n]*/g, (comment) => " ".repeat(comment.length));
  let start = 0;
  let depth = 0;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at];
    if (char === "{") depth++;
    if (char === "}") depth--;
    if (char !== undefined && (char !== "\n" || depth > 0 || /\\[ \t\r]*$/.test(text.slice(start, at)))) continue;
    const line = text.slice(start, at).replace(/\\([ \t\r]*\n)/g, " $1");
    if (line.trim() !== "") yield { text: line, start };
    start = at + 1;
    depth = 0;
  }
}

function readDirective(source: SourceText, text: string, start: number, state: State): void {
  const [word, path, ...more] = text.split(/\s+/);
  const place = source.place({ start, end: start + text.length });
  if (word === "@frequency") return;
  if (word !== "@include" || path === undefined || more.length > 0) {
    state.problems.error("program-syntax", place, `'${text}' is no directive.`, "Write '@include ./file.policy'.");
    return;
  }
  state.included.include(path, source, place, (included) => readFile(included, state));
}

/** What no line permits may not be permitted by default (compile_seccomp_policy refuses that too). */
function readDefault(reader: TokenReader): number {
  const token = reader.next;
  const action = readAction(reader);
  if (action === undefined || PERMISSIVE.has(action))
    reader.fail("A default action is missing", `Known are ${DEFAULTS.join(", ")}.`, token);
  return action;
}

function readStatement(reader: TokenReader, state: State): void {
  const names: { token: Token; only?: readonly Architecture[] }[] = [];
  const several = reader.accept("{") !== undefined;
  do names.push(readName(reader));
  while (several && reader.accept(","));
  if (several) reader.expect("}");
  reader.expect(":");
  const clauses: { conditions: Condition[]; action: number }[] = [];
  if (reader.accept("{")) {
    do clauses.push(...readFilter(reader, true));
    while (reader.accept(","));
    reader.expect("}");
  } else clauses.push(...readFilter(reader, false));
  if (!reader.isAtEnd) reader.fail("The line should end here");
  for (const { token, only } of names) {
    const place = reader.source.place(token.span);
    const known = token.kind === "number" || reader.problems.isCall(token.text, place);
    if (!known) continue;
    const key = `${token.text}[${only?.map(({ name }) => name).join() ?? ""}]`;
    const earlier = state.seen.get(key);
    if (earlier !== undefined) {
      reader.problems.error("duplicate-name", place, `The call '${token.text}' has a line already.`, earlier);
      continue;
    }
    state.seen.set(key, `The first is at ${place.file}:${place.line}.`);
    const call = token.kind === "number" ? Number(token.value) : token.text;
    for (const { conditions, action } of clauses)
      state.rules.push({ call, action, conditions, ...(only === undefined ? {} : { only }), place });
  }
}

function readName(reader: TokenReader): { token: Token; only?: readonly Architecture[] } {
  const token = reader.take();
  if (token.kind !== "name" && token.kind !== "number") reader.fail("A call's name is missing", undefined, token);
  if (token.value > LARGEST_NUMBER) reader.fail("A call's number has at most 32 bits", undefined, token);
  if (!reader.accept("[")) return { token };
  const only: Architecture[] = [];
  if (!reader.accept("arch")) reader.fail("'arch=' is missing here");
  reader.expect("=");
  do {
    const name = reader.take();
    const found = reader.problems.architecture(name.text, reader.source.place(name.span));
    if (found !== undefined) only.push(found);
  } while (reader.accept(","));
  reader.expect("]");
  return { token, only };
}

/** One filter: what it permits, and what happens else. */
function readFilter(reader: TokenReader, isBraced: boolean): { conditions: Condition[]; action: number }[] {
  const plain = readAction(reader);
  if (plain !== undefined) return [{ conditions: [], action: plain }];
  const start = reader.next;
  if (start.kind === "number" && start.value === 1n) {
    reader.take();
    return [{ conditions: [], action: returnValue("ALLOW") }];
  }
  const found = alternatives(readExpression(reader, WORDS));
  if (found === undefined) reader.fail("The expression has too many alternatives", undefined, start);
  const isOtherwise = reader.accept(";") !== undefined;
  const action = isOtherwise ? readAction(reader) : undefined;
  if (isOtherwise && action === undefined) reader.fail("An action is missing here");
  if (action !== undefined && (isBraced || !isErrno(action)))
    return found.map((conditions) => ({ conditions, action }));
  const allowed = found.map((conditions) => ({ conditions, action: returnValue("ALLOW") }));
  return action === undefined ? allowed : [...allowed, { conditions: [], action }];
}

function isErrno(action: number): boolean {
  return (action & 0xffff_0000) === 0x0005_0000;
}

/** `return N`, `return ENAME` or an action's name; undefined where something else stands. */
function readAction(reader: TokenReader): number | undefined {
  const { kind, text } = reader.next;
  if (kind !== "name") return undefined;
  if (text === "return") {
    reader.take();
    const value = reader.take();
    const errno = value.kind === "number" ? Number(value.value) : errnoValue(value.text);
    if (errno === undefined || errno > 4095)
      reader.fail("An error number is missing behind 'return'", undefined, value);
    return returnValue("ERRNO", errno);
  }
  if (!Object.hasOwn(ACTIONS, text)) return undefined;
  reader.take();
  return ACTIONS[text];
}

/** True where a policy's first line of substance is one of minijail's. */
export function looksLikeMinijail(text: string): boolean {
  return /^\s*(@include\s|@default\s|@frequency\s|\{?\s*[a-z_][\w]*(\[[^\]]*\])?\s*(,[^}]*\})?\s*:)/m.test(text);
}
