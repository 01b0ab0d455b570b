import type { AdviceRow } from "./advice-row.ts";

/** What only privileged users may do. */
export const PRIVILEGE_ADVICE: readonly AdviceRow[] = [
  [
    /Programs of type \S+ need CAP_BPF|without CAP_BPF at most|are allowed for CAP_BPF/,
    "Users without privileges may load socket filters and cgroup_skb programs of 4096 instructions, without functions.",
    "Load it with CAP_BPF.",
  ],
  [
    /R(\d+) leaks addr|leaking pointer from stack/,
    "A kernel address would reach a place where users can read it.",
    "Store and return numbers only, or load the program with CAP_PERFMON.",
  ],
  [
    /partial copy of pointer|pointer comparison prohibited|R\d+ pointer arithmetic prohibited|spilled ptr in range/,
    "From this, users without privileges could tell a kernel address.",
    "Copy pointers whole and compare them with NULL only, or load the program with CAP_PERFMON.",
  ],
  [
    /prohibited for !root/,
    "Without privileges the stack may only be accessed at offsets that are constant and inside of it on every path.",
    "Use a constant offset, or load the program with CAP_PERFMON.",
  ],
  [
    /mixed signed bounds|unsupported alu operation|beyond pointer bounds|from different maps, paths or scalars/,
    "A processor that guesses wrongly could leave the bounds here, and Linux cannot guard this access for users without privileges.",
    "Give the number limits on every path before it is added to the pointer, or load the program with CAP_PERFMON.",
  ],
];
