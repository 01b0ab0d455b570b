/** A BPF function of a loaded program: its main function, or one that something points at. */
export interface BpfFunction {
  /** Name of the engine that runs it; a tail call or callback stays within one engine. Host functions have none: see HostPointer. */
  readonly engine: string;
  /** Runs it on the machine's stack as it stands. Arguments and result are registers: bigints, 64 bits, of either sign. */
  call(r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint): bigint;
}

/**
 * The functions that programs reach by number: what a function pointer in a register is, and what a program array holds.
 * Number 0 stays empty, as a null pointer.
 */
export class FunctionTable {
  /** The same numbers for compiled code; empty where the function is not compiled. */
  readonly compiled: WebAssembly.Table = new WebAssembly.Table({ element: "anyfunc", initial: 64 });
  private readonly functions: (BpfFunction | undefined)[] = [undefined];
  private readonly free: number[] = [];

  /** Returns the function's number. */
  add(entry: BpfFunction): number {
    const slot = this.free.pop() ?? this.functions.length;
    if (slot >= this.compiled.length) this.compiled.grow(this.compiled.length);
    this.functions[slot] = entry;
    return slot;
  }

  /** What `call_indirect` of the number reaches from now on. */
  setCompiled(slot: number, compiled: (...values: never[]) => unknown): void {
    this.compiled.set(slot, compiled);
  }

  /** The number may be given to another function from now on. */
  remove(slot: number): void {
    this.functions[slot] = undefined;
    this.compiled.set(slot, null);
    this.free.push(slot);
  }

  at(slot: number): BpfFunction | undefined {
    return this.functions[slot];
  }
}
