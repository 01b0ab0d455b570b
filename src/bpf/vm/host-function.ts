/**
 * How a register crosses from a program to JavaScript.
 *
 * | kind | the function gets | for |
 * |---|---|---|
 * | `i32` | a number: the register's low 32 bits, signed (`>>> 0` makes an address or a u32 of it) | pointers, sizes, ints, flags that fit |
 * | `i64` | a bigint: all 64 bits, signed | what needs 64 bits; a call costs several times as much |
 */
export type ParameterKind = "i32" | "i64";

/**
 * What becomes of the returned value: `signed` and `unsigned`: a number whose low 32 bits are extended to R0 (int and long
 * error codes; pointers and u32); `i64`: a bigint; `none`: R0 becomes 0.
 */
export type ResultKind = "signed" | "unsigned" | "i64" | "none";

/**
 * A function outside BPF that programs call: a helper by its number, or a kernel function by its BTF id.
 * Arguments are R1, R2, ... as far as `parameters` go. It changes memory through the machine's linear memory, and reads
 * `memory.bytes` anew after anything that may allocate.
 */
export interface HostFunction {
  /** `bpf_map_lookup_elem` */
  readonly name: string;
  /** At most five. */
  readonly parameters: readonly ParameterKind[];
  readonly result: ResultKind;
  /**
   * True for a function that may run BPF code before it returns: callbacks (bpf_loop, bpf_for_each_map_elem) or whole
   * programs (bpf_clone_redirect). Engines then put that code's stack below the caller's frame.
   */
  readonly reenters?: boolean;
  /** True for a function that throws ProgramException: it never returns, and engines unwind the program. */
  readonly unwinds?: boolean;
  /**
   * For a function that takes a map's address and that of a u32 index, and gives the address of the index's value or 0: where
   * the values of a map lie that are found by nothing else. Engines may then look there without a call.
   */
  readonly indexed?: (map: number) => IndexedValues | undefined;
  /** Called without `this`, with exactly as many arguments as there are `parameters`; gives what `result` says. */
  readonly call: (...values: never[]) => unknown;
}

/** Values of the indices below `entries`, `stride` bytes apart. They stay where they are as long as a program names their map. */
export interface IndexedValues {
  readonly address: number;
  readonly stride: number;
  readonly entries: number;
}

/** Calls a host function with whole registers, and gives R0: unsigned, 64 bits. */
export function callWithRegisters(host: HostFunction, registers: readonly bigint[]): bigint {
  const values = host.parameters.map((kind, i) =>
    kind === "i32" ? Number(BigInt.asIntN(32, registers[i]!)) : BigInt.asIntN(64, registers[i]!),
  );
  const result = (host.call as (...values: (number | bigint)[]) => unknown)(...values);
  switch (host.result) {
    case "signed":
      return BigInt.asUintN(64, BigInt((result as number) | 0));
    case "unsigned":
      return BigInt((result as number) >>> 0);
    case "i64":
      return BigInt.asUintN(64, result as bigint);
    case "none":
      return 0n;
  }
}
