import { type ClassicInstruction, FIELDS } from "../instruction.ts";
import type { InstructionLines } from "./instruction-lines.ts";
import { numberValue, type Token } from "./token.ts";
import { type TokenReader, Unreadable } from "./token-reader.ts";

/** Reads the lines of a C array: `{ 0x28, 0, 0, 0x0000000c },`. */
export function readArrayLines(reader: TokenReader): InstructionLines {
  const program: InstructionLines = { instructions: [], lines: [] };
  eachUntilEnd(reader, (start) => {
    reader.expect("{");
    add(program, start, readFields(reader, ",", numberValue));
    reader.expect("}");
    if (reader.peek().kind !== "end") reader.expect(",");
  });
  return program;
}

/** Reads `tcpdump -ddd`: the count, then a line per instruction. */
export function readDecimalLines(reader: TokenReader): InstructionLines {
  return readCounted(reader, () => {
    if (!reader.peek().startsLine) reader.missing("the end of the line");
  });
}

/** Reads the bytecode of tc and xt_bpf: `13,40 0 0 12,...`; a comma may end it. */
export function readBytecode(reader: TokenReader): InstructionLines {
  return readCounted(reader, () => {
    if (reader.peek().kind !== "end") reader.expect(",");
  });
}

function readCounted(reader: TokenReader, expectSeparator: () => void): InstructionLines {
  const program: InstructionLines = { instructions: [], lines: [] };
  const first = reader.peek();
  let count: number | undefined;
  let spoilt = false;
  const read = (start: Token) => {
    if (start === first) {
      count = readField(reader, "the count of instructions", 0xffff_ffff, decimalValue);
      if (reader.peek().kind === "number" && !reader.peek().startsLine)
        reader.fail(first, "The number of instructions must stand first, by itself.");
    } else add(program, start, readFields(reader, "", decimalValue));
    expectSeparator();
  };
  eachUntilEnd(reader, read, () => {
    spoilt = true;
  });
  const found = program.instructions.length;
  if (count !== undefined && !spoilt && count !== found)
    reader.note(
      first,
      `This says ${count} instruction${count === 1 ? "" : "s"}, but ${found} follow${found === 1 ? "s" : ""}.`,
    );
  return program;
}

/** Calls `read` with the next token until there is none; where it cannot read on, goes on with the next line. */
function eachUntilEnd(reader: TokenReader, read: (start: Token) => void, spoilt: () => void = () => {}): void {
  while (reader.peek().kind !== "end") {
    const start = reader.peek();
    try {
      read(start);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      spoilt();
      reader.skipLine(start);
    }
  }
}

function add({ instructions, lines }: InstructionLines, start: Token, instruction: ClassicInstruction): void {
  instructions.push(instruction);
  lines.push(start.line);
}

type NumberSyntax = (text: string) => number | undefined;

/** Leading zeros are no sign of octal here, unlike in C. */
function decimalValue(text: string): number | undefined {
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** Four numbers with a separator between them. */
function readFields(reader: TokenReader, separator: string, syntax: NumberSyntax): ClassicInstruction {
  const [code, jt, jf, k] = FIELDS.map(([name, limit], i) => {
    if (i > 0 && separator !== "") reader.expect(separator);
    return readField(reader, name, limit, syntax);
  });
  return { code: code!, jt: jt!, jf: jf!, k: k! };
}

/** Notes what is too big, but reads on; `k` may be negative and is made unsigned. */
function readField(reader: TokenReader, name: string, limit: number, syntax: NumberSyntax): number {
  const sign = name === "k" ? reader.takeIf("-") : undefined;
  const token = reader.peek();
  if (token.kind !== "number" || (token.startsLine && name !== "code" && name !== "the count of instructions"))
    reader.missing(name === "code" ? "an opcode" : name);
  reader.take();
  const value = syntax(token.text);
  if (value === undefined) reader.fail(token, `'${token.text}' is not a number.`);
  const place = { ...token, column: sign?.column ?? token.column };
  if (sign !== undefined && value > 0x8000_0000) reader.note(place, `-${token.text} does not fit into 32 bits.`);
  else if (value > limit) reader.note(place, `${token.text} is too big for ${name}: it goes up to ${limit}.`);
  return sign === undefined ? value : -value >>> 0;
}
