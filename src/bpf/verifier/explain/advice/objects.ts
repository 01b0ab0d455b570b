import type { AdviceRow } from "./advice-row.ts";

/** Dynptrs, iterators, kernel functions and objects of the kernel or of the program. */
export const OBJECT_ADVICE: readonly AdviceRow[] = [
  [
    /^(LD_ABS|tail_call) is only allowed in functions that return 'int'/,
    "$1 may leave the function early with a number, and this one returns none.",
    "Let the function return int, or do it in the main function.",
  ],
  [
    /^tracing progs cannot use (.*) yet/,
    "The map's values hold $1, which programs that may interrupt others cannot use.",
    "Use another map for this program.",
  ],
  [
    /^Possibly NULL pointer passed to (?:helper|trusted) arg(.+)/,
    "Argument $1 may be NULL, and what is called does not look.",
    "Compare the pointer with NULL first.",
  ],
  [
    /^cannot overwrite referenced dynptr/,
    "The dynptr that lies here still has to be given back.",
    "Submit or discard it first.",
  ],
  [
    /expected pointer to stack or const struct bpf_dynptr|^Expected a dynptr of type|mutates it$|unowned const bpf_dynptr/,
    "The call wants another dynptr than it is given.",
    "Pass the address of a struct bpf_dynptr on the stack that a helper of the right kind has filled.",
  ],
  [
    /^Unsupported reg type (.+) for bpf_dynptr_from_mem data/,
    "A dynptr of memory can be made of a map's value only, not of $1.",
    "Put the bytes into a map's value.",
  ],
  [
    /bpf_throw kfunc|exception cb/,
    "An exception ends the whole program: it cannot leave what a helper called, and its own function is called by nothing else.",
    "Return an error from callbacks, and leave the exception's function to exceptions.",
  ],
  [
    /^arg#(.+) expected pointer to (?:map value or )?allocated object/,
    "Argument $1 is no object that the program has allocated.",
    "Pass what bpf_obj_new gave, after a comparison with NULL.",
  ],
  [
    /^allocated object must be referenced/,
    "The object belongs to a list or a tree: the program only knows of it.",
    "Take it out first: bpf_list_pop_front, bpf_rbtree_remove.",
  ],
  [/^(\S+) not found at offset=(.+)/, "No $1 lies at byte $2.", "Pass the address of the member itself."],
  [
    /must be held for (\S+)/,
    "A $1 is used while the lock beside it is held.",
    "Call bpf_spin_lock before, and bpf_spin_unlock after.",
  ],
  [
    /rbtree cb$|unnecessary rbtree callback/,
    "The function that orders a tree runs while the tree's lock is held.",
    "Compare the two nodes there, and no more.",
  ],
  [
    /bpf_rb_node pointer$|neither owning or non-owning ref/,
    "The node is none that the program owns or has seen in a tree under its lock.",
    "Pass what bpf_rbtree_first or bpf_obj_new gave.",
  ],
  [
    /^operation on |^arg#1 offset=|but arg is at offset/,
    "The list or tree holds other objects than this one.",
    "Compare the struct and the member with the tag '__contains' of the head or root.",
  ],
  [
    /has to be at the constant offset/,
    "Where it lies must be known when the program is loaded.",
    "Take the member's address, and add nothing that varies.",
  ],
  [
    /irq flag|irq state/,
    "Interrupts are switched off and on in pairs, the last one off being the first one on.",
    "Keep each flag in an unsigned long of its own, and restore them in the opposite order.",
  ],
  [
    /^sleepable helper|is sleepable within/,
    "What is called may sleep, and here nothing may.",
    "Call it before the section or after it.",
  ],
  [
    /^program must be sleepable to call sleepable kfunc (\S+)/,
    "$1 may sleep, and the program may not.",
    'Attach the program where it may sleep: SEC("syscall"), SEC("lsm.s/..."), SEC("fentry.s/...").',
  ],
  [
    /pointer to an iterator on stack|^expected an RCU CS/,
    "An iterator lies on the stack, and some are used inside a read-side critical section.",
    "Pass the address of a struct bpf_iter_... on the stack; call bpf_rcu_read_lock before those over kernel objects.",
  ],
  [
    /^calling kernel function (\S+) is not allowed/,
    "Programs of this type may not call $1.",
    "Compare with the types of programs that the kernel registers it for.",
  ],
  [
    /require device-bound program/,
    "Only a program that is loaded for one device may ask that device's driver.",
    "Load it with ip link set dev ... xdpdrv, bound to the device.",
  ],
  [
    /^tail_call abusing/,
    "Different paths make the tail call with different arrays, which users without CAP_PERFMON may not.",
    "Make a tail call of its own on each path.",
  ],
  [
    /^release kernel function (\S+) expects/,
    "$1 gives back a reference, and its argument has none.",
    "Pass what was acquired, unchanged.",
  ],
  [
    /must be referenced or trusted|must be a rcu pointer|expected .* or socket$|has a pointer to STRUCT|must point to scalar|is of type .* is expected/,
    "The kernel does not know that this points to a live struct of the kind that is asked for.",
    "Acquire a reference, or pass what the context or another kernel function gave.",
  ],
  [
    /must be a known constant|is not a scalar|is not a scalar value|is not a known value|not a scalar value$/,
    "It must be a number, and for some arguments one that is known when the program is loaded.",
    "Pass a number.",
  ],
  [
    /kptr/,
    "A pointer in a map's value is exchanged as a whole, and with one of its own kind.",
    "Use bpf_kptr_xchg, or read it as it is.",
  ],
  [
    /const string$|isn't map pointer|expected pointer to func|expected pointer to ctx|doesn't point to a map value|has no valid (bpf_\w+)|bpf_refcount field|doesn't match map pointer/,
    "The kernel function wants something else in this place.",
    "Compare the arguments with the function's prototype.",
  ],
  [
    /does not allow writes to packet data/,
    "Programs of this type may only read packets.",
    "Use bpf_dynptr_slice, and write in a program of type xdp or sched_cls.",
  ],
];
