/** Answers of programs on routes (enum bpf_ret_code of linux/bpf.h), and what others come to. */
export const LWT_ACTION = { OK: 0, DROP: 2, REDIRECT: 7, REROUTE: 128, INVALID: -1 } as const;
