import type { Instruction } from "../../isa/instruction.ts";
import type { ProgramType } from "../../program-type.ts";
import { registerText } from "../log/register-text.ts";
import type { Register } from "../state/register.ts";
import { baseOf, isPacketPointer, TYPE } from "../state/register-type.ts";
import { calledBy, madeOf, setBy } from "./effects.ts";
import type { RecordedStep } from "./path-recorder.ts";
import { FIRST_SLOT, heldIn, nameOf, type Place, stackPlace } from "./place.ts";
import { inWords } from "./words.ts";

/** Something on the way to a refusal that has to do with it. */
export interface Cause {
  /** Slot of the instruction. */
  readonly instruction: number;
  /** What happens there: the rest of a sentence. */
  readonly says: string;
  /** The register afterwards, as the kernel's logs show it; absent where none is meant. */
  readonly state?: string;
}

/** Causes that are told; the last ones matter most. */
const MAX_CAUSES = 16;

const keyOf = (frame: number, number: number): number => frame * 128 + number;

/** Follows a register back from the end of a path: where its value comes from, what moved it and what was learnt about it. */
export class CauseFinder {
  readonly #path: readonly RecordedStep[];
  readonly #instructions: readonly (Instruction | null)[];
  readonly #programType: ProgramType;
  readonly #wanted = new Map<number, Place>();
  readonly #causes: Cause[] = [];

  constructor(path: readonly RecordedStep[], instructions: readonly (Instruction | null)[], programType: ProgramType) {
    this.#path = path;
    this.#instructions = instructions;
    this.#programType = programType;
  }

  /** From the origin on. @param register of the function at the path's end. */
  follow(register: number): readonly Cause[] {
    const last = this.#path[this.#path.length - 1];
    if (last === undefined) return [];
    this.#want(last.frame, register);
    let i = this.#path.length - 2;
    for (; i >= 0 && this.#wanted.size > 0 && this.#causes.length < MAX_CAUSES; i--)
      this.#stepBack(this.#path[i]!, this.#path[i + 1]!);
    if (i < 0) this.#begin();
    return this.#causes.reverse();
  }

  #want(frame: number, number: number): void {
    // R10 is always what it is.
    if (number !== 10) this.#wanted.set(keyOf(frame, number), { frame, number });
  }

  #wants = (frame: number, number: number): boolean => this.#wanted.has(keyOf(frame, number));

