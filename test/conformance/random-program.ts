import fc from "fast-check";
import { encodeProgram } from "../../src/bpf/isa/encode.ts";
import type { AluOperation, AtomicOperation, Condition, Instruction } from "../../src/bpf/isa/instruction.ts";

/** Bytes of memory that R1 of a random program points at. */
export const MEMORY_BYTES = 64;

/** Rounds that all loops of a program make together; fewer where a verifier is to walk them. */
const ROUNDS = 12;
const VERIFIED_ROUNDS = 3;
/** Bytes of stack that instructions reach. */
const STACK_BYTES = 64;
/** Register that keeps the memory's address, and the one that counts rounds; the others are anybody's. */
const MEMORY = 9;
const COUNTER = 8;
const FREE = 8;

const OPERATIONS: readonly AluOperation[] = [
  "add",
  "sub",
  "mul",
  "div",
  "sdiv",
  "or",
  "and",
  "lsh",
  "rsh",
  "arsh",
  "mod",
  "smod",
  "xor",
  "mov",
];
const CONDITIONS: readonly Condition[] = ["eq", "ne", "gt", "ge", "lt", "le", "sgt", "sge", "slt", "sle", "set"];
const ATOMICS: readonly AtomicOperation[] = ["add", "or", "and", "xor", "xchg", "cmpxchg"];
const SIZES = [1, 2, 4, 8] as const;
const BOUNDARIES = [0, 1, -1, 2, 31, 32, 33, 63, 64, 0x7fff_ffff, -0x8000_0000, 0xff, 0x100];
const WIDE_BOUNDARIES = [
  0n,
  1n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  2n ** 64n - 1n,
];

/** Kind of the instruction that loops begin with. */
const HEAD = 17;
/** Kind of calls. */
const CALL = 20;

/** Numbers from which one instruction is made; what a number means depends on `kind`. */
interface Gene {
  readonly kind: number;
  readonly choice: number;
  readonly dst: number;
  readonly src: number;
  readonly imm: number;
  readonly wide: boolean;
  readonly distance: number;
}

const gene: fc.Arbitrary<Gene> = fc.record({
  kind: fc.nat(31),
  choice: fc.nat(1000),
  dst: fc.nat(FREE - 1),
  src: fc.nat(10),
  imm: fc.oneof(fc.constantFrom(...BOUNDARIES), fc.integer()),
  wide: fc.boolean(),
  distance: fc.integer({ min: 1, max: 6 }),
});

/** A function, and another that it calls. */
interface Part {
  /** What its registers hold at the beginning. */
  readonly starts: readonly bigint[];
  readonly body: readonly Gene[];
  readonly callee: readonly Gene[];
}

const part: fc.Arbitrary<Part> = fc.record({
  starts: fc.array(fc.oneof(fc.constantFrom(...WIDE_BOUNDARIES), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), {
    minLength: FREE,
    maxLength: FREE,
  }),
  body: fc.array(gene, { maxLength: 40 }),
  callee: fc.array(gene, { maxLength: 8 }),
});

/** Parts of a random program: compiling one program of many costs much less than many programs. */
export const PARTS = 10;

/**
 * Programs of PARTS parts; the first byte of memory chooses which one runs. A part is a function of any instructions that need
 * no environment: arithmetic, memory, atomic operations, branches in both directions, calls. Every one ends. R0 at the end
 * depends on all registers. Some access memory that is not theirs.
 */
export const randomProgram: fc.Arbitrary<Uint8Array> = fc
  .array(part, { minLength: PARTS, maxLength: PARTS })
  .map((parts) => encodeProgram(assemble(parts)));

/**
 * A program of one part that keeps to what a verifier asks: every function begins with a stack of zeroes and registers that
 * hold something, and so do those that a call has overwritten.
 */
export const verifiableProgram: fc.Arbitrary<Uint8Array> = part.map((one) => encodeProgram(assemblePart(one, 0, true)));

/** Where the parts of a program lie, by slots. */
interface Places {
  /** Where the part ends that the instruction is in. */
  readonly end: number;
  /** The function. */
  readonly callee: number;
  /** The nearest beginning of a loop before the instruction. */
  readonly head: number | undefined;
}

