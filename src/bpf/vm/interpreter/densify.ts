import { TAIL_CALL } from "../../helpers/tail-call.ts";
import type { Alu, AluOperation, Branch, Condition, Instruction, MoveSigned } from "../../isa/instruction.ts";
import type { Environment } from "../environment.ts";
import type { HostFunction } from "../host-function.ts";
import type { LinkedProgram } from "../link.ts";
import { type DenseCode, type HostCall, OPERATION, REGISTER_WORDS, STRIDE } from "./dense-code.ts";

/** Opcodes of 64-bit arithmetic with a register; 32-bit arithmetic is 3 less. */
const ARITHMETIC: Readonly<Record<Exclude<AluOperation, "sdiv" | "smod">, number>> = {
  add: 0x0f,
  sub: 0x1f,
  mul: 0x2f,
  div: 0x3f,
  or: 0x4f,
  and: 0x5f,
  lsh: 0x6f,
  rsh: 0x7f,
  mod: 0x9f,
  xor: 0xaf,
  mov: 0xbf,
  arsh: 0xcf,
};

/** Opcodes of 64-bit comparisons of registers; 32-bit ones are 1 more. */
const COMPARISON: Readonly<Record<Condition, number>> = {
  eq: 0x1d,
  gt: 0x2d,
  ge: 0x3d,
  set: 0x4d,
  ne: 0x5d,
  sgt: 0x6d,
  sge: 0x7d,
  lt: 0xad,
  le: 0xbd,
  slt: 0xcd,
  sle: 0xdd,
};

const LOAD = { 1: 0x71, 2: 0x69, 4: 0x61, 8: 0x79 } as const;
const LOAD_SIGNED = { 1: 0x91, 2: 0x89, 4: 0x81, 8: 0x79 } as const;
const STORE = { 1: 0x73, 2: 0x6b, 4: 0x63, 8: 0x7b } as const;
const PACKET_LOAD = { 1: 0x50, 2: 0x48, 4: 0x40 } as const;
const MOVE_SIGNED: Readonly<Record<string, number>> = {
  "8 to 64": OPERATION.moveSigned8To64,
  "16 to 64": OPERATION.moveSigned16To64,
  "32 to 64": OPERATION.moveSigned32To64,
  "8 to 32": OPERATION.moveSigned8To32,
  "16 to 32": OPERATION.moveSigned16To32,
};

/** The constants of a program, each once, behind the registers of a value array. */
class Constants {
  private readonly words: number[] = new Array<number>(REGISTER_WORDS).fill(0);
  private readonly places = new Map<bigint, number>();

  /** Index of the value's lower half. */
  place(value: bigint): number {
    const key = BigInt.asUintN(64, value);
    let place = this.places.get(key);
    if (place === undefined) {
      place = this.words.push(Number(key & 0xffff_ffffn), Number(key >> 32n)) - 2;
      this.places.set(key, place);
    }
    return place;
  }

  toArray(): Int32Array {
    return Int32Array.from(this.words, (word) => word | 0);
  }
}

type Dense = readonly [operation: number, destination: number, source: number, extra: number];

/** How the program's own functions are numbered: what a register holds that points at the one at `target`. */
export type FunctionNumbers = (target: number) => number;

