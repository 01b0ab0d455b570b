import { nearestName } from "../../bpf/nearest-name.ts";
import { type ActionName, returnValue } from "../../hooks/seccomp/action.ts";
import type { SourceText } from "../../topology/yaml/source-text.ts";
import { errnoValue } from "../constants.ts";
import { alternatives, NUMBERED_ARGUMENTS, readExpression, type Vocabulary } from "./expression.ts";
import type { ReadIncluded } from "./minijail.ts";
import { didYouMean, type Problems } from "./problems.ts";
import type { Condition, Profile, ProfileTarget, Rule } from "./profile.ts";
import { argumentNames } from "./prototypes.ts";
import { type Token, TokenReader, tokenize, Unreadable } from "./tokens.ts";

const ACTIONS: Readonly<Record<string, ActionName>> = {
  ALLOW: "ALLOW",
  LOG: "LOG",
  KILL: "KILL_THREAD",
  KILL_THREAD: "KILL_THREAD",
  KILL_PROCESS: "KILL_PROCESS",
  DENY: "KILL_THREAD",
  USER_NOTIF: "USER_NOTIF",
  ERRNO: "ERRNO",
  TRAP: "TRAP",
  TRACE: "TRACE",
};

const WITH_DATA: ReadonlySet<string> = new Set(["ERRNO", "TRAP", "TRACE"]);
const DEEPEST = 20;

/** One entry of a policy: a rule, or a use of another policy. */
type Entry = { readonly rule: Rule } | { readonly use: Token };

/**
 * A kafel policy (github.com/google/kafel): `#define`, `#include`, `POLICY name { ACTION { call(args) { expression }, ... } }`, and
 * `USE a, b DEFAULT action`. The first entry that fits a call decides.
 */
export function readKafel(
  source: SourceText,
  problems: Problems,
  target: ProfileTarget,
  include: ReadIncluded,
): Profile {
  const parser = new KafelParser(problems, include);
  parser.readFile(source, 0);
  return {
    file: source.file,
    language: "kafel",
    architectures: [target.architecture],
    defaultAction: parser.defaultAction,
    badArchitecture: returnValue("KILL_PROCESS"),
    rules: parser.top,
    order: "first",
    flags: [],
    warnings: problems.warnings,
  };
}

