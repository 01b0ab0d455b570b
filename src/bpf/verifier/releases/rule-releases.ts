import { type Since, since } from "./release.ts";

/** A rule of the verifier that a release relaxed. */
export interface VerifierRule {
  readonly what: string;
  readonly since: Since;
  readonly instead: string;
}

/** Instructions that a program could have before Linux 5.2 (BPF_MAXINSNS), and those that a walk could come through. */
export const OLD_PROGRAM_LIMIT = 4096;
export const OLD_WALK_LIMIT = 131_072;

/** Rules that a program is held against. Sources: the commits named, and isovalent/ebpf-docs on the verifier. */
export const RULES = {
  longProgram: {
    what: `programs of more than ${OLD_PROGRAM_LIMIT} instructions`,
    since: since("5.2", "c04c0d2b968a"),
    instead: "Divide the program and join the parts by tail calls.",
  },
  longWalk: {
    what: `walks of more than ${OLD_WALK_LIMIT} instructions`,
    since: since("5.2", "c04c0d2b968a"),
    instead: "Divide the program and join the parts by tail calls.",
  },
  loop: {
    what: "loops",
    since: since("5.3", "2589726d12a1"),
    instead: "Unroll the loop (#pragma unroll).",
  },
  globalFunction: {
    what: "global functions, verified by themselves",
    since: since("5.6", "51c39bb1d5d1"),
    instead: "Nothing: libbpf loads them as static functions there, which the verifier walks at every call.",
  },
  tailCallAmongFunctions: {
    what: "tail calls in a program with functions of its own (x86-64; arm64 since 6.0)",
    since: since("5.10", "e411901c0b77"),
    instead: "Inline the functions (__always_inline).",
  },
  packetLoadAmongFunctions: {
    what: "LD_ABS and LD_IND in a program with functions of its own",
    since: since("5.10", "09b28d76eac4"),
    instead: "Inline the functions, or use bpf_skb_load_bytes.",
  },
  variableStackAccess: {
    what: "stack accesses at an offset that is not constant",
    since: since("5.12", "01f810ace9ed"),
    instead: "Keep the buffer in a per-CPU array.",
  },
  uncheckedLookup: {
    what: "look-ups of constant keys without a comparison with NULL",
    since: since("6.14", "d2102f2f5d75"),
    instead: "Compare the result with NULL before it is used.",
  },
  unsetStackRead: {
    what: "reads of stack that was not written",
    since: since("6.3", "6715df8d5d24"),
    instead: "Set the bytes first. Some stable kernels took this change too.",
  },
  congestionResult: {
    what: "results 2 and 3 of cgroup_skb programs at egress",
    since: since("5.3", "5cf1e9145630"),
    instead: "Return 0 or 1.",
  },
} as const satisfies Readonly<Record<string, VerifierRule>>;

/** Where older verifiers know less of numbers. It is not held against a program, only said where the program has such numbers. */
export const PRECISION = {
  narrow: { what: "ranges of the lower 32 bits by themselves", since: since("5.7", "3f50f132d840") },
  spilled: { what: "ranges of scalars that were spilled to the stack", since: since("5.16", "354e8f1970f8") },
  linked: { what: "scalars that differ from each other by a constant", since: since("6.11", "98d7ca374ba4") },
} as const satisfies Readonly<Record<string, { what: string; since: Since }>>;
