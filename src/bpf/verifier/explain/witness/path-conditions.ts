import type { Branch, Condition, Instruction, Load } from "../../../isa/instruction.ts";
import type { Register } from "../../state/register.ts";
import { TYPE } from "../../state/register-type.ts";
import { isConstant } from "../../values/scalar.ts";
import { addressOf, calledBy, setBy } from "../effects.ts";
import type { RecordedStep } from "../path-recorder.ts";
import { combine, type Expression, holds, type Input, map, type Symbolic, swapBytes } from "./expression.ts";

/** A place in the packet: an offset from its beginning, and what is added to it at run time. */
export interface PacketPlace {
  readonly offset: number;
  readonly plus: Symbolic;
}

/** What has to hold of an expression for the path to be taken. */
export interface Test {
  readonly expression: Expression;
  readonly holds: (value: bigint) => boolean;
}

/** A comparison of a place in the packet with its end: what has to come of it. */
export interface LengthTest {
  readonly place: PacketPlace;
  readonly condition: Condition;
  readonly outcome: boolean;
}

const RANDOM = 7;
/** Offsets in struct __sk_buff. */
const LENGTH = 0;
const PROTOCOL = 16;

/** What a packet must be like to take a path, as far as it can be told: comparisons of one input with constants. */
export class PathConditions {
  readonly tests: Test[] = [];
  readonly lengths: LengthTest[] = [];
  /** Constants that inputs were compared with. */
  readonly constants = new Set<bigint>();
  /** Where the last instruction of the path accesses the packet, or what its address is made of. */
  refused: PacketPlace | undefined;
  readonly #hasSkBuff: boolean;
  readonly #registers: Symbolic[][] = [new Array<Symbolic>(11).fill(undefined)];
  /** What was added to packet pointers at run time. */
  readonly #moved: Symbolic[][] = [new Array<Symbolic>(11).fill(undefined)];
  readonly #stack = new Map<string, Symbolic>();
  #randoms = 0;

  constructor(path: readonly RecordedStep[], instructions: readonly (Instruction | null)[], context: string) {
    this.#hasSkBuff = context === "__sk_buff";
    for (let i = 0; i + 1 < path.length; i++) {
      const it = instructions[path[i]!.index];
      if (it !== null && it !== undefined) this.#follow(it, path[i]!, path[i + 1]!);
    }
    const last = path[path.length - 1];
    const it = last === undefined ? undefined : instructions[last.index];
    if (last !== undefined && it !== null && it !== undefined) this.#lookAtRefused(it, last);
  }

