import { nearestName } from "../../nearest-name.ts";
import { type ClassicInstruction, isBranch, JUMP_ALWAYS } from "../instruction.ts";
import { MNEMONICS, type Mnemonic, type OperandKind } from "../mnemonics.ts";
import type { InstructionLines } from "./instruction-lines.ts";
import { JumpTargets } from "./jump-targets.ts";
import { isOperandNext, isOperandWord, NO_OPERAND, readOperand, WRITTEN } from "./operand.ts";
import type { Token } from "./token.ts";
import { type TokenReader, Unreadable } from "./token-reader.ts";

const NO_INSTRUCTION: ClassicInstruction = { code: 0, jt: 0, jf: 0, k: 0 };
const JUMP_WORDS = ["ja", "jmp"];
const KNOWN_WORDS: ReadonlySet<string> = new Set([...MNEMONICS.keys(), ...JUMP_WORDS, "unimp"]);

/**
 * Reads a program that is written with mnemonics: bpf_asm, where jumps go to labels, or a listing, where they go to
 * instruction numbers. After a problem it goes on with the next line.
 */
export function readSymbolic(reader: TokenReader, form: "bpf_asm" | "tcpdump-d"): InstructionLines {
  const parser = new SymbolicParser(reader, form === "tcpdump-d");
  return parser.read();
}

class SymbolicParser {
  private readonly reader: TokenReader;
  private readonly isListing: boolean;
  private readonly instructions: ClassicInstruction[] = [];
  private readonly lines: number[] = [];
  private readonly targets: JumpTargets;

  constructor(reader: TokenReader, isListing: boolean) {
    this.reader = reader;
    this.isListing = isListing;
    this.targets = new JumpTargets(reader, this.instructions);
  }

  read(): InstructionLines {
    const { reader } = this;
    while (reader.peek().kind !== "end") {
      const start = reader.peek();
      const count = this.instructions.length;
      try {
        this.readStatement();
        this.expectStatementEnd();
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        // The place of a spoilt instruction stays taken, so that what follows keeps its numbers.
        if (this.instructions.length === count) this.add(start, NO_INSTRUCTION);
        reader.skipLine(start);
      }
    }
    this.targets.resolve();
    return { instructions: this.instructions, lines: this.lines };
  }

  private readStatement(): void {
    const { reader } = this;
    if (this.isListing) this.readNumber();
    const token = reader.peek();
    if (token.kind !== "word") reader.missing("an instruction");
    reader.take();
    if (reader.takeIf(":") !== undefined) this.defineLabel(token);
    else this.readInstruction(token);
  }

  /** `(003)` before an instruction of a listing; it may be left out. */
  private readNumber(): void {
    const { reader, instructions } = this;
    if (reader.takeIf("(") === undefined) return;
    const token = reader.peek();
    if (token.kind !== "number") reader.missing("the instruction's number");
    reader.take();
    reader.expect(")");
    if (Number(token.text) !== instructions.length)
      reader.note(
        token,
        `This instruction is numbered ${token.text} but is number ${instructions.length}, counted from 0.`,
        "Jumps go by these numbers; is a line missing, or one too many?",
      );
  }

  private defineLabel(token: Token): void {
    const { reader } = this;
    const word = token.text.toLowerCase();
    if (this.isListing)
      reader.note(token, "A listing with instruction numbers has no labels.", "Jump to labels everywhere or nowhere.");
    else if (isOperandWord(word) || KNOWN_WORDS.has(word))
      reader.note(token, `'${token.text}' is a word of the language.`, "Choose another name for the label.");
    else this.targets.define(token);
  }

