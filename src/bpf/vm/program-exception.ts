/** What bpf_throw throws: engines unwind to the innermost main function and go on with its exception callback. */
export class ProgramException extends Error {
  /** What the program passed: unsigned, 64 bits. */
  readonly cookie: bigint;

  constructor(cookie: bigint) {
    super("A program has thrown an exception.");
    this.name = "ProgramException";
    this.cookie = BigInt.asUintN(64, cookie);
  }
}
