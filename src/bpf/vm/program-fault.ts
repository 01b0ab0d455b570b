/**
 * - `address`: a load or store outside everything that the program may touch;
 * - `frames`: more functions active at once than MAX_FRAMES;
 * - `stack`: programs that run programs have used up the machine's stack;
 * - `steps`: an unverified program ran too long;
 * - `function`: a function pointer that points at no function, or at one of another engine.
 */
export type FaultReason = "address" | "frames" | "stack" | "steps" | "function";

/**
 * A program did what the verifier would have refused, or what the machine cannot go on from. It ends every program that
 * is running: whoever runs programs from inside a host function lets it pass.
 */
export class ProgramFault extends Error {
  readonly reason: FaultReason;
  /** Number of the instruction, counting 8-byte slots from 0. */
  readonly instruction: number;

  constructor(reason: FaultReason, instruction: number, message: string) {
    super(message);
    this.name = "ProgramFault";
    this.reason = reason;
    this.instruction = instruction;
  }
}

/** The fault of a load or store that may not be. */
export function addressFault(instruction: number, address: bigint, bytes: number, write: boolean): ProgramFault {
  return new ProgramFault(
    "address",
    instruction,
    `Instruction ${instruction} ${describeAccess(address, bytes, write)}`,
  );
}

/** What a load or store that may not be does: the rest of a sentence that begins with the instruction. */
export function describeAccess(address: bigint, bytes: number, write: boolean): string {
  const at = BigInt.asUintN(64, address);
  const what = at < 65_536n ? "a null pointer" : "an address that the program may not touch";
  return `${write ? "stores" : "loads"} ${bytes} ${bytes === 1 ? "byte" : "bytes"} at 0x${at.toString(16)}, ${what}.`;
}
