import type { AdviceRow } from "./advice-row.ts";

/** Where code leads, its ends, and malformed instructions. */
export const FLOW_ADVICE: readonly AdviceRow[] = [
  [
    /infinite loop detected/,
    "The loop comes back to the same state: nothing in it changes what ends it.",
    "Count rounds, or use bpf_loop or may_goto.",
  ],
  [
    /back-edge/,
    "The jump makes a loop, and loops are not allowed here.",
    "Unroll the loop, or allow bounded loops (Linux 5.3 and newer).",
  ],
  [
    /too large\. Processed|too complex|BPF program is too large/,
    "There are more paths than Linux will walk: a million instructions, counted each time.",
    "Make loops shorter, test less often, or move parts into global functions; the body of bpf_loop is walked only a few times.",
  ],
  [/too many subprograms/, "A program has 256 functions at most.", "Inline some of them (__always_inline)."],
  [/unreachable insn/, "No path comes to this instruction.", "Remove it."],
  [
    /jump out of range|invalid insn idx/,
    "The jump leaves its function.",
    "Jumps stay inside their function: call the other one.",
  ],
  [
    /jump into the middle of ldimm64/,
    "The jump goes to the second half of a 64-bit immediate.",
    "Count the two slots that a 64-bit immediate takes.",
  ],
  [
    /last insn is not/,
    "The function would run on past its end.",
    "End it with 'exit' or an unconditional jump; a C function needs a return on every path.",
  ],
  [
    /should have been in \[(-?\d+), (-?\d+)\]/,
    "Linux takes results from $1 to $2 from programs of this type.",
    "Return one of them on every path; limit a computed result first.",
  ],
  [/At program exit the register R0 is not a known value/, "The program would return a pointer.", "Return a number."],
  [/div by zero/, "The divisor is the constant 0.", "Divide by something else."],
  [
    /invalid shift/,
    "Shifts go from 0 to one less than the operation's width.",
    "Shift by less, or mask the distance: 'n & 63'.",
  ],
  [
    /unknown opcode|uses reserved fields|R\d+ is invalid|invalid bpf_ld_imm64|unrecognized bpf_ld_imm64|invalid atomic operand|instruction/i,
    "The instruction is malformed.",
    "Was it made by hand, or for a newer kernel? 'netsim bpf check' names the field.",
  ],
  [/associated arena/, "The cast is only for programs with an arena.", "Use an arena map, or leave the cast out."],
  [
    /not supported by netsim/,
    "netsim's verifier does not know this yet; Linux may well accept it.",
    "Try it on a Linux that has it.",
  ],
];