/** True where text has kafel's statements. */
export function looksLikeKafel(text: string): boolean {
  return /^\s*(POLICY\s+\w+\s*\{|USE\s+\w+[\s\w,]*DEFAULT\s|DEFAULT\s+[A-Z]|(ALLOW|DENY|KILL|ERRNO\s*\(\s*\w+\s*\))\s*\{)/m.test(
    text,
  );
}

class KafelParser {
  readonly top: Rule[] = [];
  defaultAction = returnValue("KILL_THREAD");
  private readonly problems: Problems;
  private readonly include: ReadIncluded;
  private readonly policies = new Map<string, readonly Rule[]>();
  private readonly defines = new Map<string, bigint>();

  constructor(problems: Problems, include: ReadIncluded) {
    this.problems = problems;
    this.include = include;
  }

  readFile(source: SourceText, depth: number): void {
    // Comments become spaces, so that offsets stay; line breaks too.
    const blank = (text: string) => text.replace(/[^\n]/g, " ");
    let text = source.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, blank);
    text = text.replace(/^[ \t]*#[^\n]*/gm, (line, start: number) => {
      this.directive(source, line, start, depth);
      return blank(line);
    });
    const reader = new TokenReader(source, tokenize(source, text, 0, this.problems), this.problems);
    try {
      while (!reader.isAtEnd) this.statement(reader);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }

  private directive(source: SourceText, line: string, start: number, depth: number): void {
    const place = source.place({ start: start + line.indexOf("#"), end: start + line.length });
    const define = /#\s*define\s+(\w+)\s+(-?\w+)\s*$/.exec(line);
    const included = /#\s*include\s+"([^"]+)"\s*$/.exec(line);
    if (define !== null && /^-?(0x[\da-f]+|\d+)$/i.test(define[2]!)) {
      const value = define[2]!;
      const number = BigInt(value.replace("-", ""));
      this.defines.set(define[1]!, value.startsWith("-") ? -number : number);
    } else if (included !== null) {
      if (depth >= DEEPEST) this.problems.error("program-syntax", place, "Included files are nested too deep.");
      else this.readFile(this.include(included[1]!, source), depth + 1);
    } else
      this.problems.error(
        "program-syntax",
        place,
        "The line is no directive.",
        'There are #define NAME NUMBER and #include "file".',
      );
  }

  private statement(reader: TokenReader): void {
    if (reader.accept(";", ",")) return;
    if (reader.accept("POLICY")) {
      const name = reader.take();
      if (name.kind !== "name") reader.fail("A policy's name is missing", undefined, name);
      reader.expect("{");
      const entries: Entry[] = [];
      while (!reader.is("}")) {
        if (reader.isAtEnd) reader.fail("'}' is missing");
        if (!reader.accept(",", ";")) entries.push(...this.block(reader));
      }
      reader.expect("}");
      if (this.policies.has(name.text))
        this.problems.error("duplicate-name", reader.source.place(name.span), `There are two policies '${name.text}'.`);
      this.policies.set(name.text, this.resolve(entries, reader));
      return;
    }
    if (reader.accept("DEFAULT")) {
      this.defaultAction = this.action(reader);
      return;
    }
    this.top.push(...this.resolve(this.block(reader), reader));
  }

  /** `USE a, b` or `ACTION { ... }`. */
  private block(reader: TokenReader): Entry[] {
    if (reader.accept("USE")) {
      const entries: Entry[] = [];
      do entries.push({ use: reader.take() });
      while (reader.accept(","));
      return entries;
    }
    const action = this.action(reader);
    reader.expect("{");
    const entries: Entry[] = [];
    while (!reader.accept("}")) {
      if (reader.isAtEnd) reader.fail("'}' is missing");
      if (!reader.accept(",")) entries.push(...this.call(reader, action).map((rule) => ({ rule })));
    }
    return entries;
  }

  private action(reader: TokenReader): number {
    const name = reader.take();
    if (name.kind !== "name" || !Object.hasOwn(ACTIONS, name.text)) {
      const hint =
        didYouMean(nearestName(name.text, Object.keys(ACTIONS))) ?? `Known are ${Object.keys(ACTIONS).join(", ")}.`;
      return reader.fail("An action is missing", hint, name);
    }
    const action = ACTIONS[name.text]!;
    if (!WITH_DATA.has(name.text)) return returnValue(action);
    if (!reader.accept("(")) return name.text === "ERRNO" ? reader.fail("ERRNO needs its number") : returnValue(action);
    const value = reader.take();
    const number = value.kind === "number" ? Number(value.value) : (this.number(value.text) ?? errnoValue(value.text));
    if (number === undefined || number > 0xffff) reader.fail("A number is missing", undefined, value);
    reader.expect(")");
    return returnValue(action, number);
  }

  private number(name: string): number | undefined {
    const value = this.defines.get(name);
    return value === undefined ? undefined : Number(value);
  }

  /** `name`, `SYSCALL[nr]`, both with a list of arguments and an expression if there is one. */
  private call(reader: TokenReader, action: number): Rule[] {
    const token = reader.take();
    if (token.kind !== "name") reader.fail("A call's name is missing", undefined, token);
    const place = reader.source.place(token.span);
    let call: string | number = token.text;
    if (token.text === "SYSCALL" && reader.accept("[")) {
      const number = reader.take();
      const value = number.kind === "number" ? number.value : this.defines.get(number.text);
      if (value === undefined) return reader.fail("A call's number is missing", undefined, number);
      call = Number(BigInt.asUintN(32, value));
      reader.expect("]");
    } else if (!this.problems.isCall(token.text, place)) call = "";
    let names = typeof call === "string" ? argumentNames(call) : undefined;
    if (reader.accept("(")) {
      const given: string[] = [];
      while (!reader.accept(")")) {
        const name = reader.take();
        if (name.kind !== "name") reader.fail("An argument's name is missing", undefined, name);
        given.push(name.text);
        reader.accept(",");
      }
      if (given.length > 6) this.problems.error("schema-value", place, "A call has at most six arguments.");
      names = given.slice(0, 6);
    }
    let conjunctions: Condition[][] | undefined = [[]];
    if (reader.accept("{")) {
      const start = reader.next;
      const expression = readExpression(reader, this.vocabulary(names));
      reader.expect("}");
      conjunctions = alternatives(expression);
      if (conjunctions === undefined) return reader.fail("The expression has too many alternatives", undefined, start);
    }
    return call === "" ? [] : conjunctions.map((conditions) => ({ call, action, conditions, place }));
  }

  private vocabulary(names: readonly string[] | undefined): Vocabulary {
    return {
      argument: (name) => {
        const index = names?.indexOf(name) ?? -1;
        return index >= 0 ? index : NUMBERED_ARGUMENTS.argument(name);
      },
      constant: (name) => this.defines.get(name),
    };
  }

  private resolve(entries: readonly Entry[], reader: TokenReader): Rule[] {
    return entries.flatMap((entry) => {
      if ("rule" in entry) return entry.rule;
      const { text, span } = entry.use;
      const policy = this.policies.get(text);
      if (policy === undefined)
        this.problems.error(
          "unknown-reference",
          reader.source.place(span),
          `There is no policy '${text}' before this.`,
          didYouMean(nearestName(text, this.policies.keys())),
        );
      return policy ?? [];
    });
  }
}
