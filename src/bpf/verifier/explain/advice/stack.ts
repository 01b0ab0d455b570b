import type { AdviceRow } from "./advice-row.ts";

/** The stack. */
export const STACK_ADVICE: readonly AdviceRow[] = [
  [
    /variable offset stack pointer cannot be passed|unbounded variable-offset|variable-offset.*stack|^var_off=/,
    "The offset on the stack is not known well enough.",
    "Use a constant offset, limit the number that is added to the pointer, or keep the buffer in a per-CPU array.",
  ],
  [
    /invalid read from stack|invalid indirect read from stack|invalid size of register fill|corrupted spill memory/,
    "These bytes of the stack were never set, or hold part of a pointer that is read with another size.",
    "Set the bytes first; read a saved pointer with all of its 8 bytes.",
  ],
  [
    /invalid size of register spill|cannot spill pointers|attempt to corrupt spilled pointer/,
    "A pointer can only be saved whole, 8 bytes aligned to 8, in the function's own stack.",
    "Save the pointer as a 64-bit value, in the stack of the function that it belongs to.",
  ],
  [
    /invalid .*stack R\d+ off=|invalid write to stack|stack pointer offset/,
    "The stack of a function has 512 bytes, at offsets -512 to -1 from R10.",
    "Stay between R10 - 512 and R10; large buffers belong into a per-CPU array.",
  ],
  [
    /combined stack size|tail_calls are not allowed when call stack/,
    "All functions that are active at once share 512 bytes of stack, 256 where tail calls are made.",
    "Use less stack or fewer nested calls. Large buffers belong into a per-CPU array.",
  ],
  [/invalid zero-sized read/, "The helper reads at least one byte.", "Go on only where 'size > 0'."],
];
