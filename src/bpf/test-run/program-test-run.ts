import { ERRNO } from "../maps/errno.ts";
import type { Environment, Executable } from "../vm/environment.ts";
import type { Machine } from "../vm/machine.ts";
import type { TestContext } from "./context.ts";

/** What BPF_PROG_TEST_RUN is given. */
export interface TestRunInput {
  /** An Ethernet frame. */
  readonly data: Uint8Array;
  /** How often it is run, each time on what the run before left; default 1. */
  readonly repeat?: number;
}

/** What BPF_PROG_TEST_RUN gives. */
export interface TestRunResult {
  /** Low 32 bits of R0, unsigned. */
  readonly returnValue: number;
  /** The frame behind the last run. */
  readonly data: Uint8Array;
}

const ETHERNET = 14;
/** Bytes of a page that are left for a frame: behind struct skb_shared_info, and what is kept free before the frame. */
const LONGEST = { packet: 3712, xdp: 3520 } as const;

/** A program's runs on frames that user space gives (net/bpf/test_run.c). */
export class ProgramTestRun {
  private readonly machine: Machine;
  private readonly context: TestContext;
  private readonly kind: "packet-from-network" | "packet" | "xdp";
  private readonly executable: Executable;
  private readonly contextAddress: number;
  private readonly frameAddress: number;

  /** @param type name of the program's type. */
  constructor(type: string, context: TestContext, executable: Executable, { machine }: Environment) {
    this.machine = machine;
    this.context = context;
    this.kind = type === "xdp" ? "xdp" : type === "socket_filter" ? "packet-from-network" : "packet";
    this.executable = executable;
    this.contextAddress = machine.memory.allocate(context.bytes);
    this.frameAddress = machine.memory.allocate(LONGEST.packet);
  }

  /** A result, or a negative error number. Throws ProgramFault where the program does what the verifier cannot see. */
  run({ data, repeat = 1 }: TestRunInput): TestRunResult | number {
    const longest = this.kind === "xdp" ? LONGEST.xdp : LONGEST.packet;
    const shortest = this.kind === "xdp" ? ETHERNET : ETHERNET + 1;
    if (data.length < shortest || data.length > longest) return -ERRNO.EINVAL;
    // A socket's filter is given what the network layer is: the link layer's header was taken off (eth_type_trans).
    const skipped = this.kind === "packet-from-network" ? ETHERNET : 0;
    const { memory } = this.machine;
    const { contextAddress, frameAddress, context } = this;
    memory.bytes.set(data, frameAddress);
    memory.bytes.fill(0, contextAddress, contextAddress + context.bytes);
    const packet = { bytes: data, protocol: protocolOf(data), networkOffset: ETHERNET };
    context.fill(memory, contextAddress, packet, frameAddress, skipped);
    let returnValue = 0;
    for (let i = 0; i < Math.max(repeat, 1); i++) returnValue = this.executable.run(contextAddress) >>> 0;
    const { data: at, length } = context.result(memory, contextAddress);
    const after = new Uint8Array(skipped + length);
    after.set(memory.bytes.subarray(at, at + length), skipped);
    return { returnValue, data: after };
  }

  release(): void {
    this.executable.release();
    this.machine.memory.release(this.contextAddress, this.context.bytes);
    this.machine.memory.release(this.frameAddress, LONGEST.packet);
  }
}

const SMALLEST_PROTOCOL = 0x600;
/** ETH_P_802_3 and ETH_P_802_2 */
const [NOVELL, LINK_CONTROL] = [1, 4];

/** What a frame carries, in host order; a length stands for what follows it (eth_type_trans). */
function protocolOf(frame: Uint8Array): number {
  const type = (frame[12]! << 8) | frame[13]!;
  if (type >= SMALLEST_PROTOCOL) return type;
  return frame[14] === 0xff && frame[15] === 0xff ? NOVELL : LINK_CONTROL;
}
