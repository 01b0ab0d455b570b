/* What Linux bounds a running program by. */

/** Bytes of stack that a function has below R10 (MAX_BPF_STACK). */
export const FRAME_BYTES = 512;

/** Functions of one program that may be active at once, the main function included (MAX_CALL_FRAMES). */
export const MAX_FRAMES = 8;

/** What each tail call adds to that: the program which takes a function's place may have as many functions below it. */
export const FRAMES_PER_TAIL_CALL = MAX_FRAMES - 1;

/** Tail calls that one run may make (MAX_TAIL_CALL_CNT). */
export const MAX_TAIL_CALLS = 33;

/** Functions that may be active at once in one run. */
export const MAX_RUN_FRAMES = MAX_FRAMES + MAX_TAIL_CALLS * FRAMES_PER_TAIL_CALL;

/**
 * Rounds that a function's may_goto instructions grant each time it is entered (BPF_MAX_LOOPS). Kernels that measure 0.25 s
 * instead (Linux 6.15 on x86-64) grant more or fewer; a count gives the same result on every run.
 */
export const MAY_GOTO_ROUNDS = 8_388_608;

/**
 * Rounds of loops that one run of an unverified program may make before it ends with a fault: netsim's own bound, above what
 * MAY_GOTO_ROUNDS grants.
 */
export const UNVERIFIED_ROUNDS = 16_777_216;
