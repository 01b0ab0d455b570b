import type { Place } from "../../errors.ts";
import type { Architecture } from "../architecture/architecture.ts";
import { alternatives } from "./alternatives.ts";
import { NUMBERED_ARGUMENTS, readExpression, type Vocabulary } from "./expression.ts";
import type { Problems } from "./problems.ts";
import type { Condition, Rule } from "./profile.ts";
import { KERNEL_NAMES } from "./prototype-table.ts";
import { type Argument, argumentsOf } from "./prototypes.ts";
import type { TokenReader } from "./tokens.ts";

const MOST_ARGUMENTS = 6;

/** Constants that a policy has defined. */
interface Constants {
  constant(name: string): bigint | undefined;
}

/** Reads the calls in an action's braces. */
export class KafelCalls {
  private readonly problems: Problems;
  private readonly constants: Constants;

  constructor(problems: Problems, constants: Constants) {
    this.problems = problems;
    this.constants = constants;
  }

  /** `name`, a constant, or `SYSCALL[nr]`, with a list of arguments, `ON` architectures, and an expression if there are any. */
  read(reader: TokenReader, action: number): Rule[] {
    const { call, place } = this.callName(reader);
    let names = typeof call === "string" ? argumentsOf(call) : undefined;
    if (reader.accept("(")) names = this.ownArguments(reader);
    const only = reader.accept("ON") ? this.guard(reader) : undefined;
    let conjunctions: Condition[][] | undefined = [[]];
    if (reader.accept("{") && !reader.accept("}")) {
      const start = reader.next;
      const expression = readExpression(reader, this.vocabulary(names));
      reader.expect("}");
      conjunctions = alternatives(expression);
      if (conjunctions === undefined) return reader.fail("The expression has too many alternatives", undefined, start);
    }
    if (call === undefined) return [];
    return conjunctions.map((conditions) => ({ call, action, conditions, ...(only && { only }), place }));
  }

  private callName(reader: TokenReader): { readonly call: string | number | undefined; readonly place: Place } {
    const token = reader.take();
    if (token.kind !== "name") reader.fail("A call's name is missing", undefined, token);
    const place = reader.source.place(token.span);
    if (token.text === "SYSCALL" && reader.accept("[")) {
      const isNegative = reader.accept("-") !== undefined;
      const number = reader.take();
      const value = number.kind === "number" ? number.value : this.constants.constant(number.text);
      if (value === undefined) return reader.fail("A call's number is missing", undefined, number);
      reader.expect("]");
      return { call: this.callNumber(isNegative ? -value : value, place), place };
    }
    const constant = this.constants.constant(token.text);
    if (constant !== undefined) return { call: this.callNumber(constant, place), place };
    const name = Object.hasOwn(KERNEL_NAMES, token.text) ? KERNEL_NAMES[token.text]! : token.text;
    return { call: this.problems.isCall(name, place) ? name : undefined, place };
  }

  private callNumber(value: bigint, place: Place): number | undefined {
    const signed = BigInt.asIntN(64, value);
    if (signed >= -0x8000_0000n && signed <= 0xffff_ffffn) return Number(BigInt.asUintN(32, signed));
    this.problems.error("schema-value", place, "A call's number has at most 32 bits.");
    return undefined;
  }

  /** Names that the policy gives a call's arguments, which all have 64 bits then. */
  private ownArguments(reader: TokenReader): Argument[] {
    const given: Argument[] = [];
    while (!reader.accept(")")) {
      const name = reader.take();
      if (name.kind !== "name") reader.fail("An argument's name is missing", undefined, name);
      const place = reader.source.place(name.span);
      if (given.some((other) => other.name === name.text))
        this.problems.error("duplicate-name", place, `There are two arguments '${name.text}'.`);
      if (given.length === MOST_ARGUMENTS)
        this.problems.error("schema-value", place, `A call has at most ${MOST_ARGUMENTS} arguments.`);
      given.push({ name: name.text, isNarrow: false });
      if (!reader.is(")")) reader.expect(",");
    }
    return given.slice(0, MOST_ARGUMENTS);
  }

  /** The architectures that a rule is for: one, or several in braces. */
  private guard(reader: TokenReader): Architecture[] {
    const found: Architecture[] = [];
    const isSeveral = reader.accept("{") !== undefined;
    do {
      const name = reader.take();
      found.push(...[this.problems.architecture(name.text, reader.source.place(name.span)) ?? []].flat());
    } while (isSeveral && reader.accept(","));
    if (isSeveral) reader.expect("}");
    return found;
  }

  private vocabulary(names: readonly Argument[] | undefined): Vocabulary {
    return {
      argument: (name) => {
        const index = names?.findIndex((each) => each.name === name) ?? -1;
        return index >= 0 ? index : NUMBERED_ARGUMENTS.argument(name);
      },
      constant: (name) => this.constants.constant(name),
      isNarrow: (argument) => names?.[argument]?.isNarrow ?? false,
      or: ["||", ","],
      alone: [],
    };
  }
}
