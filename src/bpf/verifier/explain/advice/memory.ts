import type { AdviceRow } from "./advice-row.ts";

/** Accesses to memory of all kinds but the stack. */
export const MEMORY_ADVICE: readonly AdviceRow[] = [
  [
    /same insn cannot be used with different pointers/,
    "Paths come here with pointers to different things, and what the instruction becomes depends on which it is.",
    "Access each thing by an instruction of its own, in its own branch.",
  ],
  [
    /R(\d+) offset is outside of the packet/,
    "Nothing on the way here has shown that the packet reaches as far as R$1 is read or written.",
    "Compare the pointer plus the bytes that you need with data_end, and go on only where it is not beyond: 'if (data + N > data_end) return'.",
  ],
  [
    /cannot write into packet|helper access to the packet is not allowed/,
    "Programs of this type, and this helper, may not touch the packet's bytes in place.",
    "Copy the bytes to the stack first, or write with bpf_skb_store_bytes where the type has it.",
  ],
  [
    /R(\d+) min value is negative, either use unsigned index/,
    "R$1 may point before the beginning: the number that was added to it may be negative.",
    "Make the index unsigned, or go on only where 'index >= 0' before it is added to the pointer.",
  ],
  [
    /R(\d+) min value is negative, either use unsigned or/,
    "The size in R$1 may be negative.",
    "Make the size unsigned, or limit it first: 'size &= 0xff'.",
  ],
  [
    /R(\d+) unbounded memory access, use 'var &= const'/,
    "The size in R$1 has no upper limit.",
    "Limit the size before the call: 'size &= 0xff', or 'if (size > MAX) return'.",
  ],
  [
    /R(\d+) unbounded memory access, make sure/,
    "The number that was added to R$1 has no upper limit.",
    "Check the upper limit of the index before it is added: 'if (index >= SIZE) return'.",
  ],
  [
    /R(\d+) max value is outside/,
    "With the largest number that was added to it, R$1 reaches beyond the end.",
    "Check the upper limit of the index before it is added, and count the size of the access: 'if (index > SIZE - 8) return'.",
  ],
  [
    /R(\d+) min value is outside/,
    "Even with the smallest number that was added to it, R$1 lies outside.",
    "Compare the offset with the size of what the pointer points at.",
  ],
  [
    /invalid access to map value(, value_size=(\d+)|)/,
    "The access reaches outside of the map's value.",
    "Compare the offset with the map's value size, or make the value larger.",
  ],
  [/invalid access to flow keys/, "struct bpf_flow_keys has 56 bytes.", "Access one of its fields with its own size."],
  [
    /R(\d+) invalid mem access '\w*_or_null'/,
    "R$1 may be NULL: nothing on the way here has ruled that out.",
    "Compare the pointer with NULL and use it only where it is not.",
  ],
  [
    /R(\d+) pointer arithmetic on \w+ prohibited, null-check it first/,
    "R$1 may be NULL, and is moved before that is known.",
    "Compare the pointer with NULL first, then move it.",
  ],
  [
    /R(\d+) invalid mem access 'scalar'/,
    "R$1 holds a number here, not a pointer.",
    "See where the pointer was lost: overwritten, moved by a 32-bit operation, stored in part, or void after a call that changes the packet (load data and data_end again then).",
  ],
  [
    /R(\d+) invalid mem access '(\w+)'/,
    "R$1 is of kind $2, which cannot be read or written this way.",
    "Use the helpers that are made for it.",
  ],
  [/R(\d+) cannot write into/, "What R$1 points at may only be read.", "Copy it to the stack and change the copy."],
  [
    /BPF_ATOMIC .*R(\d+)/,
    "Atomic operations do not work on what R$1 points at.",
    "Use them on map values and on the stack.",
  ],
  [
    /R(\d+) invalid \S+ access off=/,
    "No field of the socket lies there, or not with that size.",
    "Read the field with its own size; bpf_sk_fullsock gives the fields of full sockets.",
  ],
  [
    /write to change key/,
    "A map's keys cannot be changed in place.",
    "Delete the element and add one with the new key.",
  ],
  [
    /(write into|read from) map forbidden|write into map forbidden/,
    "The map was made so that programs may not do this.",
    "Make the map without BPF_F_RDONLY_PROG or BPF_F_WRONLY_PROG, or let user space do it.",
  ],
  [
    /invalid tracepoint buffer access|invalid variable buffer offset/,
    "The tracepoint's buffer is accessed at a constant offset inside of it only.",
    "Read its arguments by constant offsets, and with 8 bytes each.",
  ],
  [
    /map forbidden, value_size/,
    "The map was made so that programs may not do this.",
    "Make the map without BPF_F_RDONLY_PROG or BPF_F_WRONLY_PROG, or let user space do it.",
  ],
  [
    /misaligned/,
    "The offset is no multiple of the access's size.",
    "Access it with a size that divides its offset, or byte by byte.",
  ],
  [
    /frame pointer is read only/,
    "R10 always points at the end of the function's stack.",
    "Copy R10 to another register and change the copy.",
  ],
];