/** Turns a linked program into dense code. */
export function densify(program: LinkedProgram, environment: Environment, functions: FunctionNumbers): DenseCode {
  const { instructions } = program;
  const words = new Int32Array(instructions.length * STRIDE);
  const constants = new Constants();
  const hosts: HostCall[] = [];

  const register = (number: number) => number * 2;
  const source = ({ src, imm }: { src: number | null; imm: number }) =>
    src === null ? constants.place(BigInt(imm)) : register(src);
  const start = (slot: number) => slot * STRIDE;
  const call = (host: HostFunction): Dense => {
    const narrow = host.result !== "i64" && host.parameters.every((kind) => kind === "i32");
    return [0x85, 0, 0, hosts.push({ host, narrow }) - 1];
  };

  /** Operation, destination, source and extra of an instruction. */
  const dense = (it: Instruction): Dense => {
    switch (it.kind) {
      case "alu":
        if (isShiftByLess(it)) return [SHIFT_BY[it.operation]!, register(it.dst), 0, it.imm];
        return [arithmetic(it.operation, it.bits), register(it.dst), source(it), 0];
      case "negate":
        return [it.bits === 64 ? 0x87 : 0x84, register(it.dst), 0, 0];
      case "move-signed":
        return [MOVE_SIGNED[signedMove(it)]!, register(it.dst), register(it.src), 0];
      case "byte-swap":
        // Memory is little-endian: a conversion to little-endian order only clears what is above it.
        if (it.order !== "le") return [SWAP[it.bits], register(it.dst), 0, 0];
        return [0x5f, register(it.dst), constants.place((1n << BigInt(it.bits)) - 1n), 0];
      case "address-space-cast":
        return [0xbc, register(it.dst), register(it.src), 0];
      case "percpu-address":
        // There is one processor, whose variables lie where they are declared.
        return [0xbf, register(it.dst), register(it.src), 0];
      case "constant":
        return [0x18, register(it.dst), constants.place(it.value), 0];
      case "reference": {
        const value = it.to === "function" ? functions(it.index + 1 + it.imm) : program.addresses.get(it.index)!;
        return [0x18, register(it.dst), constants.place(BigInt(value)), 0];
      }
      case "load":
        if (it.probes === true) return [OPERATION.probe, register(it.dst), register(it.src), it.offset];
        return [(it.signed ? LOAD_SIGNED : LOAD)[it.bytes], register(it.dst), register(it.src), it.offset];
      case "store":
        return [STORE[it.bytes], register(it.dst), source(it), it.offset];
      case "atomic":
        return [OPERATION.atomic, register(it.dst), register(it.src), it.offset];
      case "load-acquire":
        return [OPERATION.loadAcquire, register(it.dst), register(it.src), it.offset];
      case "store-release":
        return [OPERATION.storeRelease, register(it.dst), register(it.src), it.offset];
      case "packet-load":
        return [PACKET_LOAD[it.bytes], 0, it.src === null ? constants.place(0n) : register(it.src), it.imm];
      case "jump":
        return [0x05, 0, 0, start(it.target)];
      case "branch":
        return branch(it, register(it.dst), source(it), start(it.target));
      case "may-goto":
        return [0xe5, 0, 0, start(it.target)];
      case "call-helper":
        return it.helper === TAIL_CALL ? [OPERATION.tailCall, 0, 0, 0] : call(program.hosts.get(it.index)!);
      case "call-local":
        return [OPERATION.callLocal, 0, 0, start(it.target)];
      case "call-kernel":
        return call(program.hosts.get(it.index)!);
      case "call-register":
        return [0x8d, register(it.register), 0, 0];
      case "exit":
        return [0x95, 0, 0, 0];
    }
  };

  for (const instruction of instructions) {
    if (instruction === null) continue;
    const [operation, destination, from, extra] = dense(instruction);
    words.set([operation | (destination << 16), from, extra], start(instruction.index));
  }
  const maps = new Set([...program.addresses.values()].map(Number));
  return { words, values: constants.toArray(), hosts, maps, instructions, environment };
}

const SHIFT_BY: Partial<Record<AluOperation, number>> = {
  lsh: OPERATION.lsh64By,
  rsh: OPERATION.rsh64By,
  arsh: OPERATION.arsh64By,
};

/** A shift of 64 bits by 1 to 31, which needs no look at the distance when it runs. */
function isShiftByLess({ operation, bits, src, imm }: Alu): boolean {
  return SHIFT_BY[operation] !== undefined && bits === 64 && src === null && imm > 0 && imm < 32;
}

const SWAP = { 16: OPERATION.swap16, 32: OPERATION.swap32, 64: OPERATION.swap64 } as const;

function arithmetic(operation: AluOperation, bits: 32 | 64): number {
  if (operation === "sdiv") return bits === 64 ? OPERATION.sdiv64 : OPERATION.sdiv32;
  if (operation === "smod") return bits === 64 ? OPERATION.smod64 : OPERATION.smod32;
  return ARITHMETIC[operation] - (bits === 64 ? 0 : 3);
}

function signedMove({ from, bits }: MoveSigned): string {
  return `${from} to ${bits}`;
}

function branch({ condition, bits }: Branch, left: number, right: number, target: number): Dense {
  return [COMPARISON[condition] + (bits === 64 ? 0 : 1), left, right, target];
}
