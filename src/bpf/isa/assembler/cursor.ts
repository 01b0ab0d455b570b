import { REGISTERS } from "../opcodes.ts";
import { StatementError, type Token, tokenize } from "./tokens.ts";

/** A register as it is written: `r` means all 64 bits, `w` the lower 32. */
export interface Register {
  readonly number: number;
  readonly bits: 32 | 64;
  readonly token: Token;
}

/** No zero leads a decimal number: to C and LLVM that would be an octal one. */
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/;
const REGISTER = /^%?([rw])(0|[1-9][0-9]*)$/;
/** What people write for a register that does not exist, so that it is not taken for a map's name. */
const LIKE_A_REGISTER = /^%|^[rRwW][0-9]+$/;
/** Words that begin or end something else, and types. */
const RESERVED = /^(?:if|ll|pc|skb|lock|fetch|goto|gotol|may_goto|call|callx|exit|[su](?:8|16|32|64))$/;

/**
 * Walks through the words of one statement. Every method that expects something throws StatementError where it is not
 * there.
 */
export class Cursor {
  readonly line: number;
  private readonly tokens: readonly Token[];
  private readonly end: Token;
  private at = 0;

  constructor(text: string, line: number, column: number) {
    this.line = line;
    this.tokens = tokenize(text, line, column);
    const after = column + text.trimEnd().length;
    this.end = { kind: "end", text: "", column: after, endColumn: after + 1 };
  }

  /** The word `ahead` words further on; past the last one, a word of kind `end`. */
  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? this.end;
  }

  take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** Takes the next word if it is `text`. */
  accept(text: string): boolean {
    if (this.peek().text !== text) return false;
    this.at++;
    return true;
  }

  expect(text: string): Token {
    const token = this.take();
    if (token.text !== text) this.fail(token, `Expected '${text}'${this.instead(token)}.`);
    return token;
  }

  expectEnd(): void {
    const token = this.peek();
    if (token.kind !== "end") this.fail(token, `The instruction is complete before '${token.text}'.`);
  }

  fail(token: Token, message: string, hint?: string): never {
    const { column, endColumn } = token;
    throw new StatementError({ line: this.line, column, endColumn, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** Fails at the next word, saying what could stand there. */
  failExpecting(what: string, hint?: string): never {
    const token = this.peek();
    this.fail(token, `Expected ${what}${this.instead(token)}.`, hint);
  }

  private instead(token: Token): string {
    return token.kind === "end" ? ", but the line ends" : `, not '${token.text}'`;
  }

  /** Is the next word a register, or meant to be one? */
  atRegister(ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === "name" && (text === "fp" || LIKE_A_REGISTER.test(text));
  }

  register(): Register {
    const token = this.peek();
    if (!this.atRegister()) this.failExpecting("a register");
    this.at++;
    if (token.text === "fp" || token.text === "%fp") return { number: 10, bits: 64, token };
    const match = REGISTER.exec(token.text);
    const number = match === null ? Number.NaN : Number(match[2]);
    if (!(number < REGISTERS))
      this.fail(
        token,
        `There is no register '${token.text}'.`,
        "Registers are r0 to r10, and w0 to w10 for their lower halves.",
      );
    return { number, bits: match![1] === "w" ? 32 : 64, token };
  }

  /** A register whose width does not matter to the instruction, as long as it is not `w` for something of 64 bits. */
  registerOf(bits: 32 | 64): number {
    const register = this.register();
    if (register.bits === 32 && bits === 64)
      this.fail(register.token, `'${register.token.text}' is half a register; all 64 bits are needed here.`);
    return register.number;
  }

  /** A map's name: no register, and no word of the language. */
  mapName(what: string): Token {
    const token = this.peek();
    if (token.kind !== "name" || this.atRegister() || RESERVED.test(token.text)) this.failExpecting(what);
    this.at++;
    return token;
  }

  /** A whole register. */
  register64(): number {
    return this.registerOf(64);
  }

  /** Words of the sign that comes next: `-`, `+`, or `+-` as in `r10 + -8`. */
  private signs(): number {
    const plus = this.peek().text === "+" ? 1 : 0;
    return plus + (this.peek(plus).text === "-" ? 1 : 0);
  }

  /** Is the next word a number, or a sign before one? */
  atNumber(): boolean {
    return this.peek(this.signs()).kind === "number";
  }

  /** A number, with or without a sign, between `min` and `max`; `what` names it in messages. */
  integer(what: string, min: number, max: number, hint?: string): number {
    const { negative, token, column } = this.signedNumber(what);
    const value = negative ? -Number(token.text) : Number(token.text);
    if (value < min || value > max) this.failRange({ ...token, column }, what, min, max, hint);
    return value;
  }

  /** A 64-bit number, written signed or unsigned; returns it unsigned. */
  integer64(what: string): bigint {
    const { negative, token, column } = this.signedNumber(what);
    const value = negative ? -BigInt(token.text) : BigInt(token.text);
    const [min, max] = [-(2n ** 63n), 2n ** 64n - 1n];
    if (value < min || value > max) this.failRange({ ...token, column }, what, min, max);
    return BigInt.asUintN(64, value);
  }

  /** A number's sign and digits, and the column where the sign begins. */
  private signedNumber(what: string): { negative: boolean; token: Token; column: number } {
    const { column } = this.peek();
    let negative = false;
    for (let signs = this.signs(); signs > 0; signs--) negative = this.take().text === "-";
    const token = this.peek();
    if (token.kind !== "number") this.failExpecting(what);
    if (!NUMBER.test(token.text))
      this.fail(token, `'${token.text}' is not a number.`, "Numbers are decimal, or hexadecimal after 0x.");
    this.at++;
    return { negative, token, column };
  }

  private failRange(token: Token, what: string, min: number | bigint, max: number | bigint, hint?: string): never {
    this.fail(token, `${capital(what)} must be between ${min} and ${max}.`, hint);
  }

  /** A 32-bit immediate, written signed or unsigned. */
  immediate(hint?: string): number {
    return this.integer("the immediate", -0x8000_0000, 0xffff_ffff, hint) | 0;
  }

  /** The same where decimal numbers are signed, as bpf_conformance has them; hexadecimal ones may be either. */
  signedImmediate(): number {
    const token = this.peek(this.signs());
    if (token.kind !== "number" || /^0x/i.test(token.text)) return this.immediate();
    return this.integer("a decimal immediate", -0x8000_0000, 0x7fff_ffff, "Hexadecimal ones go up to 0xffffffff.");
  }

  /** A signed 16-bit offset with its sign, or 0 where no sign follows. */
  offset(): number {
    const { text } = this.peek();
    return text === "+" || text === "-" ? this.integer("the offset", -0x8000, 0x7fff) : 0;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
