import { checksumOf, sum16, transportChecksum } from "../../packet/checksum.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import type { Skb, SkbSocket } from "../../packet/skb.ts";
import { get16, get32, set16 } from "../../packet/wire.ts";
import type { Interface } from "../interface.ts";
import { admits } from "../socket/socket.ts";
import type { World } from "../world.ts";
import { EchoClients } from "./echo-clients.ts";
import { IcmpAnswers } from "./icmp-answers.ts";
import { IcmpErrors } from "./icmp-error.ts";
import { type IcmpErrorListener, IcmpReports } from "./icmp-reports.ts";
import { IcmpSender } from "./icmp-sender.ts";
import * as T from "./icmp-type.ts";
import type { IpStack } from "./ip-stack.ts";

export type { IcmpErrorListener } from "./icmp-reports.ts";

const ICMPV6 = 58;
const ICMP_HEADER = 8;

/**
 * ICMP and ICMPv6 of a host (net/ipv4/icmp.c, net/ipv6/icmp.c): answers, asks, and reports errors. IP options are not
 * echoed, the extended echo of RFC 8335 is off as in Linux by default, and there is no multicast listener discovery.
 */
export class IcmpHandler {
  readonly errors: IcmpErrors;
  private readonly clients = new EchoClients();
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly sender: IcmpSender;
  private readonly answers: IcmpAnswers;
  private readonly reports: IcmpReports;

  constructor(stack: IpStack, world: World) {
    this.stack = stack;
    this.world = world;
    this.sender = new IcmpSender(stack, world);
    this.answers = new IcmpAnswers(stack, world, this.sender);
    this.errors = new IcmpErrors(stack, world, this.sender);
    this.reports = new IcmpReports(stack, world);
  }

  /** Who hears of errors about its packets, by IP protocol number. */
  get listeners(): Map<number, IcmpErrorListener> {
    return this.reports.listeners;
  }

  /** Echo requests answered. */
  get answered(): number {
    return this.answers.count;
  }

  /** Takes a message; the packet's data begins at its IP header (icmp_rcv, icmpv6_rcv). */
  receive(device: Interface, skb: Skb, family: 4 | 6): void {
    const reason =
      this.checksumProblem(skb, family) ?? (family === 4 ? this.receiveV4(skb) : this.receiveV6(device, skb));
    if (reason === undefined) this.world.ledger.deliver(skb, device.label, "ICMP");
    else this.world.ledger.drop(skb, device.label, reason);
  }

  /** True where the message's checksum is right and its header whole. */
  isSound(skb: Skb, family: 4 | 6): boolean {
    return this.checksumProblem(skb, family) === undefined;
  }

  /**
   * Sends an echo request with `length` bytes of payload, filled with 0x00, 0x01, ... 0xff and again.
   * @param answered called at the first reply.
   * @param source absent: the address that the route gives.
   * @param socket what it is sent by, and the reply comes to; absent: something that no program sees.
   * @returns one of NET_XMIT, or a negative error number.
   */
  echo(
    family: 4 | 6,
    destination: Uint8Array,
    identifier: number,
    sequence: number,
    length: number,
    answered: () => void = ignore,
    source?: Uint8Array,
    socket?: SkbSocket,
  ): number {
    this.clients.expect(family, identifier, sequence, answered, socket);
    const route = this.stack.route(family, destination, 0);
    const from =
      source ?? this.stack.sourceTowards(family, destination, 0, route) ?? new Uint8Array(destination.length);
    const skb = this.sender.begin(family, ICMP_HEADER + length);
    skb.socket = socket;
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    bytes[at] = family === 4 ? T.ICMP_ECHO : T.ICMPV6_ECHO_REQUEST;
    bytes[at + 1] = 0;
    set16(bytes, at + 4, identifier);
    set16(bytes, at + 6, sequence);
    this.stack.payload.fill(at + ICMP_HEADER, length);
    const fragmentable = skb.length > this.stack.pathMtu(family, destination, 0, route);
    return this.sender.finish(skb, family, from, destination, { fragmentable }, route);
  }

  portUnreachable(skb: Skb, family: 4 | 6): void {
    if (family === 4) this.errors.send(skb, 4, T.ICMP_DEST_UNREACH, T.ICMP_PORT_UNREACH, 0);
    else this.errors.send(skb, 6, T.ICMPV6_DEST_UNREACH, T.ICMPV6_PORT_UNREACH, 0);
  }

  /** @param pointer IPv6: where the packet names the unknown protocol, counted from its IP header. */
  protocolUnreachable(skb: Skb, family: 4 | 6, pointer: number): void {
    if (family === 4) this.errors.send(skb, 4, T.ICMP_DEST_UNREACH, T.ICMP_PROT_UNREACH, 0);
    else this.errors.send(skb, 6, T.ICMPV6_PARAMPROB, T.ICMPV6_UNK_NEXTHDR, pointer);
  }

  /** The next hop does not answer. */
  hostUnreachable(skb: Skb, family: 4 | 6): void {
    if (family === 4) this.errors.send(skb, 4, T.ICMP_DEST_UNREACH, T.ICMP_HOST_UNREACH, 0);
    else this.errors.send(skb, 6, T.ICMPV6_DEST_UNREACH, T.ICMPV6_ADDR_UNREACH, 0);
  }