type Draft = (index: number, places: Places) => Instruction;

function assemble(parts: readonly Part[]): Instruction[] {
  const list: Instruction[] = [
    { kind: "load", index: 0, bytes: 1, signed: false, dst: 2, src: 1, offset: 0 },
    ...parts.map(
      (_, i): Instruction => ({
        kind: "branch",
        index: i + 1,
        bits: 64,
        condition: "eq",
        dst: 2,
        src: null,
        imm: i,
        target: parts.length + 2 + 2 * i,
      }),
    ),
    { kind: "exit", index: parts.length + 1 },
  ];
  let start = 3 * parts.length + 2;
  const functions: Instruction[] = [];
  for (const one of parts) {
    list.push({ kind: "call-local", index: list.length, target: start });
    list.push({ kind: "exit", index: list.length });
    const instructions = assemblePart(one, start);
    functions.push(...instructions);
    start = instructions.at(-1)!.index + 1;
  }
  return [...list, ...functions];
}

/**
 * @param start slot at which the part begins.
 * @param verifiable leaves no register and no byte of stack without a value.
 */
function assemblePart({ starts, body, callee }: Part, start: number, verifiable = false): Instruction[] {
  const list: Instruction[] = [];
  let slot = start;
  const add = (instruction: Instruction, slots = 1) => {
    list.push(instruction);
    slot += slots;
  };
  const move = (dst: number, operand: { src: number | null; imm: number }) =>
    add({ kind: "alu", index: slot, bits: 64, operation: "mov", dst, ...operand });

  move(MEMORY, { src: 1, imm: 0 });
  move(COUNTER, { src: null, imm: verifiable ? VERIFIED_ROUNDS : ROUNDS });
  const clearStack = () => {
    for (let offset = -STACK_BYTES; offset < 0; offset += 8)
      add({ kind: "store", index: slot, bytes: 8, dst: 10, src: null, imm: 0, offset });
  };
  const define = (...registers: readonly number[]) => {
    for (const register of registers) move(register, { src: null, imm: 0x1234_5678 * register });
  };
  const clobbered = [1, 2, 3, 4, 5];
  if (verifiable) clearStack();
  for (const [dst, value] of starts.entries()) add({ kind: "constant", index: slot, dst, value }, 2);
  const calls = verifiable ? body.filter(({ kind }) => kind === CALL).length : 0;
  const end = slot + body.length + calls * clobbered.length;
  const mixed = FREE * 2;
  // After the body: the registers are mixed into R0, then exit; the function follows.
  const function_ = end + mixed + 1;
  let head: number | undefined;
  for (const one of body) {
    const made = express(one, true)(slot, { end, callee: function_, head });
    const instruction = verifiable ? tamed(made) : made;
    if (one.kind === HEAD) head = slot;
    add(instruction);
    if (verifiable && one.kind === CALL) define(...clobbered);
  }
  for (let register = 1; register <= FREE; register++) {
    add({ kind: "alu", index: slot, bits: 64, operation: "mul", dst: 0, src: null, imm: 31 });
    add({ kind: "alu", index: slot, bits: 64, operation: "add", dst: 0, src: register, imm: 0 });
  }
  add({ kind: "exit", index: slot });
  if (verifiable) {
    if (calls === 0) return list;
    clearStack();
    define(0, 6, 7);
  }
  const last = slot + callee.length;
  for (const one of callee) {
    const made = express(one, false)(slot, { end: last, callee: function_, head: undefined });
    add(verifiable ? tamed(made) : made);
  }
  add({ kind: "exit", index: slot });
  return list;
}

