/** Number of bpf_tail_call, which engines carry out themselves and the verifier has rules of its own for. */
export const TAIL_CALL = 12;