  netUnreachable(skb: Skb, family: 4 | 6): void {
    if (family === 4) this.errors.send(skb, 4, T.ICMP_DEST_UNREACH, T.ICMP_NET_UNREACH, 0);
    else this.errors.send(skb, 6, T.ICMPV6_DEST_UNREACH, T.ICMPV6_NOROUTE, 0);
  }

  /** TTL or hop limit is used up. */
  timeExceeded(skb: Skb, family: 4 | 6): void {
    this.errors.send(skb, family, family === 4 ? T.ICMP_TIME_EXCEEDED : T.ICMPV6_TIME_EXCEED, 0, 0);
  }

  reassemblyTimeExceeded(skb: Skb, family: 4 | 6): void {
    this.errors.send(skb, family, family === 4 ? T.ICMP_TIME_EXCEEDED : T.ICMPV6_TIME_EXCEED, 1, 0);
  }

  fragmentationNeeded(skb: Skb, mtu: number): void {
    this.errors.send(skb, 4, T.ICMP_DEST_UNREACH, T.ICMP_FRAG_NEEDED, mtu);
  }

  packetTooBig(skb: Skb, mtu: number): void {
    this.errors.send(skb, 6, T.ICMPV6_PKT_TOOBIG, 0, mtu);
  }

  /** A link-local packet asked to be carried beyond its link. */
  beyondScope(skb: Skb): void {
    this.errors.send(skb, 6, T.ICMPV6_DEST_UNREACH, T.ICMPV6_NOT_NEIGHBOUR, 0);
  }

  /** @param pointer where the problem is, counted from the IP header. */
  parameterProblem(skb: Skb, family: 4 | 6, code: number, pointer: number): void {
    if (family === 4) this.errors.send(skb, 4, T.ICMP_PARAMETER_PROBLEM, code, pointer * 2 ** 24);
    else this.errors.send(skb, 6, T.ICMPV6_PARAMPROB, code, pointer);
  }

  /** @param gateway 4 bytes: the better next hop. */
  redirect(skb: Skb, gateway: Uint8Array): void {
    this.errors.send(skb, 4, T.ICMP_REDIRECT, T.ICMP_REDIRECT_HOST, get32(gateway, 0));
  }

  private checksumProblem(skb: Skb, family: 4 | 6): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const length = skb.data + skb.length - at;
    const isRight =
      family === 4
        ? checksumOf(sum16(bytes, at, length)) === 0
        : transportChecksum(bytes, 6, skb.data, ICMPV6, at, length) === 0;
    if (!isRight) return "ICMP_CSUM";
    return length < ICMP_HEADER ? "PKT_TOO_SMALL" : undefined;
  }

  private receiveV4(skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    const type = bytes[skb.transportHeader]!;
    if (!this.stack.isLocal(4, bytes, skb.data + 16)) {
      // Nobody answers for a whole network (icmp_echo_ignore_broadcasts), and only questions may be put to one.
      const isQuestion = type === T.ICMP_ADDRESS || type === T.ICMP_ADDRESS_REPLY;
      if (!isQuestion) return "INVALID_PROTO";
    }
    if (type > T.LAST_ICMP_TYPE) return "UNHANDLED_PROTO";
    switch (type) {
      case T.ICMP_ECHO:
        this.answers.echo(undefined, skb, 4);
        return undefined;
      case T.ICMP_ECHO_REPLY:
        return this.takeReply(skb, 4);
      case T.ICMP_TIMESTAMP:
        return this.answers.timestamp(skb);
      case T.ICMP_DEST_UNREACH:
      case T.ICMP_TIME_EXCEEDED:
      case T.ICMP_PARAMETER_PROBLEM:
      case T.ICMP_SOURCE_QUENCH:
        return this.reports.errorV4(skb);
      case T.ICMP_REDIRECT:
        return this.reports.redirect(skb);
      default:
        return undefined;
    }
  }

  private receiveV6(device: Interface, skb: Skb): DropReason | undefined {
    const { bytes } = this.world.store;
    switch (bytes[skb.transportHeader]!) {
      case T.ICMPV6_ECHO_REQUEST:
        this.answers.echo(device, skb, 6);
        return undefined;
      case T.ICMPV6_ECHO_REPLY:
        return this.takeReply(skb, 6);
      case T.ICMPV6_DEST_UNREACH:
      case T.ICMPV6_PKT_TOOBIG:
      case T.ICMPV6_TIME_EXCEED:
      case T.ICMPV6_PARAMPROB:
        return this.reports.errorV6(skb);
      case T.MLD_QUERY:
      case T.MLD_REPORT:
      case T.MLD_DONE:
      case T.MLD_REPORT_V2:
        return undefined;
      default:
        return "ICMPV6_UNKNOWN";
    }
  }

  private takeReply(skb: Skb, family: 4 | 6): DropReason | undefined {
    const { bytes } = this.world.store;
    const at = skb.transportHeader;
    const client = this.clients.find(family, get16(bytes, at + 4));
    if (client === undefined) return "NO_SOCKET";
    if (client.socket !== undefined && !admits(client.socket, skb)) return "SOCKET_FILTER";
    this.clients.take(family, get16(bytes, at + 4), get16(bytes, at + 6));
    return undefined;
  }
}

function ignore(): void {}
