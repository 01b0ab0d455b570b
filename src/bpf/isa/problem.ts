/** Why Linux would refuse an instruction before it follows the program's paths. */
export interface DecodeProblem {
  /** Number of the instruction, counting 8-byte slots from 0. */
  readonly index: number;
  /** A full sentence. */
  readonly message: string;
  /** What to try; a full sentence. */
  readonly hint?: string;
  /** How Linux's verifier log begins its own message; absent where bpf(2) fails without a log. */
  readonly kernel?: string;
}
