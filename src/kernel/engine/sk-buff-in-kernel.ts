import type { Environment } from "../../bpf/vm/environment.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import { SK_BUFF } from "../../hooks/skb/sk-buff-block.ts";
import type { VerifiedProgram } from "../../programs/engine.ts";
import type { Kernel } from "../kernel.ts";
import { type DeviceIndexes, LOOPBACK_INDEX } from "./device-indexes.ts";
import { loadInKernel } from "./load-program.ts";
import { needsOf, type ProgramNeeds, unsupported } from "./program-needs.ts";

const ETHERNET = 14;
/** bpf_skb_change_head */
const CHANGE_HEAD = 43;
/** Types whose data begins at the link-layer header; that of others begins behind it. */
const FROM_LINK = ["sched_cls", "sched_act"];
/** Bytes of struct __sk_buff. */
const CONTEXT_BYTES = 192;
/** Ranges of struct __sk_buff that BPF_PROG_TEST_RUN takes and gives back (convert___skb_to_skb). */
const EXCHANGED = [
  { at: SK_BUFF.mark, bytes: 4 },
  { at: SK_BUFF.priority, bytes: 4 },
  { at: SK_BUFF.cb, bytes: 20 },
  { at: SK_BUFF.timestamp, bytes: 8 },
] as const;
/** Fields that it does not let be set, and that are 0 there. */
const ZEROES = [
  ["queue_mapping", SK_BUFF.queueMapping],
  ["vlan_present", SK_BUFF.vlanPresent],
  ["vlan_tci", SK_BUFF.vlanTci],
  ["vlan_proto", SK_BUFF.vlanProtocol],
  ["tc_index", SK_BUFF.tcIndex],
  ["hash", SK_BUFF.hash],
  ["tc_classid", SK_BUFF.tcClassid],
] as const;
const [HOST, BROADCAST, MULTICAST, OTHER_HOST] = [0, 1, 2, 3];
const FIRST_ETHERTYPE = 0x600;
const ETH_P_802_2 = 4;

/** An extended program of a topology in the kernel: each packet goes there and comes back by BPF_PROG_TEST_RUN. */
export class SkBuffInKernel {
  readonly descriptor: number;
  private readonly kernel: Kernel;
  private readonly name: string;
  private readonly environment: Environment;
  private readonly memory: LinearMemory;
  private readonly devices: DeviceIndexes;
  private readonly needs: ProgramNeeds;
  private readonly fromLink: boolean;
  private readonly context = Buffer.alloc(CONTEXT_BYTES);

  /** Throws a NetsimError: `program-rejected` with the kernel's log where it refuses it, `unsupported` where it cannot be run alike. */
  constructor(kernel: Kernel, program: VerifiedProgram, environment: Environment, devices: DeviceIndexes) {
    this.kernel = kernel;
    this.name = program.name;
    this.environment = environment;
    this.memory = environment.machine.memory;
    this.devices = devices;
    this.fromLink = FROM_LINK.includes(program.type.name);
    this.needs = needsOf(program);
    this.descriptor = loadInKernel(kernel, program);
  }

  /** Runs it on the packet of a struct __sk_buff in the machine's memory. Returns the low 32 bits of R0. */
  run(block: number): number {
    const { memory, context } = this;
    const field = (offset: number) => memory.uint32(block + offset);
    const [start, length] = [field(SK_BUFF.data), field(SK_BUFF.len)];
    const index = field(SK_BUFF.ifindex) || LOOPBACK_INDEX;
    const data = this.dataOf(start, length, field, index);
    this.checkFields(field, data, index);

    context.fill(0);
    for (const { at, bytes } of EXCHANGED) context.set(memory.bytes.subarray(block + at, block + at + bytes), at);
    context.writeUInt32LE(field(SK_BUFF.ingressIfindex), SK_BUFF.ingressIfindex);
    context.writeUInt32LE(index, SK_BUFF.ifindex);
    const result = this.devices.at(index, () => this.kernel.programs.testRun(this.descriptor, { data, context }));
    if (typeof result === "number")
      return unsupported(
        `Linux does not run program '${this.name}' on this packet of ${length} bytes (BPF_PROG_TEST_RUN gives errno ${-result}).`,
      );
    const before = data.length - length;
    if (result.data.length !== data.length) this.resize(block, length, result.data.length - before);
    memory.bytes.set(result.data.subarray(before), field(SK_BUFF.data));
    for (const { at, bytes } of EXCHANGED) memory.bytes.set(result.context.subarray(at, at + bytes), block + at);
    return result.returnValue | 0;
  }

