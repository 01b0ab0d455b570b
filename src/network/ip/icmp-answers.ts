import { ADDRESSES } from "../../packet/checksum.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb } from "../../packet/skb.ts";
import { set32 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import type { Route } from "../route-table.ts";
import type { World } from "../world.ts";
import type { IcmpSender } from "./icmp-sender.ts";
import { ICMP_ECHO_REPLY, ICMP_TIMESTAMP_REPLY, ICMPV6_ECHO_REPLY } from "./icmp-type.ts";
import type { IpStack } from "./ip-stack.ts";
import { isUnspecified } from "./ipv6-address.ts";

const TIMESTAMP_LENGTH = 20;
const DAY = 86_400_000;
const NANOSECONDS_PER_MILLISECOND = 1e6;

/** Answers ICMP's questions: echo and timestamp. */
export class IcmpAnswers {
  /** Echo requests answered. */
  count = 0;
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly sender: IcmpSender;

  constructor(stack: IpStack, world: World, sender: IcmpSender) {
    this.stack = stack;
    this.world = world;
    this.sender = sender;
  }

  /**
   * icmp_reply, icmpv6_echo_reply: the same message with another type, type of service included.
   * @param device where it came in; absent for IPv4, whose addresses suffice.
   */
  echo(device: Interface | undefined, skb: Skb, family: 4 | 6): void {
    const { world, stack } = this;
    const answer = this.answerTo(device, skb, family);
    if (answer === undefined) return;
    const { to, from, route } = answer;
    const length = skb.data + skb.length - skb.transportHeader;
    const reply = this.sender.begin(family, length);
    const { bytes } = world.store;
    bytes.copyWithin(reply.transportHeader, skb.transportHeader, skb.transportHeader + length);
    bytes[reply.transportHeader] = family === 4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY;
    this.count++;
    this.sender.finish(reply, family, from, to, { tos: stack.trafficClass(skb, family), fragmentable: true }, route);
  }

  /** icmp_timestamp, with simulated time since 0 as the time of day. */
  timestamp(skb: Skb): DropReason | undefined {
    const { world } = this;
    if (skb.data + skb.length - skb.transportHeader < TIMESTAMP_LENGTH) return "PKT_TOO_SMALL";
    const answer = this.answerTo(undefined, skb, 4);
    if (answer === undefined) return undefined;
    const reply = this.sender.begin(4, TIMESTAMP_LENGTH);
    const { bytes } = world.store;
    const at = reply.transportHeader;
    bytes.copyWithin(at, skb.transportHeader, skb.transportHeader + 12);
    bytes[at] = ICMP_TIMESTAMP_REPLY;
    const milliseconds = Math.floor(world.simulation.now / NANOSECONDS_PER_MILLISECOND) % DAY;
    set32(bytes, at + 12, milliseconds);
    set32(bytes, at + 16, milliseconds);
    const options = { tos: this.stack.trafficClass(skb, 4), fragmentable: true };
    this.sender.finish(reply, 4, answer.from, answer.to, options, answer.route);
    return undefined;
  }

  /** Where an answer goes, and from which address: the one that was asked where it is one host's, else one that suits. */
  private answerTo(
    device: Interface | undefined,
    skb: Skb,
    family: 4 | 6,
  ): { to: Uint8Array; from: Uint8Array; route: Route } | undefined {
    const { stack } = this;
    const { bytes } = this.world.store;
    const { source, destination, length } = ADDRESSES[family];
    const to = bytes.slice(skb.data + source, skb.data + source + length);
    if (family === 6 && isUnspecified(to, 0)) return undefined;
    const route = stack.route(family, to, 0, stack.needsDevice(family, to, 0) ? device : undefined);
    if (route === undefined) return undefined;
    const asked = skb.data + destination;
    const from =
      stack.isLocal(family, bytes, asked) && !stack.isAnycast(family, bytes, asked)
        ? bytes.slice(asked, asked + length)
        : stack.sourceTowards(family, to, 0, route);
    return from === undefined ? undefined : { to, from, route };
  }
}