  #settle(frame: number, number: number): void {
    this.#wanted.delete(keyOf(frame, number));
  }

  #tell(instruction: number, says: string, value?: Register, frame = 0): void {
    this.#causes.push({
      instruction,
      says: value === undefined ? says : `${says}: ${inWords(value)}`,
      ...(value === undefined || value.type === TYPE.notInit ? {} : { state: registerText(value, frame, false) }),
    });
  }

  /** The path begins here, and something was never set. */
  #begin(): void {
    const first = this.#path[0]!;
    for (const { frame, number } of this.#wanted.values()) {
      if (frame > 0 || first.index !== 0) continue;
      if (number === 1) this.#tell(first.index, "R1 is given to the program", first.registers[1], 0);
      else if (number < FIRST_SLOT) this.#tell(first.index, `R${number} is not set when the program begins`);
    }
  }

  #stepBack(before: RecordedStep, after: RecordedStep): void {
    const it = this.#instructions[before.index];
    if (it === null || it === undefined) return;
    if (after.frame > before.frame) this.#leaveCall(before, after, it);
    else if (after.frame < before.frame) this.#enterFunction(before, after);
    else if (it.kind === "branch" || it.kind === "may-goto") this.#branch(before, after, it);
    else this.#plain(before, after, it);
  }

  /** The function that is walked later is entered by this call. */
  #leaveCall(before: RecordedStep, after: RecordedStep, it: Instruction): void {
    for (const { frame, number } of [...this.#wanted.values()]) {
      if (frame !== after.frame) continue;
      this.#settle(frame, number);
      if (number < 1 || number > 5) continue;
      this.#tell(
        it.index,
        `R${number} is handed to the function at ${after.index}`,
        after.registers[number],
        after.frame,
      );
      this.#want(before.frame, number);
    }
  }

  /** A function returned here to its caller, which is walked later. */
  #enterFunction(before: RecordedStep, after: RecordedStep): void {
    for (let number = 0; number <= 5; number++) {
      if (!this.#wants(after.frame, number)) continue;
      this.#settle(after.frame, number);
      if (number === 0) {
        this.#tell(before.index, "R0 is what the function returns", after.registers[0], after.frame);
        this.#want(before.frame, 0);
      } else this.#tell(before.index, `the function that returns here leaves R${number} unset`);
    }
  }

  #branch(before: RecordedStep, after: RecordedStep, it: Extract<Instruction, { kind: "branch" | "may-goto" }>): void {
    const taken = after.index === it.target && it.target !== it.index + 1;
    const way = taken ? `jumps to ${it.target}` : "does not jump";
    for (const { frame, number } of this.#wanted.values()) {
      if (frame !== before.frame) continue;
      const [was, is] = [heldIn(before, number), heldIn(after, number)];
      if (was === undefined || is === undefined) continue;
      if (was !== is && registerText(was, frame, false) !== registerText(is, frame, false))
        this.#tell(it.index, `${way}: ${nameOf(number)} is known better now`, is, frame);
      else if (it.kind === "branch" && (it.dst === number || it.src === number))
        this.#tell(it.index, `${way}, and nothing new is known of ${nameOf(number)}`);
    }
  }

  #plain(before: RecordedStep, after: RecordedStep, it: Instruction): void {
    const { frame } = before;
    const called = calledBy(it);
    if (called !== undefined) {
      for (let number = 0; number <= 5; number++) {
        if (!this.#wants(frame, number)) continue;
        this.#settle(frame, number);
        const gives = number === 0 && after.registers[0]!.type !== TYPE.notInit;
        if (gives) this.#tell(it.index, `R0 is what ${called} gives`, after.registers[0], frame);
        else this.#tell(it.index, `${called} leaves R${number} unset`);
      }
      this.#voided(before, after, it.index, called);
      return;
    }
    const set = setBy(it);
    if (set !== undefined && this.#wants(frame, set)) {
      this.#settle(frame, set);
      this.#tell(it.index, `R${set} ${this.#howSet(before, it)}`, after.registers[set], frame);
      for (const source of madeOf(it)) this.#want(frame, source);
    }
    if (it.kind === "store" && it.src !== null) this.#store(before, it.index, it.dst, it.offset, it.src);
  }

  /** Pointers that a call made void. */
  #voided(before: RecordedStep, after: RecordedStep, index: number, called: string): void {
    for (const { frame, number } of [...this.#wanted.values()]) {
      const [was, is] = [heldIn(before, number), heldIn(after, number)];
      if (frame !== before.frame || was === undefined || is === undefined) continue;
      const wasPacket = isPacketPointer(was.type) || was.type === TYPE.packetEnd;
      if (!wasPacket || is.type !== TYPE.scalar) continue;
      this.#settle(frame, number);
      this.#tell(index, `${called} may move the packet: ${nameOf(number)} is no pointer any more`);
      this.#want(frame, number);
    }
  }

  #store(before: RecordedStep, index: number, base: number, offset: number, source: number): void {
    const at = stackPlace(before, base, offset);
    if (at === undefined || !this.#wants(at.frame, at.number)) return;
    this.#settle(at.frame, at.number);
    this.#tell(index, `R${source} is saved at ${nameOf(at.number)}`, before.registers[source], before.frame);
    this.#want(before.frame, source);
  }

  /** `is copied from R1`: how an instruction sets its register; notes where to look on. */
  #howSet(before: RecordedStep, it: Instruction): string {
    switch (it.kind) {
      case "alu":
        if (it.operation !== "mov") {
          const moves =
            baseOf(before.registers[it.dst]!.type) > TYPE.scalar ||
            (it.src !== null && baseOf(before.registers[it.src]!.type) > TYPE.scalar);
          return moves ? "is moved" : "is computed";
        }
        return it.src === null ? "is set" : `is copied from R${it.src}`;
      case "negate":
      case "byte-swap":
        return "is computed";
      case "move-signed":
        return `is copied from R${it.src}`;
      case "constant":
      case "reference":
        return "is set";
      case "load":
      case "load-acquire":
        return `is read from ${this.#memoryOf(before, it.src, it.offset, it.bytes)}`;
      case "atomic":
        return "is what was there before";
      default:
        return "is set";
    }
  }

  #memoryOf(before: RecordedStep, base: number, offset: number, bytes: number): string {
    const register = before.registers[base]!;
    const { type } = register;
    if (type === TYPE.context) {
      const at = offset + register.offset;
      const { fields, name } = this.#programType.context;
      const field = fields.find((it) => at >= it.offset && at < it.offset + it.size);
      return field === undefined ? "the context" : `the context (${name}.${field.name})`;
    }
    if (type === TYPE.stack) {
      const at = stackPlace(before, base, offset);
      if (at === undefined) return "the stack";
      if (at.frame === before.frame && heldIn(before, at.number) !== undefined) this.#want(at.frame, at.number);
      return `the stack at ${nameOf(at.number)}`;
    }
    const width = `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
    if (type === TYPE.packet) return `the packet, ${width}`;
    if (type === TYPE.mapValue) return `a map's value, ${width}`;
    return "memory";
  }
}
