import type { Instruction } from "../../bpf/isa/instruction.ts";
import type { KnownMap } from "./known-maps.ts";

/** What a register is known to hold. */
export type Value =
  | { readonly kind: "numbers"; readonly numbers: readonly number[] }
  | { readonly kind: "context" }
  /** The address of a byte of the packet: bytes from its beginning, absent where nobody knows. */
  | { readonly kind: "packet"; readonly at?: number }
  | { readonly kind: "map"; readonly map: KnownMap };

/** `isMore`: it may hold something else, too. */
export interface Register {
  readonly value?: Value;
  readonly isMore: boolean;
}

/** R0 to R10 before an instruction. */
export type Registers = readonly Register[];

/** Where values come from. */
export interface Origins {
  /** Offset in the context of the packet's address. */
  readonly dataAt: number | undefined;
  mapAt(instruction: Instruction): KnownMap | undefined;
}

const ANYTHING: Register = { isMore: true };
const CONTEXT: Register = { value: { kind: "context" }, isMore: false };
const REGISTERS = 11;
/** Numbers that are remembered of one register. */
const MOST_NUMBERS = 16;
/** Instructions of a program that is looked at: rules say nothing of longer ones. */
const MOST_INSTRUCTIONS = 20_000;

/**
 * Follows what registers hold along all ways from an entry, and shows each instruction that can be reached once, with all that its
 * registers can hold. It does not follow memory, nor which way branches go.
 */
export function walk(
  instructions: readonly (Instruction | null)[],
  entry: number,
  origins: Origins,
  see: (instruction: Instruction, registers: Registers) => void,
): void {
  const before = new Map<number, Registers>();
  const start = Array.from({ length: REGISTERS }, () => ANYTHING);
  // A function's arguments are its caller's affair.
  if (entry === 0) start[1] = CONTEXT;
  before.set(entry, start);
  const open = [entry];
  if (instructions.length > MOST_INSTRUCTIONS) {
    see({ kind: "exit", index: 0 }, start);
    return;
  }
  for (let slot = open.pop(); slot !== undefined; slot = open.pop()) {
    const it = instructions[slot];
    if (it === null || it === undefined) continue;
    const after = step(it, before.get(slot)!, origins);
    for (const next of followers(it, slot)) {
      const known = before.get(next);
      const joined = known === undefined ? after : join(known, after);
      if (joined === known) continue;
      before.set(next, joined);
      open.push(next);
    }
  }
  for (const [slot, registers] of [...before].sort(([a], [b]) => a - b)) {
    const it = instructions[slot];
    if (it) see(it, registers);
  }
}

function followers(it: Instruction, slot: number): readonly number[] {
  switch (it.kind) {
    case "exit":
      return [];
    case "jump":
      return [it.target];
    case "branch":
    case "may-goto":
      return [slot + 1, it.target];
    case "constant":
    case "reference":
      return [slot + 2];
    default:
      return [slot + 1];
  }
}

function step(it: Instruction, registers: Registers, origins: Origins): Registers {
  switch (it.kind) {
    case "alu":
      return set(registers, it.dst, calculated(it, registers));
    case "constant":
      return set(registers, it.dst, numbers([Number(BigInt.asIntN(64, it.value))]));
    case "reference": {
      const map = origins.mapAt(it);
      return set(registers, it.dst, map === undefined ? ANYTHING : { value: { kind: "map", map }, isMore: false });
    }
    case "load": {
      const isData = registers[it.src]!.value?.kind === "context" && it.offset === origins.dataAt;
      return set(registers, it.dst, isData ? { value: { kind: "packet", at: 0 }, isMore: false } : ANYTHING);
    }
    case "call-helper":
    case "call-local":
    case "call-kernel":
    case "call-register":
      return [0, 1, 2, 3, 4, 5].reduce((all, register) => set(all, register, ANYTHING), registers);
    case "packet-load":
      return set(registers, 0, ANYTHING);
    case "atomic":
      return it.fetch ? set(registers, it.operation === "cmpxchg" ? 0 : it.src, ANYTHING) : registers;
    case "negate":
    case "move-signed":
    case "byte-swap":
    case "address-space-cast":
    case "percpu-address":
    case "load-acquire":
      return set(registers, it.dst, ANYTHING);
    default:
      return registers;
  }
}

function calculated(it: Extract<Instruction, { kind: "alu" }>, registers: Registers): Register {
  if (it.operation === "mov") return it.src === null ? numbers([it.imm]) : registers[it.src]!;
  const { value } = registers[it.dst]!;
  const isShift = it.operation === "add" || it.operation === "sub";
  if (value?.kind !== "packet" || !isShift) return ANYTHING;
  if (it.src !== null || value.at === undefined) return { value: { kind: "packet" }, isMore: true };
  const at = value.at + (it.operation === "add" ? it.imm : -it.imm);
  return { value: { kind: "packet", at }, isMore: registers[it.dst]!.isMore };
}

const numbers = (all: readonly number[]): Register => ({ value: { kind: "numbers", numbers: all }, isMore: false });

function set(registers: Registers, index: number, register: Register): Registers {
  return registers.with(index, register);
}

/** The first where the second adds nothing to it. */
function join(a: Registers, b: Registers): Registers {
  const joined = a.map((one, i) => joinRegister(one, b[i]!));
  return joined.every((one, i) => one === a[i]) ? a : joined;
}

function joinRegister(a: Register, b: Register): Register {
  const value = joinValue(a.value, b.value);
  const isMore = a.isMore || b.isMore || [a.value, b.value].some((one) => one?.kind !== value?.kind) || isFull(value);
  return value === a.value && isMore === a.isMore ? a : { ...(value && { value }), isMore };
}

const isFull = (value: Value | undefined): boolean => value?.kind === "numbers" && value.numbers.length >= MOST_NUMBERS;

/** Addresses of different things are nothing that a program can use; numbers are kept beside them, for the answers that they may be. */
function joinValue(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a?.kind === "numbers" && b?.kind === "numbers") {
    const more = b.numbers.filter((number) => !a.numbers.includes(number));
    if (more.length === 0 || isFull(a)) return a;
    return { kind: "numbers", numbers: [...a.numbers, ...more].slice(0, MOST_NUMBERS) };
  }
  if (a?.kind === "numbers" || b?.kind === "numbers") return a?.kind === "numbers" ? a : b;
  if (a?.kind === "packet" && b?.kind === "packet") return a.at === undefined || a.at === b.at ? a : { kind: "packet" };
  if (a?.kind === "map" && b?.kind === "map") return a.map.name === b.map.name ? a : undefined;
  return a?.kind === b?.kind ? a : undefined;
}
