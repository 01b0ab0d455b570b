import type { Libc } from "../libc.ts";
import { Attributes } from "./attributes.ts";
import { COMMAND } from "./commands.ts";

/** BPF_F_STRICT_ALIGNMENT */
const STRICT_ALIGNMENT = 1;
/** The kernel keeps the end of a log that is longer. */
const LOG_BYTES = 1 << 20;
const ENOSPC = 28;
/** Room for a packet that has grown: BPF_PROG_TEST_RUN gives at most a page of data back. */
const GROWTH = 4096;

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

/** What BPF_PROG_TEST_RUN gave. */
export interface TestRun {
  /** Low 32 bits of R0, unsigned. */
  readonly returnValue: number;
  /** Average of a run, as the kernel measured it. */
  readonly nanoseconds: number;
  /** The packet behind the last run. */
  readonly data: Uint8Array;
  /** The context behind it, where one was given. */
  readonly context: Uint8Array;
}

/** What BPF_PROG_TEST_RUN is given. */
export interface TestInput {
  readonly data: Uint8Array;
  readonly context?: Uint8Array;
  /** Default: 1. */
  readonly repeat?: number;
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
      .words(68, options.expectedAttachType ?? 0);
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
  testRun(descriptor: number, { data, context, repeat = 1 }: TestInput): TestRun | number {
    const out = Buffer.alloc(data.length + GROWTH);
    const contextOut = Buffer.alloc(context?.length ?? 0);
    const attributes = new Attributes(this.libc)
      .words(0, descriptor, 0, data.length, out.length)
      .pointer(16, data)
      .pointer(24, out)
      .words(32, repeat)
      .words(40, context?.length ?? 0, contextOut.length)
      .pointer(48, context)
      .pointer(56, context === undefined ? undefined : contextOut);
    const result = attributes.call(COMMAND.programTestRun);
    if (result < 0) return result;
    return {
      returnValue: attributes.word(4),
      nanoseconds: attributes.word(36),
      data: Uint8Array.from(out.subarray(0, attributes.word(12))),
      context: Uint8Array.from(contextOut.subarray(0, attributes.word(44))),
    };
  }

  close(descriptor: number): void {
    this.libc.close(descriptor);
  }
}
