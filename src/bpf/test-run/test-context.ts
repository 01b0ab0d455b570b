import type { ContextLayout } from "../vm/environment.ts";
import type { LinearMemory } from "../vm/memory.ts";

/** A packet for a program to look at, and what is known about it. */
export interface TestPacket {
  readonly bytes: Uint8Array;
  /** Ethertype in host order; 0: not known. */
  readonly protocol: number;
  /** Offset of the network header. */
  readonly networkOffset: number;
}

/** What BPF_PROG_TEST_RUN is given (`test` of union bpf_attr). */
export interface TestRunInput {
  /** `data_in`: an Ethernet frame, of netfilter programs also an IP packet. Absent: the null pointer. */
  readonly data?: Uint8Array;
  /** `ctx_in`. */
  readonly context?: Uint8Array;
  /** How often it is run, each time on what the run before left; 0, the default, is once. */
  readonly repeat?: number;
  /** TEST_RUN_FLAG. */
  readonly flags?: number;
  /** With TEST_RUN_FLAG.ON_CPU. */
  readonly cpu?: number;
  readonly batchSize?: number;
  /** Room for the data behind the run; 0: none is asked for. Absent: enough, where there is data. */
  readonly dataRoom?: number;
  /** The same of the context. */
  readonly contextRoom?: number;
}

/** BPF_F_TEST_*. */
export const TEST_RUN_FLAG = { ON_CPU: 1, XDP_LIVE_FRAMES: 2, SKB_CHECKSUM_COMPLETE: 4 } as const;

/** What of a loaded program BPF_PROG_TEST_RUN looks at. */
export interface TestedProgram {
  /** `enum bpf_attach_type` */
  readonly attachType: number;
  /** Bytes of its context that it may touch. */
  readonly contextBytes: number;
  /** Processors that there are. */
  readonly processors: number;
}

/** Bytes behind a context that it points at. */
export interface PointedBytes {
  /** From the context's address on. */
  readonly offset: number;
  readonly bytes: number;
  readonly writable: boolean;
}

/** The context that BPF_PROG_TEST_RUN gives programs of one kind (net/bpf/test_run.c). */
export interface TestContext {
  readonly layout: ContextLayout;
  /** Bytes of the block in memory: the layout's, and what lies behind them. */
  readonly bytes: number;
  readonly pointed?: readonly PointedBytes[];
  /** Where in an Ethernet frame the data begins that programs see. */
  readonly dataStart: "link" | "network" | "no packet";
  /** Programs write into the context that user space gave, which gets no other one back. */
  readonly writesGiven?: true;
  /** Why the kernel refuses a run before it begins: a negative error number; 0 where it does not. */
  refusal(input: TestRunInput, program: TestedProgram): number;
  /** The part of that which is about `ctx_in`, for a packet of so many bytes. */
  contextRefusal(given: Uint8Array, bytes: number): number;
  /**
   * Fills the block, all 0 before, for a packet that lies at `data`.
   * @param skipped bytes of the packet that come before what programs see; 0 without.
   * @param given the context that user space gives; it is one that is not refused.
   */
  fill(
    memory: LinearMemory,
    context: number,
    packet: TestPacket,
    data: number,
    skipped?: number,
    given?: Uint8Array,
  ): void;
  /** Before each run. */
  begin?(memory: LinearMemory, context: number, packet: TestPacket): void;
  /** After each run. */
  end?(memory: LinearMemory, context: number, packet: TestPacket): void;
  /** Where lies what user space gets as data. */
  result(memory: LinearMemory, context: number): { readonly data: number; readonly length: number };
  /** The context that user space gets; absent: none. @param given what it gave. */
  contextOut?(memory: LinearMemory, context: number, given: Uint8Array): Uint8Array;
}