  private readInstruction(token: Token): void {
    const word = token.text.toLowerCase();
    const mnemonic = MNEMONICS.get(word);
    if (mnemonic !== undefined) this.readOrdinary(token, mnemonic);
    else if (JUMP_WORDS.includes(word)) this.readJump(token);
    else if (word === "unimp") this.readUnimplemented(token);
    else {
      const meant = nearestName(word, KNOWN_WORDS);
      this.reader.fail(
        token,
        `There is no instruction '${token.text}'.`,
        meant === undefined ? undefined : `Did you mean '${meant}'?`,
      );
    }
  }

  private readOrdinary(token: Token, mnemonic: Mnemonic): void {
    const { reader } = this;
    const { operands, branch } = mnemonic;
    const first = reader.peek();
    // What can stand alone takes an operand only from its own line.
    const standsAlone = operands.none !== undefined && first.startsLine;
    const { kind, k } = standsAlone ? NO_OPERAND : readOperand(reader);
    const code = operands[kind];
    if (code === undefined) this.wrongOperand(token, first, mnemonic, kind);
    const index = this.instructions.length;
    this.add(token, { code, jt: 0, jf: 0, k });
    if (branch === undefined) return;
    if (this.isListing) this.readNumericBranch(index);
    else if (branch === "inverted") this.targets.expectLabel(index, "jf", ",");
    else {
      this.targets.expectLabel(index, "jt", ",");
      if (reader.peek().text === ",") this.targets.expectLabel(index, "jf", ",");
    }
  }

  /** Notes an operand that the instruction has no opcode for, or the lack of one, and throws. */
  private wrongOperand(token: Token, first: Token, { operands }: Mnemonic, kind: OperandKind): never {
    const takes = (Object.keys(operands) as OperandKind[]).map((taken) => WRITTEN[taken]);
    const hint = `It takes ${takes.length > 1 ? `${takes.slice(0, -1).join(", ")} or ` : ""}${takes.at(-1)}.`;
    if (kind === "none" && first.startsLine) this.reader.fail(token, `'${token.text}' needs an operand.`, hint);
    const last = kind === "none" ? first : this.reader.previous();
    const { text, endColumn } = this.reader.span(first, last);
    this.reader.fail({ ...first, endColumn }, `'${token.text}' cannot take '${text}'.`, hint);
  }

  /** `jt 2 jf 10` */
  private readNumericBranch(index: number): void {
    this.reader.expect("jt");
    this.targets.expectNumber(index, "jt");
    this.reader.expect("jf");
    this.targets.expectNumber(index, "jf");
  }

  private readJump(token: Token): void {
    const index = this.instructions.length;
    this.add(token, { code: JUMP_ALWAYS, jt: 0, jf: 0, k: 0 });
    if (this.isListing) this.targets.expectNumber(index, "k");
    else this.targets.expectLabel(index, "k");
  }

  /** What libpcap has no word for: `unimp 0x81`. Such a listing has lost the operand. */
  private readUnimplemented(token: Token): void {
    const { reader } = this;
    const place = reader.peek();
    const code = reader.expectNumber("an opcode");
    if (code > 0xffff) reader.fail(place, `${place.text} does not fit into an opcode's 16 bits.`);
    const index = this.instructions.length;
    this.add(token, { code, jt: 0, jf: 0, k: 0 });
    if (isBranch(code) && this.isListing) this.readNumericBranch(index);
  }

  private add(token: Token, instruction: ClassicInstruction): void {
    this.instructions.push(instruction);
    this.lines.push(token.line);
  }

  /** bpf_asm lets several instructions stand on a line; what is no instruction does not belong there. */
  private expectStatementEnd(): void {
    const { reader } = this;
    const token = reader.peek();
    if (token.startsLine) return;
    const begins = token.kind === "word" && (KNOWN_WORDS.has(token.text.toLowerCase()) || reader.peek(1).text === ":");
    const followsLabel = reader.previous().text === ":";
    if (begins || followsLabel) return;
    const hint = isOperandNext(reader) ? "An instruction has at most one operand." : undefined;
    reader.fail(token, `'${token.text}' does not belong behind this instruction.`, hint);
  }
}
