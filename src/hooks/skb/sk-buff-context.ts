import type { Btf } from "../../bpf/object/btf/btf-type.ts";
import { simulatedTypes } from "../../bpf/object/simulated/simulated-types.ts";
import type { ProgramType } from "../../bpf/program-type.ts";
import { narrowStores } from "../../bpf/verifier/narrow-stores.ts";
import type { VerifierResult } from "../../bpf/verifier/verifier-result.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { Skb } from "../../packet/skb.ts";
import type { KernelEvents } from "../events/kernel-events.ts";
import { asksForStack } from "../helpers/asks-for-stack.ts";
import type { HostSite, PacketSite } from "../places.ts";
import type { ExtendedContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import type { SocketRecords } from "../socket-records.ts";
import { packetHelpers } from "./helpers/packet-helpers.ts";
import { readsField, writesContext } from "./reads-field.ts";
import { SK_BUFF, SK_BUFF_LAYOUT, SkBuffBlock, type WritableFields } from "./sk-buff-block.ts";
import { readTimeOfArrival } from "./time-of-arrival.ts";

/** Types whose programs have words of their own in `cb`, which begin as zeroes and are forgotten (bpf_prog_run_save_cb). */
const OWN_WORDS: readonly string[] = ["socket_filter", "cgroup_skb"];

/** What programs of one type are given of a packet: struct __sk_buff, and the helpers on packets. */
export class SkBuffContext implements ExtendedContext<Skb, PacketSite> {
  readonly kind = "extended";
  readonly programType: ProgramType;
  readonly layout = SK_BUFF_LAYOUT;
  readonly helpers: ReadonlyMap<number, HostFunction>;
  private readonly memory: LinearMemory;
  private readonly sockets: SocketRecords;
  private readonly events: KernelEvents | undefined;
  /** Some program reads its packet's socket. */
  private showsSocket = false;
  /** Some program reads its addresses. */
  private showsAddresses = false;
  /** Some program writes to its context. */
  private takesBack = false;
  /** One for each program that runs inside another. */
  private readonly blocks: SkBuffBlock[] = [];
  private depth = 0;
  private readonly hasOwnWords: boolean;
  private readonly writable: WritableFields;

  constructor(programType: ProgramType, services: HookServices) {
    this.programType = programType;
    this.memory = services.machine.memory;
    this.sockets = services.sockets;
    this.events = services.events;
    this.hasOwnWords = OWN_WORDS.includes(programType.name);
    this.writable = writableFields(programType, this.hasOwnWords);
    this.helpers = packetHelpers(programType, services, this);
  }

  /** What programs turn their packet's socket into. */
  get kernelTypes(): Btf {
    return simulatedTypes();
  }

  /** The block of the program that is running. */
  get block(): SkBuffBlock {
    return this.blocks[this.depth - 1]!;
  }

  adapt(program: Uint8Array, verified: Pick<VerifierResult, "insight">): Uint8Array {
    if (readsField(program, verified, SK_BUFF.sk)) this.showsSocket = true;
    if (readsField(program, verified, SK_BUFF.family, SK_BUFF.dataMeta)) this.showsAddresses = true;
    if (writesContext(program, verified)) this.takesBack = true;
    if (asksForStack(program)) this.events?.switchOn();
    const adapted = narrowStores(program, verified);
    readTimeOfArrival(adapted, verified);
    return adapted;
  }

  refresh(): void {
    const { block } = this;
    const skb = block.skb!;
    block.place(skb, skb.data, skb.length);
  }

  flush(copy: Skb): void {
    this.block.writeBack(copy, this.writable);
  }

  enter(skb: Skb, { dataAddress, length, host }: PacketSite & Partial<HostSite>): number {
    const block = this.blocks[this.depth] ?? this.another();
    this.depth++;
    block.host = host;
    block.show(skb, dataAddress, length, this.hasOwnWords);
    if (this.showsAddresses) block.showSocket(skb.socket);
    if (this.showsSocket) block.pointToSocket(this.sockets.addressOf(skb.socket));
    return block.address;
  }

  leave(skb: Skb): void {
    if (this.takesBack) this.block.writeBack(skb, this.writable);
    this.depth--;
  }

  private another(): SkBuffBlock {
    const block = new SkBuffBlock(this.memory);
    this.blocks.push(block);
    return block;
  }
}

function writableFields({ context }: ProgramType, hasOwnWords: boolean): WritableFields {
  const is = (name: string) => context.fields.some((field) => field.name === name && field.writable);
  return {
    mark: is("mark"),
    priority: is("priority"),
    queue_mapping: is("queue_mapping"),
    tc_index: is("tc_index"),
    tc_classid: is("tc_classid"),
    cb: is("cb") && !hasOwnWords,
    tstamp: is("tstamp"),
  };
}
