import type { Btf } from "../object/btf/btf-type.ts";

/** Where helpers have from what is neither memory nor a map. */
export interface Surroundings {
  /** Nanoseconds since some moment, never fewer than before. */
  nanoseconds(): bigint;
  /** 32 random bits. */
  random(): number;
  /** Nanoseconds that International Atomic Time is ahead of `nanoseconds`; 0 without. */
  readonly atomicTimeOffset?: bigint;
  /** Takes what bpf_trace_printk and bpf_trace_vprintk print; it is lost without. */
  print?(text: string): void;
  /** The task that runs now; the idle task without. */
  task?(): CurrentTask;
  /** Address of a task's `struct task_struct` in the machine's memory, where the task itself does not say it. */
  taskAddress?(task: CurrentTask): number;
  /** Sends the current task a signal; false: it takes none, as one that is about to end. Programs cannot where there are tasks and no signals. */
  sendSignal?(signal: number, to: "process" | "thread"): boolean;
  /**
   * Address of the `struct vm_area_struct` of what a task, whose struct is at an address, has mapped at one of its own; 0: nothing. Nobody
   * can ask without.
   */
  mappingAt?(task: number, address: bigint): number;
  /** Runs something so many nanoseconds from now; gives what calls it off. There are no timers without. */
  schedule?(nanoseconds: bigint, run: () => void): () => void;
  /** Addresses of the functions that are active, the innermost first. There are no stack traces without. */
  callStack?(kind: "kernel" | "user"): readonly bigint[];
  /** The kernel's types, by whose numbers programs name them; those of the simulated kernel without. */
  kernelTypes?(): Btf;
  /** What the storage of a socket is kept by, at whose structures a program has a pointer; that pointer itself without. */
  storageOwner?(socket: number): number;
  /** The first bytes of the packet that a context is about; undefined where it has fewer. Absent for programs that see no packet. */
  packetBytes?(context: number, length: number): Uint8Array | undefined;
  /**
   * Writes bytes from an address to an offset of the packet that the running program sees, as bpf_skb_store_bytes does. Packets are in one
   * piece and have no hash without.
   */
  storePacketBytes?(offset: number, from: number, length: number, flags: number): number;
  /** The same of the packet whose struct sk_buff is at an address, for programs that trace. */
  skbBytes?(skb: number, length: number): Uint8Array | undefined;
}

/** What programs are told about a task. */
export interface CurrentTask {
  /** Thread and process in the first namespace (`pid` and `tgid` of the kernel). */
  readonly thread: number;
  readonly process: number;
  readonly user: number;
  readonly group: number;
  /** At most 15 characters. */
  readonly command: string;
  /** Ids of its control group's ancestors from the root down, its own last. */
  readonly cgroups: readonly bigint[];
  /** Address of its `struct task_struct` in the machine's memory; 0: there is none. */
  readonly address?: number;
}

/** Softirqs that interrupt nobody run in its place. */
export const IDLE_TASK: CurrentTask = {
  thread: 0,
  process: 0,
  user: 0,
  group: 0,
  command: "swapper/0",
  cgroups: [1n],
};
