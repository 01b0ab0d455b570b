import {
  addressHalves,
  functionAddress,
  isVoid,
  KERNEL_FUNCTIONS,
  type KernelFunction,
  parametersOf,
} from "../../events/functions.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import { EventPoint } from "./event-point.ts";
import { EventRecord } from "./event-record.ts";

/** Offsets in struct pt_regs of x86-64: the registers of the first six arguments, of the result, and where the code is. */
export const PT_REGS = {
  arguments: [112, 104, 96, 88, 72, 64],
  result: 80,
  originalResult: 120,
  ip: 128,
  bytes: 168,
} as const;
/** Arguments that fentry programs are given at most (MAX_BPF_FUNC_ARGS), and the result behind them. */
const MOST_ARGUMENTS = 12;
const FUNCTIONS: readonly KernelFunction[] = KERNEL_FUNCTIONS;

/** Where in a function it calls others, and where the probe at its beginning says that it is. */
const CALL_OFFSET = 0x80;
const PROBE_OFFSET = 1;
const DEEPEST = 64;

export type FunctionProbe = "kprobe" | "kretprobe" | "fentry" | "fexit";

/** The functions that are running, innermost last, and the programs at their beginnings and ends. */
export class CallFrames {
  /** What programs at a function are given: registers at its beginning and at its end, arguments and result. */
  private readonly points: Readonly<Record<FunctionProbe, (EventPoint | undefined)[]>> = {
    kprobe: [],
    kretprobe: [],
    fentry: [],
    fexit: [],
  };
  private readonly numbers = new Int32Array(DEEPEST);
  private readonly results = new Float64Array(DEEPEST);
  /** Arguments by frame, as programs at its end are given them. */
  private readonly given = new Float64Array(DEEPEST * 6);
  private readonly probed = new Uint8Array(FUNCTIONS.length);
  private depth = 0;
  /** Frames below are those of what the task that runs has come between. */
  private base = 0;
  private atEntry = false;
  private readonly memory: ByteStore;

  constructor(memory: ByteStore) {
    this.memory = memory;
  }

  /** The place of programs at a function. */
  point(kind: FunctionProbe, number: number): EventPoint {
    const points = this.points[kind];
    const size = kind === "kprobe" || kind === "kretprobe" ? PT_REGS.bytes : 8 * (MOST_ARGUMENTS + 1);
    this.probed[number] = 1;
    points[number] ??= new EventPoint(new EventRecord(this.memory, size));
    return points[number];
  }

  /** True where a program is at the function, so that somebody reads its arguments. */
  isProbed(number: number): boolean {
    return this.probed[number] === 1;
  }

  /** A function begins. Arguments are whole numbers of at most 53 bits. */
  enter(number: number, node: string, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): void {
    if (this.depth === DEEPEST) return;
    const { given, depth } = this;
    this.numbers[depth] = number;
    this.results[depth] = 0;
    if (this.probed[number] === 0) {
      this.depth++;
      return;
    }
    given[6 * depth] = a;
    given[6 * depth + 1] = b;
    given[6 * depth + 2] = c;
    given[6 * depth + 3] = d;
    given[6 * depth + 4] = e;
    given[6 * depth + 5] = f;
    this.depth++;
    const { kprobe, fentry } = this.points;
    this.atEntry = true;
    const entry = fentry[number];
    if (entry !== undefined) {
      this.fillArguments(entry.record, depth);
      entry.fire(node);
    }
    const probe = kprobe[number];
    if (probe !== undefined) {
      this.fillRegisters(probe.record, number, depth);
      probe.fire(node);
    }
    this.atEntry = false;
  }

  /** The function that began last ends. */
  leave(number: number, node: string): void {
    const depth = this.depth - 1;
    if (depth < 0 || this.numbers[depth] !== number) return;
    const result = this.results[depth]!;
    if (this.probed[number] === 1) this.tellEnd(number, node, depth, result);
    this.depth = depth;
    if (depth > this.base && PASSES[this.numbers[depth - 1]!] && !IS_VOID[number]) this.results[depth - 1] = result;
  }

  private tellEnd(number: number, node: string, depth: number, result: number): void {
    const { kretprobe, fexit } = this.points;
    const exit = fexit[number];
    if (exit !== undefined) {
      this.fillArguments(exit.record, depth);
      if (!IS_VOID[number]) exit.record.set64(8 * ARGUMENTS[number]!, result);
      exit.fire(node);
    }
    const probe = kretprobe[number];
    if (probe !== undefined) {
      this.fillRegisters(probe.record, number, depth);
      probe.record.set64(PT_REGS.result, result);
      probe.fire(node);
    }
  }

  /** A task begins to run, on a stack of its own. */
  begin(): void {
    this.base = this.depth;
  }

  /** The task that ran is gone, and those go on that it came between. */
  end(): void {
    this.base = 0;
  }

  /** What the innermost function returns. */
  set result(value: number) {
    if (this.depth > 0) this.results[this.depth - 1] = value;
  }

  /** The innermost function drops its packet. */
  drop(): void {
    if (this.depth > 0) this.result = FUNCTIONS[this.numbers[this.depth - 1]!]!.onDrop ?? 0;
  }

  /** Number of the innermost function; -1: none runs. */
  get innermost(): number {
    return this.depth === 0 ? -1 : this.numbers[this.depth - 1]!;
  }

  /** The address at which the innermost function begins; 0 where none runs. */
  get functionAddress(): bigint {
    return this.depth === 0 ? 0n : functionAddress(this.numbers[this.depth - 1]!);
  }

  /** An address in the innermost function, in halves; 0 where none runs. */
  get location(): { readonly low: number; readonly high: number } {
    return this.depth === 0 ? NOWHERE : LOCATIONS[this.numbers[this.depth - 1]!]!;
  }

  /** Addresses of the functions that are running, the innermost first. */
  stack(): bigint[] {
    const found: bigint[] = [];
    for (let i = this.depth - 1; i >= this.base; i--) {
      const offset = this.atEntry && i === this.depth - 1 ? PROBE_OFFSET : CALL_OFFSET;
      found.push(functionAddress(this.numbers[i]!, offset));
    }
    return found;
  }

  private fillArguments(record: EventRecord, depth: number): void {
    for (let i = 0; i < 6; i++) record.set64(8 * i, this.given[6 * depth + i]!);
  }

  private fillRegisters(record: EventRecord, number: number, depth: number): void {
    const { arguments: registers, ip } = PT_REGS;
    for (let i = 0; i < 6; i++) record.set64(registers[i]!, this.given[6 * depth + i]!);
    const { low, high } = PROBED[number]!;
    record.setHalves(ip, low, high);
  }
}

const NOWHERE = { low: 0, high: 0 };
const LOCATIONS = FUNCTIONS.map((_, i) => addressHalves(i, CALL_OFFSET));
const PROBED = FUNCTIONS.map((_, i) => addressHalves(i, PROBE_OFFSET));
const IS_VOID = FUNCTIONS.map(({ name }) => isVoid(name));
const ARGUMENTS = FUNCTIONS.map(({ name }) => parametersOf(name).length);
const PASSES = FUNCTIONS.map(({ passes }) => passes === true);
