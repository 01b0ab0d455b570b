import type { ConformanceCase } from "../case.ts";

/** Functions that call one another `depth` deep, the main function included; each adds 1. */
function nested(depth: number): string {
  const functions = Array.from({ length: depth - 1 }, (_, i) => {
    const inner = i + 2 < depth ? `call f${i + 1}\n` : "";
    return `f${i}: r0 = 0\n${inner}r0 += 1\nexit`;
  });
  return ["call f0", "r0 += 1", "exit", ...functions].join("\n");
}

export const CALLS: readonly ConformanceCase[] = [
  {
    name: "eight functions active at once",
    program: nested(8),
    want: 8n,
    refusedByLinux: "the call stack of 9 frames is too deep",
  },
  {
    name: "a function has its own R6 to R9 and stack",
    program: `
      r6 = 1
      r7 = 2
      r8 = 3
      r9 = 4
      *(u64 *)(r10 -8) = 100
      r1 = 10
      call callee
      r0 += r6
      r0 += r7
      r0 += r8
      r0 += r9
      r1 = *(u64 *)(r10 -8)
      r0 += r1
      exit
      callee:
      r6 = r1
      r7 = 0
      r8 = 0
      r9 = 0
      *(u64 *)(r10 -8) = 5
      r0 = *(u64 *)(r10 -8)
      r0 += r6
      exit`,
    want: 125n,
  },
  {
    name: "a function writes its caller's stack through a pointer",
    program: `
      *(u64 *)(r10 -8) = 1
      r1 = r10
      r1 += -8
      call callee
      r0 = *(u64 *)(r10 -8)
      exit
      callee:
      *(u64 *)(r1 +0) = 77
      r0 = 0
      exit`,
    want: 77n,
  },
  {
    name: "a function takes five arguments",
    program: `
      r1 = 1
      r2 = 2
      r3 = 3
      r4 = 4
      r5 = 5
      call callee
      exit
      callee:
      r0 = r1
      r0 <<= 4
      r0 |= r2
      r0 <<= 4
      r0 |= r3
      r0 <<= 4
      r0 |= r4
      r0 <<= 4
      r0 |= r5
      exit`,
    want: 0x12345n,
  },
  {
    name: "callx of a function's address",
    program: "r1 = 20\nr6 = subprog[+4]\ncallx r6\nr0 += 1\nexit\nr0 = r1\nr0 += r1\nexit",
    want: 41n,
    refusedByLinux: "unknown opcode 8d",
  },
];
