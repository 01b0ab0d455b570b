import type { TestRunInput } from "../../bpf/test-run/test-context.ts";
import type { Libc } from "../libc.ts";
import { Attributes } from "./attributes.ts";
import { COMMAND } from "./commands.ts";
import { type TestRun, testRun } from "./test-run.ts";

/** BPF_F_STRICT_ALIGNMENT */
const STRICT_ALIGNMENT = 1;
/** The kernel keeps the end of a log that is longer. */
const LOG_BYTES = 1 << 20;
const ENOSPC = 28;

/** How a program is loaded. */
export interface LoadOptions {
  /** `enum bpf_prog_type`. */
  readonly type: number;
  /** Default: GPL. */
  readonly license?: string;
  /** `enum bpf_attach_type`. */
  readonly expectedAttachType?: number;
  /** 0: no log; 1 and 2 as in the kernel. Default: 1. */
  readonly logLevel?: 0 | 1 | 2;
  readonly strictAlignment?: boolean;
  /** Further BPF_F_* of loading. */
  readonly flags?: number;
  /** Number of the function, tracepoint or type in the kernel's BTF that it is for. */
  readonly attachBtfId?: number;
  /** What the functions are, where callbacks need it. */
  readonly functions?: FunctionTypes;
  /** At most 15 characters, letters, digits, `_` and `.`. */
  readonly name?: string;
}

/** The types of a program's functions (struct bpf_func_info). */
export interface FunctionTypes {
  /** Descriptor of the BTF that has them. */
  readonly btf: number;
  /** 8 bytes for each function: its first slot, and its type's number. */
  readonly records: Uint8Array;
}

/** What the kernel said of a program. */
export interface Loaded {
  /** The program's descriptor, or -errno. */
  readonly descriptor: number;
  /** The verifier's log. */
  readonly log: string;
}

/** The program commands of bpf(2) on this machine. */
export class KernelPrograms {
  private readonly libc: Libc;
  private readonly log = Buffer.alloc(LOG_BYTES);

  constructor(libc: Libc) {
    this.libc = libc;
  }

  /** BPF_PROG_LOAD. @param program struct bpf_insn; maps are named by this process's descriptors. */
  load(program: Uint8Array, options: LoadOptions): Loaded {
    const { log, libc } = this;
    const logLevel = options.logLevel ?? 1;
    const attributes = new Attributes(libc)
      .words(0, options.type, program.length / 8)
      .pointer(8, program)
      .pointer(16, Buffer.from(`${options.license ?? "GPL"}\0`))
      .words(24, logLevel, logLevel === 0 ? 0 : LOG_BYTES)
      .pointer(32, logLevel === 0 ? undefined : log)
      .words(40, 0, (options.flags ?? 0) | (options.strictAlignment === true ? STRICT_ALIGNMENT : 0))
      .text(48, options.name ?? "", 16)
      .words(68, options.expectedAttachType ?? 0)
      .words(108, options.attachBtfId ?? 0);
    const { functions } = options;
    if (functions !== undefined)
      attributes
        .words(72, functions.btf, 8)
        .pointer(80, functions.records)
        .words(88, functions.records.length / 8);
    log[0] = 0;
    const descriptor = attributes.call(COMMAND.programLoad);
    // A log that does not fit makes the load fail whatever the verdict is: it is asked for again without one.
    const text = this.textOfLog();
    if (descriptor === -ENOSPC && logLevel !== 0)
      return { ...this.load(program, { ...options, logLevel: 0 }), log: text };
    return { descriptor, log: text };
  }

  private textOfLog(): string {
    const end = this.log.indexOf(0);
    return this.log.toString("latin1", 0, end < 0 ? LOG_BYTES : end);
  }

  /** BPF_PROG_TEST_RUN, or -errno. */
  testRun(descriptor: number, input: TestRunInput): TestRun | number {
    return testRun(this.libc, descriptor, input);
  }

  /** BPF_RAW_TRACEPOINT_OPEN of a program that says itself where it belongs: a descriptor that keeps it there, or -errno. */
  attachWhereLoaded(descriptor: number): number {
    return new Attributes(this.libc).words(8, descriptor).call(COMMAND.rawTracepointOpen);
  }

  close(descriptor: number): void {
    this.libc.close(descriptor);
  }
}
