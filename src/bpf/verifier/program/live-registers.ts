import type { Instruction } from "../../isa/instruction.ts";
import type { ProgramModel } from "./program-model.ts";
import { NO_EDGE } from "./successors.ts";

const ALL = 0xffff;
const CALLER_SAVED = 0b11_1111;
const ARGUMENTS = 0b11_1110;

/** Registers that instructions may still read, as a bit mask before each slot (compute_live_registers). */
export function findLiveRegisters(
  model: ProgramModel,
  postorders: readonly Int32Array[],
  /** How many arguments a helper takes; undefined where there is no such helper. */
  argumentsOf: (helper: number) => number | undefined,
  /** How many the kernel function takes that the instruction in a slot calls; undefined where that is not known. */
  parametersAt: (index: number) => number | undefined,
): Uint16Array {
  const before = new Uint16Array(model.instructions.length);
  const { next, branch } = model.edges;
  for (const postorder of postorders) {
    let changed = true;
    while (changed) {
      changed = false;
      for (const index of postorder) {
        const instruction = model.flow[index]!;
        const after =
          (next[index] === NO_EDGE ? 0 : before[next[index]!]!) |
          (branch[index] === NO_EDGE ? 0 : before[branch[index]!]!);
        const [uses, defines] = usesOf(instruction, argumentsOf, parametersAt);
        const live = (after & ~defines) | uses;
        if (live === before[index]) continue;
        before[index] = live;
        changed = true;
      }
    }
  }
  return before;
}

/** Masks of the registers that it reads and that it sets. */
function usesOf(
  it: Instruction | null,
  argumentsOf: (helper: number) => number | undefined,
  parametersAt: (index: number) => number | undefined,
): readonly [uses: number, defines: number] {
  switch (it?.kind) {
    case "constant":
    case "reference":
      return [0, 1 << it.dst];
    case "load":
    case "load-acquire":
    case "move-signed":
    case "address-space-cast":
    case "percpu-address":
      return [1 << it.src, 1 << it.dst];
    case "alu":
      if (it.operation === "mov") return [it.src === null ? 0 : 1 << it.src, 1 << it.dst];
      return [(1 << it.dst) | (it.src === null ? 0 : 1 << it.src), 1 << it.dst];
    case "negate":
    case "byte-swap":
      return [1 << it.dst, 1 << it.dst];
    case "store":
      return [(1 << it.dst) | (it.src === null ? 0 : 1 << it.src), 0];
    case "store-release":
      return [(1 << it.dst) | (1 << it.src), 0];
    case "atomic":
      if (it.operation === "cmpxchg") return [1 | (1 << it.dst) | (1 << it.src), 1];
      return [(1 << it.dst) | (1 << it.src), it.fetch ? 1 << it.src : 0];
    case "jump":
    case "may-goto":
      return [0, 0];
    case "branch":
      return [(1 << it.dst) | (it.src === null ? 0 : 1 << it.src), 0];
    case "exit":
      return [1, 0];
    case "call-helper": {
      const count = argumentsOf(it.helper);
      return [count === undefined ? ARGUMENTS : (2 << count) - 2, CALLER_SAVED];
    }
    case "call-kernel": {
      const count = parametersAt(it.index);
      return [count === undefined ? ARGUMENTS : (2 << count) - 2, CALLER_SAVED];
    }
    case "call-local":
    case "call-register":
      return [ARGUMENTS, CALLER_SAVED];
    default:
      return [ALL, 0];
  }
}
