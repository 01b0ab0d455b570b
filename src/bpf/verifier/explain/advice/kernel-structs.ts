import type { AdviceRow } from "./advice-row.ts";

/** The kernel's structs, buffers of iterators, and what is tied to certain programs. */
export const KERNEL_STRUCT_ADVICE: readonly AdviceRow[] = [
  [
    /Cannot access kernel 'struct (\w+)'/,
    "Only programs under a GPL-compatible licence may look into struct $1.",
    'Declare one: char LICENSE[] SEC("license") = "GPL"; or do without the struct.',
  ],
  [
    /invalid rd(?:only|wr) buffer access: off=(-\d+)/,
    "The access begins $1 bytes from the iterator's buffer, before its beginning.",
    "Begin at the buffer's first byte.",
  ],
  [
    /invalid negative access: off=(-\d+)/,
    "The access begins $1 bytes from the struct, before its beginning.",
    "Read members, and none before the first.",
  ],
  [
    /access beyond the end of member (\w+) .*in struct (\w+)/,
    "The access runs past the end of member $1 of struct $2.",
    "Read no more bytes than the member has.",
  ],
  [
    /access beyond struct (\w+)/,
    "Struct $1 ends before the access does.",
    "Declare the struct with preserve_access_index, so that members are found where the kernel has them.",
  ],
  [
    /direct access to (\w+) is disallowed/,
    "A $1 is only changed through the functions that are made for it.",
    "Leave it to these functions, and touch the members beside it.",
  ],
  [
    /cannot access ptr member (\w+)/,
    "Member $1 is a pointer: it is read as a whole or not at all.",
    "Read all 8 bytes, from the member's beginning.",
  ],
  [
    /R(\d+) is ptr_(\w+) invalid variable offset/,
    "R$1 points into struct $2 at a place that only running tells.",
    "Read members by their names, or copy bytes with bpf_probe_read_kernel.",
  ],
  [
    /no write support to nf_conn|beyond the member of nf_conn/,
    "Of a tracked connection only the mark may be written, 4 bytes of it.",
    "Write the member mark, and change others through the kernel's functions for connections.",
  ],
  [
    /no write support to (\w+) at off|write access at off .* beyond the member of (\w+)/,
    "Of struct $1$2 only some members may be written, and these not past their end.",
    "Keep what is the program's own in icsk_ca_priv or in a map.",
  ],
  [
    /write access at off \d+ with size \d+$/,
    "The access runs past the end of the struct.",
    "Write no more bytes than the struct has.",
  ],
  [
    /attach to unsupported member (\w+) of struct (\w+)/,
    "The kernel takes no such program for member $1 of struct $2.",
    "Leave the member out, and declare functions that may sleep only where the struct allows it.",
  ],
  [
    /failed to find the address for kernel symbol '(\w+)'/,
    "The kernel does not tell the address of its variable $1 (CONFIG_KALLSYMS_ALL is not set).",
    "Do without the variable, or declare it __weak and look whether it is there.",
  ],
  [
    /access percpu memory/,
    "Every processor has one of it: the pointer is to none in particular.",
    "Get this processor's with bpf_this_cpu_ptr, or that of another with bpf_per_cpu_ptr.",
  ],
  [
    /is not a supported struct/,
    "The kernel takes no functions for a struct of that name.",
    "Name a struct that the kernel's types have a bpf_struct_ops_ counterpart of.",
  ],
  [
    /No struct of the object holds the program/,
    "Only a struct in section .struct_ops or .struct_ops.link says what the program is for.",
    "Make it the member of a struct there.",
  ],
  [
    /only read( from \w+)? is supported/,
    "The kernel's structs may be read and not written.",
    "Keep what is to be changed in a map.",
  ],
  [
    /(\w+)\(\) may write into memory pointed by R(\d+)/,
    "$1 writes where R$2 points, into a struct of the kernel.",
    "Have it write to the stack or to a map's value.",
  ],
  [
    /uninitialized dynptr/,
    "A dynptr is made in 16 aligned bytes of the stack that hold none yet.",
    "Declare a struct bpf_dynptr on the stack for each, and make it once.",
  ],
  [/potential write to dynptr/, "The call would write over a dynptr on the stack.", "Give it memory of its own."],
  [
    /expected an initialized iter_(\w+)/,
    "No iterator of this kind was begun there.",
    "Call bpf_iter_$1_new on it first, on every path.",
  ],
  [
    /memory, len pair leads to invalid memory access/,
    "The memory has fewer bytes than the length says.",
    "Pass sizeof of what the pointer points to.",
  ],
  [
    /type ID argument must be of a struct/,
    "The function works on structs, and the type that is named is none.",
    "Name a struct.",
  ],
  [
    /css_task_iter is only allowed/,
    "This iterator takes a lock that other programs may interrupt.",
    "Use it in a sleepable program, or in one that an iterator runs.",
  ],
  [
    /use static function instead/,
    "Nobody knows what a global function does while a lock is held.",
    "Make the function static.",
  ],
  [
    /multiple exception callback tags/,
    "A program has one function that exceptions go to.",
    "Leave one exception_callback tag.",
  ],
];
