import type { Skb } from "../../packet/skb.ts";
import { get16, set16 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { IP_DF, IP_MF, IP_OFFSET, writeChecksum } from "./header.ts";
import type { IpStack } from "./ip-stack.ts";
import { combinedEcn, type Datagram, Reassembly, type ReassemblyRules } from "./reassembly.ts";

const LARGEST_PACKET = 65_535;

/** Puts IPv4 fragments together (net/ipv4/ip_fragment.c). */
export class Ipv4Reassembly implements ReassemblyRules {
  /** net.ipv4.ipfrag_time. */
  readonly timeout = 30_000_000_000;
  private readonly table: Reassembly;
  private readonly stack: IpStack;
  private readonly world: World;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
    this.table = new Reassembly(this, stack.host.name, world);
  }

  get queued(): number {
    return this.table.queued;
  }

  /** The packet's data begins at the IP header. */
  receive(device: Interface, skb: Skb): void {
    const { bytes } = this.world.store;
    const at = skb.data;
    const offset = (bytes[at]! & 15) * 4;
    const field = get16(bytes, at + 6);
    const more = (field & IP_MF) !== 0;
    const start = (field & IP_OFFSET) * 8;
    // What is beyond a whole number of eight bytes is cut off where more follows.
    const length = more ? (skb.length - offset) & ~7 : skb.length - offset;
    const key = `${bytes.subarray(at + 12, at + 20).join(".")}/${bytes[at + 9]}/${get16(bytes, at + 4)}`;
    const ecn = bytes[at + 1]! & 3;
    this.table.add(device, key, { skb, start, end: start + length, offset }, more, ecn);
  }

  complete({ device, queue, ecn }: Datagram): boolean {
    const { ledger, store } = this.world;
    const { skb: first, offset: header } = queue.first!;
    const congestion = combinedEcn(ecn);
    if (congestion === undefined || header + queue.total > LARGEST_PACKET) return false;
    const whole = ledger.derive(first, header + queue.total);
    const { data } = whole;
    const { bytes } = store;
    bytes.copyWithin(data, first.data, first.data + header);
    // DF stays where the largest fragment had it, so that the sender's path MTU discovery is not undone (max_df_size).
    let keepsDf = false;
    for (const { skb, start, end, offset } of queue.fragments()) {
      const from = skb.data + offset;
      bytes.copyWithin(data + header + start, from, from + end - start);
      if (offset + end - start === queue.largest && (get16(bytes, skb.data + 6) & IP_DF) !== 0) keepsDf = true;
      ledger.deliver(skb, this.stack.host.name, "reassembly");
    }
    bytes[data + 1] = (bytes[data + 1]! & ~3) | congestion;
    set16(bytes, data + 2, header + queue.total);
    set16(bytes, data + 6, keepsDf ? IP_DF : 0);
    writeChecksum(bytes, data, header);
    this.stack.v4.deliver(device, whole);
    return true;
  }

  expired(_: Interface, first: Skb): void {
    this.stack.icmp.reassemblyTimeExceeded(first, 4);
  }
}