  #lookAtRefused(it: Instruction, step: RecordedStep): void {
    const base = addressOf(it);
    if (base === undefined || !("offset" in it)) return;
    const place = this.#placeOf(step, base);
    this.refused = { offset: place.offset + it.offset, plus: place.plus };
  }

  #valueOf(step: RecordedStep, number: number): Symbolic {
    const known = this.#registers[step.frame]?.[number];
    return known ?? constantOf(step.registers[number]!);
  }

  #placeOf(step: RecordedStep, number: number): PacketPlace {
    const { scalar, offset } = step.registers[number]!;
    if (isConstant(scalar)) return { offset: offset + Number(BigInt.asIntN(64, scalar.bits.value)), plus: 0n };
    return { offset, plus: this.#moved[step.frame]?.[number] };
  }

  #set(frame: number, number: number, value: Symbolic, moved?: Symbolic): void {
    const registers = this.#registers[frame];
    if (registers === undefined) return;
    registers[number] = value;
    this.#moved[frame]![number] = moved;
  }

  #follow(it: Instruction, before: RecordedStep, after: RecordedStep): void {
    const { frame } = before;
    if (after.frame > frame) {
      this.#registers[after.frame] = this.#registers[frame]!.slice();
      this.#moved[after.frame] = this.#moved[frame]!.slice();
      return;
    }
    if (after.frame < frame) {
      this.#set(after.frame, 0, this.#registers[frame]![0], this.#moved[frame]![0]);
      return;
    }
    switch (it.kind) {
      case "branch":
        this.#branch(it, before, after);
        return;
      case "alu":
        this.#alu(it, before);
        return;
      case "load":
        this.#set(frame, it.dst, this.#load(it, before));
        return;
      case "byte-swap": {
        const swapped = map(this.#valueOf(before, it.dst), (value) =>
          it.order === "le" ? BigInt.asUintN(it.bits, value) : swapBytes(value, it.bits),
        );
        this.#set(frame, it.dst, swapped);
        return;
      }
      case "store":
        if (it.bytes === 8)
          this.#store(before, it.dst, it.offset, it.src === null ? BigInt(it.imm) : this.#valueOf(before, it.src));
        return;
      case "packet-load":
        this.#packetLoad(it, before);
        return;
    }
    if (calledBy(it) !== undefined) {
      for (let number = 0; number <= 5; number++) this.#set(frame, number, undefined);
      if (it.kind === "call-helper" && it.helper === RANDOM)
        this.#set(frame, 0, input({ kind: "random", at: this.#randoms++, bytes: 4, bigEndian: false }));
      return;
    }
    const set = setBy(it);
    if (set !== undefined) this.#set(frame, set, constantOf(after.registers[set]!));
  }

  #alu(it: Extract<Instruction, { kind: "alu" }>, before: RecordedStep): void {
    const source = it.src === null ? BigInt.asUintN(64, BigInt(it.imm)) : this.#valueOf(before, it.src);
    const [dst, src] = [before.registers[it.dst]!, it.src === null ? undefined : before.registers[it.src]!];
    if (it.operation === "mov") {
      this.#set(before.frame, it.dst, source, it.src === null ? undefined : this.#moved[before.frame]?.[it.src]);
      return;
    }
    const isPacket = (register: Register | undefined): boolean => register?.type === TYPE.packet;
    if (it.operation === "add" && (isPacket(dst) || isPacket(src))) {
      const [pointer, number] = isPacket(dst) ? [it.dst, source] : [it.src!, this.#valueOf(before, it.dst)];
      const already = isConstant(before.registers[pointer]!.scalar) ? 0n : this.#moved[before.frame]?.[pointer];
      // A constant is part of the pointer's own offset.
      const added =
        typeof number === "bigint" && isConstant(isPacket(dst) ? (src ?? dst).scalar : dst.scalar)
          ? already
          : combine("add", 64, already, number);
      this.#set(before.frame, it.dst, undefined, added);
      return;
    }
    this.#set(before.frame, it.dst, combine(it.operation, it.bits, this.#valueOf(before, it.dst), source));
  }

  #load(it: Load, before: RecordedStep): Symbolic {
    const base = before.registers[it.src]!;
    const extend = (value: Symbolic): Symbolic =>
      it.signed ? map(value, (at) => BigInt.asUintN(64, BigInt.asIntN(it.bytes * 8, at))) : value;
    if (base.type === TYPE.packet && isConstant(base.scalar)) {
      const at = this.#placeOf(before, it.src).offset + it.offset;
      return at < 0 ? undefined : extend(input({ kind: "packet", at, bytes: it.bytes, bigEndian: false }));
    }
    if (base.type === TYPE.context && this.#hasSkBuff && it.bytes === 4) {
      if (it.offset + base.offset === LENGTH) return input({ kind: "length", at: 0, bytes: 4, bigEndian: false });
      if (it.offset + base.offset === PROTOCOL) return input({ kind: "protocol", at: 0, bytes: 2, bigEndian: true });
    }
    if (base.type === TYPE.stack && it.bytes === 8) return this.#stack.get(stackKey(base, it.offset));
    return undefined;
  }

  #store(before: RecordedStep, base: number, offset: number, value: Symbolic): void {
    const register = before.registers[base]!;
    if (register.type === TYPE.stack) this.#stack.set(stackKey(register, offset), value);
  }

  #packetLoad(it: Extract<Instruction, { kind: "packet-load" }>, before: RecordedStep): void {
    const read = it.src === null && it.imm >= 0;
    for (let number = 0; number <= 5; number++) this.#set(before.frame, number, undefined);
    if (!read) return;
    // Outside of the packet the program would have ended.
    this.lengths.push({ place: { offset: it.imm + it.bytes, plus: 0n }, condition: "gt", outcome: false });
    this.#set(before.frame, 0, input({ kind: "packet", at: it.imm, bytes: it.bytes, bigEndian: true }));
  }

  #branch(it: Branch, before: RecordedStep, after: RecordedStep): void {
    if (it.target === it.index + 1) return;
    const outcome = after.index === it.target;
    const [a, b] = [before.registers[it.dst]!, it.src === null ? undefined : before.registers[it.src]!];
    if (a.type === TYPE.packet && b?.type === TYPE.packetEnd)
      this.lengths.push({ place: this.#placeOf(before, it.dst), condition: it.condition, outcome });
    else if (a.type === TYPE.packetEnd && b?.type === TYPE.packet)
      this.lengths.push({
        place: this.#placeOf(before, it.src!),
        condition: MIRRORED[it.condition] ?? it.condition,
        outcome,
      });
    else
      this.#test(
        it,
        this.#valueOf(before, it.dst),
        it.src === null ? BigInt.asUintN(64, BigInt(it.imm)) : this.#valueOf(before, it.src),
        outcome,
      );
  }

  #test({ condition, bits }: Branch, a: Symbolic, b: Symbolic, outcome: boolean): void {
    if (typeof a === "object" && typeof b === "bigint") {
      this.constants.add(b);
      this.tests.push({ expression: a, holds: (value) => holds(condition, bits, value, b) === outcome });
    } else if (typeof a === "bigint" && typeof b === "object") {
      this.constants.add(a);
      this.tests.push({ expression: b, holds: (value) => holds(condition, bits, a, value) === outcome });
    }
  }
}

const MIRRORED: Partial<Record<Condition, Condition>> = { gt: "lt", lt: "gt", ge: "le", le: "ge" };

const input = (from: Input): Expression => ({ input: from, evaluate: (value) => value });

const constantOf = ({ type, scalar, offset, id }: Register): Symbolic =>
  type === TYPE.scalar && isConstant(scalar)
    ? BigInt.asUintN(64, scalar.bits.value + BigInt(id === 0 ? 0 : offset))
    : undefined;

const stackKey = ({ extent, offset, scalar }: Register, at: number): string =>
  `${extent}:${offset + at + (isConstant(scalar) ? Number(BigInt.asIntN(64, scalar.bits.value)) : Number.NaN)}`;
