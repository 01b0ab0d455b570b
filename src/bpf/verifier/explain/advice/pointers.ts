import type { AdviceRow } from "./advice-row.ts";

/** Registers, pointers and the context. */
export const POINTER_ADVICE: readonly AdviceRow[] = [
  [
    /R(\d+) !read_ok/,
    "R$1 has no value on this way.",
    "Set it on every path that comes here. A call leaves R1 to R5 unset, and R0 where it gives nothing.",
  ],
  [
    /32-bit pointer arithmetic/,
    "A pointer has 64 bits: a 32-bit operation cuts it in half.",
    "Use 64-bit operations on pointers; compilers cut where a pointer is stored in an int.",
  ],
  [
    /pointer .* pointer prohibited|bitwise operator|arithmetic with .* operator|subtract pointer from scalar|subtraction from stack pointer|pointer arithmetic on/,
    "Pointers may only be moved: by adding a number, or by subtracting one.",
    "Add or subtract 64-bit numbers that have limits; the packet's length is data_end - data, both as numbers.",
  ],
  [
    /math between|pointer offset .* is not allowed|makes .* pointer be out of bounds/,
    "The number is not limited, or so large that the pointer would leave everything.",
    "Limit the number before it is added: 'index &= 0xff', or 'if (index >= SIZE) return'.",
  ],
  [
    /invalid bpf_context access off=(-?\d+) size=(\d+)/,
    "Programs of this type may not access $2 bytes at offset $1 of their context in this way.",
    "Read the field with its own size and alignment; not every type of program may read or write every field.",
  ],
  [
    /dereference of modified|negative offset .* ptr|variable .* access var_off/,
    "This pointer must be used as it was given.",
    "Access it through the unchanged pointer with a constant offset; keep a copy if you need to move it.",
  ],
];