  close(): void {
    this.kernel.programs.close(this.descriptor);
  }

  /** Gives the packet the length that the kernel's copy has come to, by the helper that the program has for it. */
  private resize(block: number, from: number, to: number): void {
    const { resizes } = this.needs;
    const helper = resizes === undefined ? undefined : this.environment.helper(resizes);
    const call = helper?.call as ((block: number, length: number, flags: number) => number) | undefined;
    if (call?.(block, resizes === CHANGE_HEAD ? to - from : to, 0) !== 0)
      unsupported(`Program '${this.name}' changes the packet's length from ${from} to ${to}, which it cannot here.`);
  }

  /** What the kernel makes the packet of: it always begins with an Ethernet header. */
  private dataOf(start: number, length: number, field: (offset: number) => number, index: number): Buffer {
    const { bytes } = this.memory;
    if (this.fromLink) return Buffer.from(bytes.subarray(start, start + length));
    const data = Buffer.alloc(ETHERNET + length);
    data.set(bytes.subarray(start, start + length), ETHERNET);
    const link = field(SK_BUFF.macHeader);
    if (link === start - ETHERNET && field(SK_BUFF.networkHeader) === start) {
      data.set(bytes.subarray(link, start));
      return data;
    }
    if (this.needs.looksBefore)
      unsupported(
        `Program '${this.name}' looks at headers before its data, which BPF_PROG_TEST_RUN has only where data begins at the network header.`,
      );
    data.set(addressFor(field(SK_BUFF.packetType), this.devices.addressOf(index)));
    data.writeUInt16LE(field(SK_BUFF.protocol), ETHERNET - 2);
    return data;
  }

  /** Refuses packets whose fields the kernel would not show as they are to a program that reads them. */
  private checkFields(field: (offset: number) => number, data: Buffer, index: number): void {
    const { reads } = this.needs;
    const check = (name: string, offset: number, there: number) => {
      if (reads.has(name) && field(offset) !== there)
        unsupported(
          `Program '${this.name}' may read ${name}, which is ${field(offset)} here and which BPF_PROG_TEST_RUN sets to ${there}.`,
        );
    };
    for (const [name, offset] of ZEROES) check(name, offset, 0);
    check("pkt_type", SK_BUFF.packetType, packetType(data, this.devices.addressOf(index)));
    check("protocol", SK_BUFF.protocol, protocolOf(data));
    check("ifindex", SK_BUFF.ifindex, index);
    check("data_end", SK_BUFF.dataEnd, field(SK_BUFF.data) + field(SK_BUFF.len));
  }
}

/** A destination that makes the kernel take a packet to be of that type. */
function addressFor(type: number, own: readonly number[]): readonly number[] {
  if (type === BROADCAST) return [255, 255, 255, 255, 255, 255];
  if (type === MULTICAST) return [1, 0, 0, 0, 0, 0];
  return type === HOST ? own : [2, 0, 0, 0, 0, 2];
}

/** skb->pkt_type by eth_type_trans(). */
function packetType(data: Uint8Array, own: readonly number[]): number {
  const to = data.subarray(0, 6);
  if (to.every((byte) => byte === 255)) return BROADCAST!;
  if ((to[0]! & 1) !== 0) return MULTICAST!;
  return to.every((byte, i) => byte === own[i]) ? HOST! : OTHER_HOST!;
}

/** skb->protocol by eth_type_trans(), as programs see it: in network order. */
function protocolOf(data: Buffer): number {
  if (data.length < ETHERNET) return 0;
  return data.readUInt16BE(ETHERNET - 2) >= FIRST_ETHERTYPE ? data.readUInt16LE(ETHERNET - 2) : ETH_P_802_2 << 8;
}
