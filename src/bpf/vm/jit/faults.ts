import { FRAME_BYTES, FRAMES_PER_TAIL_CALL, MAX_FRAMES, MAX_RUN_FRAMES } from "../limits.ts";
import { ProgramFault } from "../program-fault.ts";

/** What compiled code can find wrong, and how it is said. Compiled code names a fault by its place here. */
const FAULTS = [
  {
    name: "frames",
    reason: "frames",
    message: `calls a function with ${MAX_FRAMES} functions active, and ${FRAMES_PER_TAIL_CALL} more for each tail call; there may be no more.`,
  },
  {
    name: "stack",
    reason: "stack",
    message: `calls a function that runs programs, but the machine's stack has less than ${MAX_RUN_FRAMES * FRAME_BYTES} bytes left.`,
  },
  {
    name: "steps",
    reason: "steps",
    message: "begins a round of a loop, but the program has used up the rounds that an unverified program may make.",
  },
  { name: "alignment", reason: "address", message: "needs an address that is a multiple of what it accesses." },
  { name: "context", reason: "address", message: "loads from the packet, but R6 does not point at the context." },
  { name: "program-array", reason: "address", message: "makes a tail call, but R2 is no map of the program." },
] as const;

export type FaultName = (typeof FAULTS)[number]["name"];

/** The number that compiled code passes for a fault. */
export function faultNumber(name: FaultName): number {
  return FAULTS.findIndex((fault) => fault.name === name);
}

export function numberedFault(number: number, instruction: number): ProgramFault {
  const { reason, message } = FAULTS[number]!;
  return new ProgramFault(reason, instruction, `Instruction ${instruction} ${message}`);
}
