import type { Category } from "../refusal.ts";

/** What to try, by what the reason says; the first that fits counts. */
const BY_REASON: readonly (readonly [pattern: RegExp, suggestion: string])[] = [
  [
    /offset is outside of the packet/,
    "Compare the pointer plus the bytes you need with data_end first, and read only where it is not beyond.",
  ],
  [/min value is negative/, "Make the index unsigned, or check 'if (index >= 0)' before it is added to the pointer."],
  [
    /unbounded memory access, use 'var &= const'/,
    "Limit the size before the call: 'size &= 0xff', or 'if (size > MAX) return'.",
  ],
  [
    /unbounded memory access|max value is outside/,
    "Check the upper limit of the index before it is added: 'if (index >= SIZE) return'.",
  ],
  [
    /min value is outside|invalid access to map value/,
    "The offset lies outside of the value: check it against the map's value size.",
  ],
  [
    /invalid mem access '.*_or_null'|null-check it first/,
    "Compare the pointer with NULL and use it only where it is not.",
  ],
  [
    /invalid mem access 'scalar'/,
    "The register holds a number, not a pointer: was the pointer overwritten, moved by a 32-bit operation or lost in a call that changes the packet?",
  ],
  [
    /!read_ok/,
    "Set the register on every path that comes here; calls leave R1 to R5 unset, and R0 where they give nothing.",
  ],
  [
    /invalid (read|write) .*stack|stack pointer offset/,
    "The stack of a function has 512 bytes below R10, at offsets -512 to -1.",
  ],
  [/invalid read from stack off/, "Set these bytes of the stack before they are read."],
  [
    /combined stack size/,
    "Use less stack, or fewer nested calls: all of them share 512 bytes. Large buffers belong into a per-CPU array map.",
  ],
  [
    /Unreleased reference|reference leak/,
    "Give the resource back (bpf_sk_release, bpf_ringbuf_submit or _discard) on every path to the end.",
  ],
  [/must be referenced when passed/, "Pass what the acquiring function gave, after a NULL check, and only once."],
  [/cannot call GPL-restricted/, "The helper is for programs under a GPL-compatible licence only."],
  [/program of this type cannot use helper/, "Use another helper, or attach the program where this one is offered."],
  [
    /invalid bpf_context access/,
    "Read the field with its own size and alignment; not every type of program may read or write every field.",
  ],
  [
    /dereference of modified ctx|variable ctx access/,
    "Access the context through its unchanged pointer with a constant offset.",
  ],
  [
    /infinite loop detected/,
    "Something in the loop has to change on every round: count rounds, or use bpf_loop or may_goto.",
  ],
  [/back-edge/, "Unroll the loop, or allow bounded loops (Linux 5.3 and newer)."],
  [/too large|too complex/, "Make loops shorter or move parts into functions; bpf_loop walks a loop's body only once."],
  [/unreachable insn/, "Remove the instructions that no path comes to."],
  [/jump out of range/, "Jumps stay inside their function."],
  [/last insn is not/, "End the function with 'exit' or an unconditional jump."],
  [/should have been in \[/, "Return one of the values that this type of program may return."],
  [/div by zero/, "Divide by something else than the constant 0."],
  [/invalid shift/, "Shift by less than the width of the operation."],
  [/misaligned/, "Access it with a size that divides its offset, or byte by byte."],
  [/frame pointer is read only/, "Copy R10 to another register and change the copy."],
];

const BY_CATEGORY: Partial<Record<Category, string>> = {
  "pointer-arithmetic": "Pointers may be moved by 64-bit additions and subtractions of bounded numbers only.",
  "helper-call": "Compare the arguments with the helper's prototype.",
  unsupported: "Linux may well accept it: netsim's verifier does not model this yet.",
  encoding: "The instruction is malformed: was it made by hand, or for a newer kernel?",
};

/** What to try about a refusal; undefined where there is no good advice. */
export function suggestionFor(category: Category, reason: string): string | undefined {
  return BY_REASON.find(([pattern]) => pattern.test(reason))?.[1] ?? BY_CATEGORY[category];
}
