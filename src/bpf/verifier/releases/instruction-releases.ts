import type { Instruction, ReferenceTarget } from "../../isa/instruction.ts";
import { type Since, since } from "./release.ts";

/** A kind of instructions that came with a release. */
export interface InstructionFeature {
  readonly what: string;
  readonly since: Since;
  readonly instead: string;
}

const SIGNED_COMPARISONS_BELOW: readonly string[] = ["lt", "le", "slt", "sle"];
const OLDER_CPU = (cpu: string): string => `Compile with -mcpu=${cpu}, or write it with older instructions.`;

const FEATURES = {
  lessThan: { what: "jumps on < and <= (-mcpu=v2)", since: since("4.14", "92b31a9af73b"), instead: OLDER_CPU("v1") },
  jump32: { what: "32-bit jumps (-mcpu=v3)", since: since("5.1", "092ed0968bb6"), instead: OLDER_CPU("v2") },
  arsh32: {
    what: "the 32-bit arithmetic shift s>>=",
    since: since("5.0", "c49f7dbd4f9c"),
    instead: "Compile with -mcpu=v2, which shifts 64 bits.",
  },
  fetch: {
    what: "atomics that fetch, exchange or compare (-mcpu=v3)",
    since: since("5.12", "5ffa25502b5a"),
    instead: "Use an addition without its result (lock +=), a per-CPU map, or bpf_spin_lock (Linux 5.1).",
  },
  bitwiseAtomic: {
    what: "atomic and, or and xor",
    since: since("5.12", "981f94c3e921"),
    instead: "Use a per-CPU map, or bpf_spin_lock (Linux 5.1).",
  },
  signExtendingLoad: {
    what: "sign-extending loads (-mcpu=v4)",
    since: since("6.6", "1f9a1ea821ff"),
    instead: OLDER_CPU("v3"),
  },
  signExtendingMove: {
    what: "sign-extending moves (-mcpu=v4)",
    since: since("6.6", "8100928c8814"),
    instead: OLDER_CPU("v3"),
  },
  byteSwap: {
    what: "unconditional byte swaps (-mcpu=v4)",
    since: since("6.6", "0845c3db7bf5"),
    instead: OLDER_CPU("v3"),
  },
  signedDivision: { what: "signed division (-mcpu=v4)", since: since("6.6", "ec0e2da95f72"), instead: OLDER_CPU("v3") },
  farJump: {
    what: "jumps with a 32-bit distance (-mcpu=v4)",
    since: since("6.6", "4cd58e9af8b9"),
    instead: OLDER_CPU("v3"),
  },
  mayGoto: {
    what: "may_goto",
    since: since("6.9", "011832b97b31"),
    instead: "Give the loop a constant limit, or use bpf_loop (Linux 5.17).",
  },
  addressSpaceCast: {
    what: "casts between address spaces (arenas)",
    since: since("6.9", "6082b6c328b5"),
    instead: "Use a map instead of an arena.",
  },
  acquireRelease: {
    what: "load-acquire and store-release",
    since: since("6.15", "880442305a39"),
    instead: "Use atomics, which order memory fully.",
  },
  mapValue: {
    what: "global data (addresses of map values)",
    since: since("5.2", "d8eca5bbb2be"),
    instead: "Keep the data in an array of one element and look it up.",
  },
  mapIndex: {
    what: "maps by index (fd_array)",
    since: since("5.14", "387544bfa291"),
    instead: "Load it with a loader that puts descriptors in, as libbpf does for ordinary objects.",
  },
  kernelVariable: {
    what: "kernel variables by BTF id (__ksym)",
    since: since("5.10", "4976b718c355"),
    instead: "Read the variable's address from /proc/kallsyms in user space.",
  },
  functionPointer: {
    what: "callbacks (addresses of functions)",
    since: since("5.13", "69c087ba6225"),
    instead: "Write the loop out.",
  },
  localCall: {
    what: "calls of functions of the program",
    since: since("4.16", "cc8b0b92a169"),
    instead: "Inline them (__always_inline).",
  },
  kernelCall: {
    what: "kernel functions (kfuncs)",
    since: since("5.13", "e6ac2450d6de"),
    instead: "Use a helper, if one does the same.",
  },
  moduleCall: {
    what: "functions of kernel modules (kfuncs)",
    since: since("5.16", "2357672c54c3"),
    instead: "Use a helper, if one does the same.",
  },
} as const satisfies Readonly<Record<string, InstructionFeature>>;

/**
 * What an instruction needs of a release, beside a helper that it may call. Sources: the commits named.
 * @param linked a loader puts descriptors in the place of indexes.
 */
export function featuresOfInstruction(it: Instruction, linked: boolean): readonly InstructionFeature[] {
  switch (it.kind) {
    case "branch": {
      const short = SIGNED_COMPARISONS_BELOW.includes(it.condition) ? [FEATURES.lessThan] : [];
      return it.bits === 32 ? [FEATURES.jump32] : short;
    }
    case "alu":
      if (it.operation === "sdiv" || it.operation === "smod") return [FEATURES.signedDivision];
      return it.operation === "arsh" && it.bits === 32 ? [FEATURES.arsh32] : [];
    case "move-signed":
      return [FEATURES.signExtendingMove];
    case "byte-swap":
      return it.order === "swap" ? [FEATURES.byteSwap] : [];
    case "load":
      return it.signed ? [FEATURES.signExtendingLoad] : [];
    case "atomic":
      if (it.fetch) return [FEATURES.fetch];
      return it.operation === "add" ? [] : [FEATURES.bitwiseAtomic];
    case "load-acquire":
    case "store-release":
      return [FEATURES.acquireRelease];
    case "jump":
      return it.far ? [FEATURES.farJump] : [];
    case "may-goto":
      return [FEATURES.mayGoto];
    case "address-space-cast":
      return [FEATURES.addressSpaceCast];
    case "call-local":
      return [FEATURES.localCall];
    case "call-kernel":
      return [it.module === 0 ? FEATURES.kernelCall : FEATURES.moduleCall];
    case "reference":
      return (REFERENCES[it.to] ?? []).filter((feature) => !linked || feature !== FEATURES.mapIndex);
    default:
      return [];
  }
}

const REFERENCES: Readonly<Partial<Record<ReferenceTarget, readonly InstructionFeature[]>>> = {
  "map-value": [FEATURES.mapValue],
  "map-index": [FEATURES.mapIndex],
  "map-index-value": [FEATURES.mapValue, FEATURES.mapIndex],
  "btf-id": [FEATURES.kernelVariable],
  function: [FEATURES.functionPointer],
};
