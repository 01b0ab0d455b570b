import type { Skb } from "../../packet/skb.ts";
import { get16, get32, set16 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { IPV6_HEADER } from "./header.ts";
import { ICMPV6_HDR_FIELD, ICMPV6_HDR_INCOMP } from "./icmp-type.ts";
import type { IpStack } from "./ip-stack.ts";
import { isLinkLocal, isMulticast } from "./ipv6-address.ts";
import { FRAGMENT_HEADER, IP6_MF, IP6_OFFSET, skipExtensions } from "./ipv6-extensions.ts";
import { combinedEcn, type Datagram, Reassembly, type ReassemblyRules } from "./reassembly.ts";

const LARGEST_PAYLOAD = 65_535;
/** Bytes of an upper-layer header that a first fragment must hold (ipv6frag_thdr_truncated). */
const UPPER_HEADER: Readonly<Record<number, number>> = { 6: 20, 17: 8, 58: 8 };

/** Puts IPv6 fragments together (net/ipv6/reassembly.c). */
export class Ipv6Reassembly implements ReassemblyRules {
  /** net.ipv6.ip6frag_time (IPV6_FRAG_TIMEOUT). */
  readonly timeout = 60_000_000_000;
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

  /**
   * The packet's data begins at the IP header.
   * @param at address of its fragment header, which is whole and does belong to a fragment.
   * @param nextAt address of the byte that named it as the next header.
   */
  receive(device: Interface, skb: Skb, at: number, nextAt: number): void {
    const { store } = this.world;
    const { bytes } = store;
    const ip = skb.data;
    const end = ip + skb.length;
    const field = get16(bytes, at + 2);
    const start = field & IP6_OFFSET;
    const more = (field & IP6_MF) !== 0;
    const stop = start + end - (at + FRAGMENT_HEADER);
    if (start === 0 && isHeaderCutOff(bytes, ip, end)) this.refuse(device, skb, ICMPV6_HDR_INCOMP, 0);
    else if (stop > LARGEST_PAYLOAD) this.refuse(device, skb, ICMPV6_HDR_FIELD, at + 2 - ip);
    else if (more && (stop & 7) !== 0) this.refuse(device, skb, ICMPV6_HDR_FIELD, 4);
    else {
      // The byte that named the fragment header is found again when its datagram is complete.
      skb.transportHeader = nextAt;
      const ecn = (bytes[ip + 1]! >> 4) & 3;
      const fragment = { skb, start, end: stop, offset: at + FRAGMENT_HEADER - ip };
      this.table.add(device, keyOf(bytes, ip, get32(bytes, at + 4), device), fragment, more, ecn);
    }
  }

  complete({ device, queue, ecn }: Datagram): boolean {
    const { ledger, store } = this.world;
    const { skb: first, offset } = queue.first!;
    const header = offset - FRAGMENT_HEADER;
    const payload = header - IPV6_HEADER + queue.total;
    const congestion = combinedEcn(ecn);
    if (congestion === undefined || payload > LARGEST_PAYLOAD) return false;
    const whole = ledger.derive(first, header + queue.total);
    const { data } = whole;
    const { bytes } = store;
    bytes.copyWithin(data, first.data, first.data + header);
    // The fragment header goes: what named it now names what stood behind it.
    bytes[data + first.transportHeader - first.data] = bytes[first.data + header]!;
    bytes[data + 1] = (bytes[data + 1]! & ~0x30) | (congestion << 4);
    set16(bytes, data + 4, payload);
    for (const { skb, start, end, offset: skip } of queue.fragments()) {
      const from = skb.data + skip;
      bytes.copyWithin(data + header + start, from, from + end - start);
      ledger.deliver(skb, this.stack.host.name, "reassembly");
    }
    this.stack.v6.deliverReassembled(device, whole);
    return true;
  }

  expired(_: Interface, first: Skb): void {
    this.stack.icmp.reassemblyTimeExceeded(first, 6);
  }

  private refuse(device: Interface, skb: Skb, code: number, pointer: number): void {
    this.stack.icmp.parameterProblem(skb, 6, code, pointer);
    this.world.ledger.drop(skb, device.label, "IPV6_FRAG_MALFORMED");
  }
}

/** True for a first fragment that does not hold all headers up to the upper layer's (RFC 8200 section 4.5). */
function isHeaderCutOff(bytes: Uint8Array, ip: number, end: number): boolean {
  const found = skipExtensions(bytes, ip, end);
  if (found === undefined) return true;
  return found.at + (UPPER_HEADER[found.protocol] ?? 1) > end;
}

function keyOf(bytes: Uint8Array, ip: number, identification: number, device: Interface): string {
  const scoped = isLinkLocal(bytes, ip + 24) || isMulticast(bytes, ip + 24);
  return `${bytes.subarray(ip + 8, ip + 40).join(".")}/${identification}/${scoped ? device.index : 0}`;
}