/** The instruction as a verifier takes it: nothing behind it is out of reach, its operand is one that may stand there. */
function tamed(made: Instruction): Instruction {
  switch (made.kind) {
    case "jump":
      // Always taken, but not without being asked.
      return {
        kind: "branch",
        index: made.index,
        bits: 64,
        condition: "ne",
        dst: 10,
        src: null,
        imm: 0,
        target: made.target,
      };
    case "alu": {
      if (made.src !== null) return made;
      if (["lsh", "rsh", "arsh"].includes(made.operation)) return { ...made, imm: made.imm & (made.bits - 1) };
      return { ...made, imm: made.imm === 0 ? 1 : made.imm };
    }
    case "load":
      return made.src === 10 ? { ...made, offset: made.offset & -made.bytes } : made;
    case "store":
      return made.dst === 10 ? { ...made, offset: made.offset & -made.bytes } : made;
    default:
      return made;
  }
}

/** The instruction of a gene; functions that are called make no loops and no calls, and have no memory but their stack. */
function express({ kind, choice, dst, src, imm, wide, distance }: Gene, isMain: boolean): Draft {
  const bits = wide ? 64 : 32;
  const pick = <T>(list: readonly T[]): T => list[choice % list.length]!;
  const size = pick(SIZES);
  const base = isMain && wide ? MEMORY : 10;
  const around = base === MEMORY ? Math.abs(imm | 0) % (MEMORY_BYTES - 7) : -8 - (Math.abs(imm | 0) % 56);
  // Rarely anything but what the verifier permits.
  const aligned = choice % 40 === 0 ? around : around & ~7;
  const operand = choice % 3 === 0 ? { src: null, imm } : { src: src % FREE, imm: 0 };
  switch (kind) {
    case 0:
      return (index) => ({ kind: "negate", index, bits, dst });
    case 1:
      return (index) => ({
        kind: "move-signed",
        index,
        bits,
        from: pick(wide ? [8, 16, 32] : [8, 16]),
        dst,
        src: src % FREE,
      });
    case 2:
      return (index) => ({
        kind: "byte-swap",
        index,
        order: pick(["le", "be", "swap"]),
        bits: pick([16, 32, 64]),
        dst,
      });
    case 3:
    case 4:
      return (index) => ({
        kind: "load",
        index,
        bytes: size,
        signed: size !== 8 && src % 2 === 0,
        dst,
        src: base,
        offset: around,
      });
    case 5:
    case 6:
      return (index) => ({ kind: "store", index, bytes: size, dst: base, ...operand, offset: around });
    case 7:
      return (index) => {
        const operation = pick(ATOMICS);
        const fetch = operation === "xchg" || operation === "cmpxchg" || src % 2 === 0;
        return { kind: "atomic", index, bytes: wide ? 8 : 4, operation, fetch, dst: base, src: dst, offset: aligned };
      };
    case 8:
      return (index) => ({ kind: "load-acquire", index, bytes: size, dst, src: base, offset: aligned });
    case 9:
      return (index) => ({ kind: "store-release", index, bytes: size, dst: base, src: dst, offset: aligned });
    case 10:
      // Rarely anything but a fault.
      if (choice % 40 !== 0) break;
      return (index) => ({ kind: "load", index, bytes: size, signed: false, dst, src: src % FREE, offset: 0 });
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
      return (index, { end }) => ({
        kind: "branch",
        index,
        bits,
        condition: pick(CONDITIONS),
        dst,
        ...operand,
        target: Math.min(index + 1 + distance, end),
      });
    case 16:
      return (index, { end }) => ({ kind: "jump", index, far: wide, target: Math.min(index + 1 + distance, end) });
    case HEAD:
      if (!isMain) break;
      return (index) => ({ kind: "alu", index, bits: 64, operation: "add", dst: COUNTER, src: null, imm: -1 });
    case 18:
    case 19:
      if (!isMain) break;
      // Jumps back go to where the counter is lowered, so that loops end.
      return (index, { head, end }) => ({
        kind: "branch",
        index,
        bits: 64,
        condition: "sgt",
        dst: COUNTER,
        src: null,
        imm: 0,
        target: head ?? end,
      });
    case CALL:
      if (!isMain) break;
      return (index, { callee }) => ({ kind: "call-local", index, target: callee });
    case 21:
      return (index, { end }) => ({ kind: "may-goto", index, target: Math.min(index + 1 + distance, end) });
  }
  return (index) => ({ kind: "alu", index, bits, operation: pick(OPERATIONS), dst, ...operand });
}
