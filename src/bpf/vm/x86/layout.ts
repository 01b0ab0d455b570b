import type { Branch, Exit, Instruction, Jump } from "../../isa/instruction.ts";
import { slotsOf } from "../../isa/instruction.ts";
import { comparison, conditionalJump, jump } from "./branch.ts";
import { type NativeCode, type NativeInstruction, native, notOneToOne } from "./native-code.ts";
import { nativeRegister } from "./registers.ts";
import { translateInPlace } from "./translate.ts";

/** What of the code depends on the processor and the kernel. */
export interface X86Target {
  /** Shifts by registers use BMI2. */
  readonly bmi2: boolean;
  /** Functions return through the kernel's return thunk (CONFIG_MITIGATION_RETHUNK). */
  readonly returnThunk: boolean;
}

/** Bytes that the kernel's JIT takes for each instruction before it knows better. */
const FIRST_GUESS = 64;

type Positioned = Jump | Branch | Exit;

/**
 * The native code of a program's instructions, by slot; null where none begins. Jumps are as short as their distances
 * permit: as the kernel does, passes begin with large guesses and go on until nothing shrinks. A jump over an instruction
 * that has no fixed code has none either.
 */
export function layOut(program: readonly (Instruction | null)[], target: X86Target): (NativeCode | null)[] {
  const code: (NativeCode | null)[] = program.map((instruction) =>
    instruction === null || isPositioned(instruction) ? null : translateInPlace(instruction, target.bmi2),
  );
  const unknown = unknownBefore(code);
  const ends = endAddresses(program);
  for (;;) {
    const end = ends(code);
    let changed = false;
    for (const [slot, instruction] of program.entries()) {
      if (instruction === null || !isPositioned(instruction)) continue;
      const next = positioned(program, instruction, end, unknown, target);
      changed ||= sizeOf(next) !== sizeOf(code[slot]!);
      code[slot] = next;
    }
    if (!changed) return code;
  }
}

function isPositioned(instruction: Instruction): instruction is Positioned {
  return instruction.kind === "jump" || instruction.kind === "branch" || instruction.kind === "exit";
}

function sizeOf(code: NativeCode | null): number {
  if (code === null) return FIRST_GUESS;
  if (code.kind !== "native") return 0;
  return code.instructions.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** For each slot the last one before it whose size is unknown; -1: none. */
function unknownBefore(code: readonly (NativeCode | null)[]): Int32Array {
  const last = new Int32Array(code.length + 1).fill(-1);
  for (const [slot, one] of code.entries()) last[slot + 1] = one?.kind === "not-one-to-one" ? slot : last[slot]!;
  return last;
}

/** Addresses of the ends of the slots, by the sizes at hand. */
function endAddresses(program: readonly (Instruction | null)[]) {
  return (code: readonly (NativeCode | null)[]): Int32Array => {
    const end = new Int32Array(program.length + 1);
    for (const [slot, instruction] of program.entries())
      end[slot + 1] = end[slot]! + (instruction === null ? 0 : sizeOf(code[slot]!));
    return end;
  };
}

/** `end[n]` is where slot n begins, and slot n - 1 ends. */
function positioned(
  program: readonly (Instruction | null)[],
  instruction: Positioned,
  end: Int32Array,
  unknown: Int32Array,
  target: X86Target,
): NativeCode {
  const after = instruction.index + slotsOf(instruction);
  if (instruction.kind === "exit") {
    const first = program.findIndex((one) => one?.kind === "exit");
    if (instruction.index === first) return native(...epilogue(program, target));
    const distance = end[first]! - end[after]!;
    return unknownBetween(first, after, unknown) ?? native(jump(distance, `epilogue of ${first}`));
  }
  const blocked = unknownBetween(instruction.target, after, unknown);
  if (blocked !== undefined) return blocked;
  const distance = end[instruction.target]! - end[after]!;
  const to = `${instruction.target}`;
  if (instruction.kind === "branch")
    return native(comparison(instruction), conditionalJump(instruction.condition, distance, to));
  return distance === 0 ? native() : native(jump(distance, to));
}

function unknownBetween(a: number, b: number, unknown: Int32Array): NativeCode | undefined {
  const [low, high] = a < b ? [a, b] : [b, a];
  const slot = unknown[high]!;
  return slot >= low ? notOneToOne(`its distance depends on the size of instruction ${slot}`) : undefined;
}

/** R6 to R9 are the caller's: those that the program uses are restored. */
function epilogue(program: readonly (Instruction | null)[], { returnThunk }: X86Target): NativeInstruction[] {
  const pops = [9, 8, 7, 6].filter((register) => program.some((one) => one !== null && mentions(one, register)));
  return [
    ...pops.map((register): NativeInstruction => {
      const number = nativeRegister(register);
      return number >= 8
        ? { bytes: [0x41, 0x58 | (number & 7)], text: `pop r${number}` }
        : { bytes: [0x58 | number], text: "pop rbx" };
    }),
    { bytes: [0xc9], text: "leave" },
    // Where the thunk lies only the running kernel knows: its distance is left 0.
    returnThunk ? { bytes: [0xe9, 0, 0, 0, 0], text: "jmp __x86_return_thunk" } : { bytes: [0xc3], text: "ret" },
  ];
}

function mentions(instruction: Instruction, register: number): boolean {
  return (
    ("dst" in instruction && instruction.dst === register) ||
    ("src" in instruction && instruction.src === register) ||
    (instruction.kind === "packet-load" && register === 6)
  );
}
