import type { Instruction } from "../../isa/instruction.ts";
import type { ContextLayout } from "../../program-type/context-layout.ts";
import type { WalkObserver } from "../observer.ts";
import { type Register, sumOf } from "../state/register.ts";
import { baseOf, mayBeNull, TYPE } from "../state/register-type.ts";
import { BYTE, byteOf } from "../state/stack-slot.ts";
import { isConstant } from "../values/scalar.ts";
import type { Walk } from "../walk/walk.ts";

/** A field of the context that the program touches. */
export interface TouchedField {
  readonly name: string;
  readonly access: "read" | "write";
  /** Slot of the first instruction that does. */
  readonly instruction: number;
}

const LOOKUP = 1;

/** Gathers, while a program is walked, what only the walk can tell and older releases do not allow. Slots of first instructions. */
export class WalkFindings implements WalkObserver {
  readonly fields: TouchedField[] = [];
  variableStackAccess: number | undefined;
  unsetStackRead: number | undefined;
  uncheckedLookup: number | undefined;
  congestionResult: number | undefined;
  /** A scalar was saved on the stack; one was compared that is another one plus a constant. */
  spillsScalars = false;
  comparesSums = false;
  readonly #reached = new Set<number>();
  /** Results of look-ups that cannot be NULL and were not compared with it; states share what registers hold. */
  readonly #uncompared = new WeakSet<Register>();
  /** The instruction at hand moves one of them. */
  #moves = false;

  arrived(walk: Walk): void {
    const { index } = walk;
    this.#reached.add(index);
    this.#moves = false;
    const it = walk.model.instructions[index];
    if (it === null || it === undefined) return;
    if (it.kind === "exit") this.#lookAtResult(walk);
    const { registers } = walk.frame;
    if (it.kind === "branch" && it.src === null && it.imm === 0) this.#uncompared.delete(registers[it.dst]!);
    if (it.kind === "branch" && registers.some((register) => sumOf(register.id) !== 0)) this.comparesSums = true;
    if (it.kind === "alu") this.#moves = [it.dst, it.src ?? it.dst].some((at) => this.#uncompared.has(registers[at]!));
    const access = accessOf(it);
    if (access === undefined) return;
    const register = registers[access.register]!;
    if (this.#uncompared.has(register)) this.uncheckedLookup ??= index;
    if (register.type === TYPE.context) this.#lookAtContext(walk, register, access);
    else if (register.type === TYPE.stack) this.#lookAtStack(walk, register, access);
    if (it.kind === "store" && it.src !== null && register.type === TYPE.stack)
      this.spillsScalars ||= registers[it.src]!.type === TYPE.scalar;
  }

  walked({ model, frame, state }: Walk): void {
    const it = model.instructions[state.index];
    if (it?.kind === "alu" && this.#moves) this.#uncompared.add(frame.registers[it.dst]!);
    if (it?.kind !== "call-helper" || it.helper !== LOOKUP) return;
    const result = frame.registers[0]!;
    if (baseOf(result.type) === TYPE.mapValue && !mayBeNull(result.type)) this.#uncompared.add(result);
  }

  /** Some path came to the instruction. */
  reached(index: number): boolean {
    return this.#reached.has(index);
  }

  #lookAtContext({ programType, index }: Walk, register: Register, { offset, access }: Access): void {
    if (!isConstant(register.scalar)) return;
    const at = offset + register.offset + Number(register.scalar.smin);
    const name = fieldAt(programType.context, at);
    if (name === undefined || this.fields.some((field) => field.name === name && field.access === access)) return;
    this.fields.push({ name, access, instruction: index });
  }

  #lookAtStack(walk: Walk, register: Register, { offset, bytes, access }: Access): void {
    if (!isConstant(register.scalar)) {
      this.variableStackAccess ??= walk.index;
      return;
    }
    if (access === "write") return;
    const { stack } = walk.state.frames[register.extent] ?? walk.frame;
    const first = offset + register.offset + Number(register.scalar.smin);
    for (let at = first; at < first + bytes; at++) {
      const slot = stack[(-at - 1) >> 3];
      if (slot === undefined || byteOf(slot, (-at - 1) & 7) === BYTE.invalid) this.unsetStackRead ??= walk.index;
    }
  }

  #lookAtResult({ programType, state, frame, index }: Walk): void {
    if (programType.name !== "cgroup_skb" || state.frames.length > 1) return;
    const result = frame.registers[0]!;
    if (result.type === TYPE.scalar && result.scalar.umax > 1n) this.congestionResult ??= index;
  }
}

interface Access {
  readonly register: number;
  readonly offset: number;
  readonly bytes: number;
  readonly access: "read" | "write";
}

/** The memory that a load or store is about. */
function accessOf(it: Instruction): Access | undefined {
  switch (it.kind) {
    case "load":
    case "load-acquire":
      return { register: it.src, offset: it.offset, bytes: it.bytes, access: "read" };
    case "store":
    case "store-release":
      return { register: it.dst, offset: it.offset, bytes: it.bytes, access: "write" };
    default:
      return undefined;
  }
}

const fieldAt = ({ fields }: ContextLayout, at: number): string | undefined =>
  fields.find(({ offset, size }) => at >= offset && at < offset + size)?.name;
