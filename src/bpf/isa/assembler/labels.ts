import { nearestName } from "../../nearest-name.ts";
import type { TextProblem } from "../../program-text-error.ts";
import { HELPER_NAMES, helperNumber } from "../helper-names.ts";
import type { Instruction } from "../instruction.ts";
import type { Draft, NameUse } from "./draft.ts";
import { StatementError } from "./tokens.ts";

/** Something that a program's text names and a loader has to find. */
export interface ProgramReference {
  readonly kind: "map" | "kernel-function";
  readonly name: string;
  /** Slot of the instruction: a 64-bit immediate load (map) or a call (kernel function). */
  readonly index: number;
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** The names of a program's text: where its labels are, and what of the rest is outside it. */
export class Labels {
  readonly references: ProgramReference[] = [];
  private readonly slots = new Map<string, { slot: number; line: number }>();
  private firstExit: number | undefined;

  /** Notes a label, or says why there can be none: it is there already, or could be mistaken for a register. */
  define(name: string, slot: number, line: number, column: number): TextProblem | undefined {
    const place = { line, column, endColumn: column + name.length };
    if (/^(?:[rw]\d+|fp|pc)$/i.test(name)) return { ...place, message: `'${name}' cannot be a label.` };
    const before = this.slots.get(name);
    if (before !== undefined) return { ...place, message: `Label '${name}' is already on line ${before.line}.` };
    this.slots.set(name, { slot, line });
    return undefined;
  }

  /** Looks at every instruction in turn: jumps of the mnemonic syntax may go to the first 'exit' by that name. */
  see(instruction: Instruction): void {
    if (instruction.kind === "exit") this.firstExit ??= instruction.index;
  }

  /** The instruction with the name that it uses looked up. Throws StatementError where nothing has the name. */
  resolve({ instruction, uses }: Draft, line: number): Instruction {
    if (uses === undefined) return instruction;
    const { index } = instruction;
    const label = this.slots.get(uses.name)?.slot;
    switch (uses.as) {
      case "target":
      case "target-or-exit": {
        const slot = label ?? (uses.as === "target-or-exit" && uses.name === "exit" ? this.firstExit : undefined);
        if (slot === undefined) return this.unknown(uses, line, "label", this.slots.keys());
        return this.withTarget(instruction, slot, uses, line);
      }
      case "function": {
        if (label !== undefined) return { kind: "call-local", index, target: label };
        const helper = helperNumber(uses.name);
        if (helper === undefined)
          return this.unknown(uses, line, "function or helper", [...this.slots.keys(), ...HELPER_NAMES]);
        return { kind: "call-helper", index, helper };
      }
      case "address":
        if (label !== undefined && instruction.kind === "reference")
          return { ...instruction, to: "function", imm: label - index - 1 };
        this.refer("map", uses, index, line);
        return instruction;
      case "map":
      case "kernel-function":
        this.refer(uses.as, uses, index, line);
        return instruction;
    }
  }

  private withTarget(instruction: Instruction, target: number, uses: NameUse, line: number): Instruction {
    const distance = target - instruction.index - 1;
    if (instruction.kind === "reference") return { ...instruction, imm: distance };
    const far = instruction.kind === "call-local" || (instruction.kind === "jump" && instruction.far);
    if (!far && (distance < -0x8000 || distance > 0x7fff))
      throw new StatementError({
        ...place(uses, line),
        message: `Label '${uses.name}' is ${Math.abs(distance)} instructions away; this jump reaches 32767.`,
        hint: "'gotol' (mnemonic: 'ja32') jumps further.",
      });
    return { ...instruction, target } as Instruction;
  }

  private refer(kind: ProgramReference["kind"], uses: NameUse, index: number, line: number): void {
    this.references.push({ kind, name: uses.name, index, ...place(uses, line) });
  }

  private unknown(uses: NameUse, line: number, what: string, candidates: Iterable<string>): never {
    const near = nearestName(uses.name, candidates);
    throw new StatementError({
      ...place(uses, line),
      message: `There is no ${what} '${uses.name}'.`,
      ...(near === undefined ? {} : { hint: `Did you mean '${near}'?` }),
    });
  }
}

function place({ token }: NameUse, line: number): { line: number; column: number; endColumn: number } {
  return { line, column: token.column, endColumn: token.endColumn };
}
