import { nearestName } from "../../nearest-name.ts";
import type { ClassicInstruction } from "../instruction.ts";
import type { Token } from "./token.ts";
import type { TokenReader } from "./token-reader.ts";

/** The field of an instruction that a target becomes a distance in. */
type DistanceField = "jt" | "jf" | "k";

/** The farthest that a conditional jump can skip. */
const FARTHEST = 0xff;

/** Where jumps go to: gathered while a program is read, turned into distances when all of it is known. */
export class JumpTargets {
  private readonly reader: TokenReader;
  private readonly instructions: ClassicInstruction[];
  private readonly labels = new Map<string, { readonly index: number; readonly token: Token }>();
  private readonly jumps: { index: number; field: DistanceField; token: Token; target: number | string }[] = [];

  /** @param instructions the program, which grows while it is read and whose distances `resolve` fills in. */
  constructor(reader: TokenReader, instructions: ClassicInstruction[]) {
    this.reader = reader;
    this.instructions = instructions;
  }

  /** A label before the instruction that is read next. */
  define(token: Token): void {
    const first = this.labels.get(token.text);
    if (first === undefined) this.labels.set(token.text, { index: this.instructions.length, token });
    else
      this.reader.note(
        token,
        `There is a label '${token.text}' already, on line ${first.token.line}.`,
        "Give one of them another name.",
      );
  }

  /** Reads the label that instruction `index` jumps to, and before it a separator. */
  expectLabel(index: number, field: DistanceField, separator?: string): void {
    const { reader } = this;
    if (separator !== undefined && reader.takeIf(separator) === undefined)
      reader.missing(`'${separator}' and the label to jump to`);
    if (reader.peek().kind !== "word") reader.missing("a label");
    const token = reader.take();
    this.jumps.push({ index, field, token, target: token.text });
  }

  /** Reads the number of the instruction that instruction `index` jumps to. */
  expectNumber(index: number, field: DistanceField): void {
    const token = this.reader.peek();
    const target = this.reader.expectNumber("the number of an instruction");
    this.jumps.push({ index, field, token, target: target | 0 });
  }

  /** Fills in all distances, or notes why they cannot be. */
  resolve(): void {
    const { reader, instructions, labels } = this;
    for (const { index, field, token, target } of this.jumps) {
      const to = typeof target === "number" ? target : labels.get(target)?.index;
      if (to === undefined) {
        const meant = nearestName(token.text, labels.keys());
        reader.note(
          token,
          `There is no label '${token.text}'.`,
          meant === undefined ? undefined : `Did you mean '${meant}'?`,
        );
        continue;
      }
      const distance = to - index - 1;
      if (distance < 0 && field === "k" && typeof target === "number")
        // tcpdump lists programs that libpcap loops in, for `protochain`; saying that the kernel takes none is not for here.
        instructions[index] = { ...instructions[index]!, k: distance >>> 0 };
      else if (distance < 0)
        reader.note(
          token,
          `'${token.text}' is instruction ${to}, and this is instruction ${index}: classic BPF only jumps forward.`,
        );
      else if (field !== "k" && distance > FARTHEST)
        reader.note(
          token,
          `'${token.text}' is ${distance} instructions ahead; a conditional jump reaches ${FARTHEST} at most.`,
          "Jump to a 'ja' nearby that goes on from there.",
        );
      else instructions[index] = { ...instructions[index]!, [field]: distance };
    }
    for (const { index, token } of labels.values())
      if (index === instructions.length) reader.note(token, `No instruction follows the label '${token.text}'.`);
  }
}
