import { nearestName } from "../../bpf/nearest-name.ts";
import { type ActionName, returnValue } from "../../hooks/seccomp/action.ts";
import type { SourceText } from "../../topology/yaml/source-text.ts";
import { errnoValue } from "../constants.ts";
import type { ReadIncluded } from "./included-files.ts";
import { KafelCalls } from "./kafel-calls.ts";
import { KafelDirectives } from "./kafel-directives.ts";
import { didYouMean, type Problems } from "./problems.ts";
import type { Profile, ProfileTarget, Rule } from "./profile.ts";
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

/** Words that statements begin with. */
const STATEMENTS = ["POLICY", "USE", "DEFAULT", ...Object.keys(ACTIONS)];

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
  parser.readFile(source);
  return {
    file: source.file,
    language: "kafel",
    architectures: [target.architecture],
    defaultAction: parser.defaultAction ?? returnValue("KILL_THREAD"),
    // Also of x32's calls, which kafel itself takes for numbers like any other.
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
  /** Undefined where the policy has none. */
  defaultAction: number | undefined;
  private readonly problems: Problems;
  private readonly directives: KafelDirectives;
  private readonly calls: KafelCalls;
  private readonly policies = new Map<string, readonly Rule[]>();

  constructor(problems: Problems, include: ReadIncluded) {
    this.problems = problems;
    this.directives = new KafelDirectives(problems, include);
    this.calls = new KafelCalls(problems, this.directives);
  }

  readFile(source: SourceText): void {
    const { text, directives } = this.directives.separate(source);
    const reader = new TokenReader(source, tokenize(source, text, 0, this.problems), this.problems);
    const carryOutUntil = (end: number) => {
      while (directives.length > 0 && directives[0]!.start < end)
        this.directives.carryOut(source, directives.shift()!, (file) => this.readFile(file));
    };
    while (!reader.isAtEnd) {
      carryOutUntil(reader.next.span.start);
      this.recovering(reader, true, () => this.statement(reader));
      for (const directive of directives.filter(({ start }) => start < reader.lastEnd))
        this.problems.error(
          "program-syntax",
          this.directives.place(source, directive),
          "Directives stand between statements, not inside of them.",
        );
    }
    carryOutUntil(Number.POSITIVE_INFINITY);
  }

  /** Reads a statement, or else a call; where that cannot be, goes on behind it. */
  private recovering(reader: TokenReader, isStatement: boolean, read: () => void): void {
    const { position } = reader;
    try {
      read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (reader.position === position) reader.take();
      reader.skipFrom(position, isStatement ? STATEMENTS : [], isStatement);
    }
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
    if (reader.is("DEFAULT")) {
      const { span } = reader.take();
      const action = this.action(reader);
      if (this.defaultAction !== undefined)
        this.problems.error("duplicate-name", reader.source.place(span), "The policy has a default action already.");
      this.defaultAction = action;
      return;
    }
    this.top.push(...this.resolve(this.block(reader), reader));
  }

  /** `USE a, b` or `ACTION { ... }`. */
  private block(reader: TokenReader): Entry[] {
    if (reader.accept("USE")) {
      const entries: Entry[] = [];
      for (;;) {
        entries.push({ use: reader.take() });
        const { position } = reader;
        if (!reader.accept(",")) return entries;
        // A comma may also stand before the next block.
        if (!reader.is(...STATEMENTS) && !reader.isAtEnd) continue;
        reader.rewind(position);
        return entries;
      }
    }
    const action = this.action(reader);
    reader.expect("{");
    const entries: Entry[] = [];
    while (!reader.accept("}")) {
      if (reader.isAtEnd) reader.fail("'}' is missing");
      if (reader.accept(",")) continue;
      this.recovering(reader, false, () => {
        entries.push(...this.calls.read(reader, action).map((rule) => ({ rule })));
      });
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
    if (number === undefined || number > 0xffff) reader.fail("A number from 0 to 65535 is missing", undefined, value);
    reader.expect(")");
    return returnValue(action, number);
  }

  private number(name: string): number | undefined {
    const value = this.directives.constant(name);
    return value === undefined ? undefined : Number(value);
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
