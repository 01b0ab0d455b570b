import type { AdviceRow } from "./advice-row.ts";

/** Calls of helpers and functions. */
export const CALL_ADVICE: readonly AdviceRow[] = [
  [
    /cannot call GPL-restricted/,
    "The helper is only for programs under a GPL-compatible licence.",
    'Declare one: char LICENSE[] SEC("license") = "GPL"; or use another helper.',
  ],
  [
    /cannot call kernel function from non-GPL/,
    "The kernel's own functions are only for programs under a GPL-compatible licence.",
    'Declare one: char LICENSE[] SEC("license") = "GPL"; or do without the function.',
  ],
  [
    /program of this type cannot use helper (\w+)/,
    "Programs of this type are not offered $1.",
    "Use another helper, or attach the program where this one is offered.",
  ],
  [/invalid func/, "No helper has this number.", "Compile against the helpers of the kernel that will load it."],
  [
    /might sleep/,
    "The helper may wait, and this program may not.",
    "Use it in a sleepable program, or use a helper that does not wait.",
  ],
  [
    /cannot pass map_type|invalid map_ptr to access|invalid arg_type for sockmap|no direct value access support/,
    "The helper does not work on a map of this type.",
    "Use the helpers that are made for this type of map, or a map of another type.",
  ],
  [
    /R(\d+) type=(\S+) expected=(.+)/,
    "The call wants $3 in R$1, which holds $2.",
    "Compare the arguments with the helper's prototype: the order, a missing '&', a NULL check.",
  ],
  [
    /is not a known constant|is not a constant address|does not point to a readonly map|string is not zero-terminated/,
    "The call wants something that is known before the program runs.",
    "Give a constant: for strings a 'static const char[]' with a zero at its end.",
  ],
  [/get_local_storage\(\) doesn't support/, "The flags of bpf_get_local_storage are not used yet.", "Pass 0."],
  [
    /must have zero offset/,
    "The object is given back by a pointer to its beginning.",
    "Pass what the acquiring function gave.",
  ],
  [
    /Unreleased reference|reference leak/,
    "A resource that was acquired is not given back on this way.",
    "Give it back (bpf_sk_release, bpf_ringbuf_submit or _discard) on every path to the end.",
  ],
  [
    /unacquired reference|must be referenced when passed|reference has not been acquired/,
    "What is given back here was not acquired, or was given back before.",
    "Pass what the acquiring function gave, after a NULL check, and only once.",
  ],
  [
    /Expected an initialized dynptr/,
    "The dynptr was not set up.",
    "Call bpf_dynptr_from_mem or bpf_ringbuf_reserve_dynptr first.",
  ],
  [
    /has to have BTF/,
    "What lies in the map's value is only known with BTF.",
    'Declare the map with BTF (SEC(".maps")) and compile with -g.',
  ],
  [
    /is not pointing to valid bpf_map/,
    "No map has this descriptor.",
    "Create the map first, or describe it with --map.",
  ],
  [
    /bpf_struct_ops map cannot|cannot use bpf_spin_lock/,
    "Programs of this type may not use this kind of map.",
    "Use another map, or another type of program.",
  ],
  [
    /cannot be used inside (bpf_\w+)-ed region|function calls are not allowed while holding|two bpf_spin_locks/,
    "While a lock is held, RCU is locked or preemption is off the program may not end, and under a spin lock call nothing.",
    "Unlock first, on every path that comes here.",
  ],
  [
    /unlock without taking|unlock of different lock|unmatched (rcu|attempt)|nested rcu/,
    "Locks and unlocks come in pairs, of the same value.",
    "Keep the pointer that was locked, and unlock that one once on every path.",
  ],
  [
    /(bpf_\w+) cannot be accessed directly by load\/store/,
    "This part of the map's value is for helpers only.",
    "Leave it out: copy the other fields one by one.",
  ],
  [
    /off \d+ doesn't point to 'struct/,
    "The pointer is to another part of the map's value.",
    "Give the address of the field itself.",
  ],
  [
    /expected (an initialized|uninitialized) iter_num/,
    "An iterator is made once, used, and destroyed once.",
    "Call bpf_iter_num_new first, and bpf_iter_num_destroy once on every path.",
  ],
  [/At (async )?callback return/, "A callback may return 0 or 1 only, a timer's 0 only.", "Return one of them."],
  [
    /Caller passes invalid args|Global function/,
    "A global function is verified by itself, for any arguments of its types.",
    "Give it what its types say, or make the function static.",
  ],
  [/too deep/, "Functions may be nested 8 deep.", "Inline some of them (__always_inline)."],
  [
    /call to invalid destination/,
    "There is no instruction where the function should begin.",
    "Link the program: the call still has the place of a relocation.",
  ],
  [/missing btf func_info/, "The address of a function is only known with BTF.", "Compile with -g."],
  [
    /subprogs without BTF/,
    "Only the main function may do this without BTF.",
    "Compile with -g, or do it in the main function.",
  ],
  [
    /cannot return stack pointer/,
    "The stack of a function is gone once it returns.",
    "Let the caller hand in a buffer of its own.",
  ],
  [
    /LD_\[ABS\|IND\] instructions not allowed/,
    "Programs of this type have no loads from the packet by LD_ABS and LD_IND.",
    "Use bpf_skb_load_bytes, or data and data_end.",
  ],
  [/R6 != pointer to skb/, "LD_ABS and LD_IND want the context in R6.", "Copy the context to R6 first: 'r6 = r1'."],
];
