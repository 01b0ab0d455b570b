import { FUNCTION } from "../../events/functions.ts";
import type { DropReason } from "../../packet/drop-reason.ts";
import { PACKET_OTHERHOST, type Skb } from "../../packet/skb.ts";
import { copyBytes, get16, get32, set16, set32 } from "../../packet/wire.ts";
import { ETHERNET_HEADER } from "../ethernet-frame.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import type { IpStack } from "./ip-stack.ts";

const ETH_P_ARP = 0x0806;
const ETH_P_IP = 0x0800;
/** Length of an ARP packet for Ethernet and IPv4 (RFC 826). */
const ARP_LENGTH = 28;
/** Hardware types that Ethernet devices accept: Ethernet and IEEE 802 (RFC 1042). */
const ETHERNET = 1;
const IEEE_802 = 6;
const REQUEST = 1;
const REPLY = 2;
const SENDER_MAC = 8;
const SENDER_IP = 14;
const TARGET_MAC = 18;
const TARGET_IP = 24;

const BROADCAST = new Uint8Array(6).fill(0xff);
const UNKNOWN = new Uint8Array(6);

/** ARP of a host (net/ipv4/arp.c): asks, answers for the host's addresses, and learns. */
export class ArpHandler {
  private readonly stack: IpStack;
  private readonly world: World;
  private readonly transmit: (device: Interface, skb: Skb) => void;

  /** @param transmit puts a whole frame on the wire. */
  constructor(stack: IpStack, world: World, transmit: (device: Interface, skb: Skb) => void) {
    this.stack = stack;
    this.world = world;
    this.transmit = transmit;
  }

  /** Broadcasts who has `address`. Both addresses are 4 bytes. */
  request(device: Interface, source: Uint8Array, address: Uint8Array): void {
    this.send(device, REQUEST, BROADCAST, source, UNKNOWN, address);
  }

  /** arp_rcv: the packet's data begins at its ARP header. */
  receive(device: Interface, skb: Skb): void {
    const { events } = this.world.ledger;
    if (!events.isOn) {
      this.input(device, skb);
      return;
    }
    const { name } = this.stack.host;
    events.begin(FUNCTION.arp_rcv, name, skb, device);
    this.input(device, skb);
    events.end(FUNCTION.arp_rcv, name);
  }

  private input(device: Interface, skb: Skb): void {
    const { ledger } = this.world;
    // What is for another host is consumed here, not dropped.
    if (skb.pktType === PACKET_OTHERHOST) {
      ledger.deliver(skb, device.label, "ARP, which passes it by");
      return;
    }
    const reason = this.process(device, skb);
    if (reason === undefined) ledger.deliver(skb, device.label, "ARP");
    else ledger.drop(skb, device.label, reason);
  }

  /** arp_process. */
  private process(device: Interface, skb: Skb): DropReason | undefined {
    if (skb.length < ARP_LENGTH) return "PKT_TOO_SMALL";
    const { bytes } = this.world.store;
    const at = skb.data;
    const hardware = get16(bytes, at);
    const operation = get16(bytes, at + 6);
    if (get16(bytes, at + 4) !== 0x0604) return "ARP_MALFORMED";
    if ((hardware !== ETHERNET && hardware !== IEEE_802) || get16(bytes, at + 2) !== ETH_P_IP) return "ARP_MALFORMED";
    if (operation !== REQUEST && operation !== REPLY) return "ARP_MALFORMED";
    const first = bytes[at + TARGET_IP]!;
    if ((first & 0xf0) === 0xe0 || first === 127) return "ARP_MALFORMED";

    const sender = get32(bytes, at + SENDER_IP);
    const asked = operation === REQUEST && this.stack.isLocal(4, bytes, at + TARGET_IP);
    // Somebody asks whether an address is free (RFC 5227 section 2.1): there is no sender to learn.
    if (sender === 0) {
      if (asked) this.reply(device, at);
      return undefined;
    }
    if (asked && this.isPossibleSender(at)) {
      this.stack.neighbours.learn(device, 4, bytes, at + SENDER_IP, at + SENDER_MAC, { create: true, override: true });
      this.reply(device, at);
      return undefined;
    }
    this.refresh(device, at);
    return undefined;
  }

  /** Only what is already known, or was asked for, is learnt from other packets; of several answers the first counts. */
  private refresh(device: Interface, at: number): void {
    const { bytes } = this.world.store;
    const { neighbours } = this.stack;
    const gratuitous = get32(bytes, at + SENDER_IP) === get32(bytes, at + TARGET_IP);
    const override = gratuitous || neighbours.isUnlocked(device, 4, bytes, at + SENDER_IP);
    neighbours.learn(device, 4, bytes, at + SENDER_IP, at + SENDER_MAC, { create: false, override });
  }

  /** What ip_route_input finds in order: a sender that is no group, not zero, not loopback and not this host. */
  private isPossibleSender(at: number): boolean {
    const { bytes } = this.world.store;
    const first = bytes[at + SENDER_IP]!;
    if (first >= 224 && (first < 240 || get32(bytes, at + SENDER_IP) === 0xffff_ffff)) return false;
    return first !== 0 && first !== 127 && !this.stack.isLocal(4, bytes, at + SENDER_IP);
  }

  /** Answers the request at `at`: its target's address is here. */
  private reply(device: Interface, at: number): void {
    const { bytes } = this.world.store;
    const mac = bytes.slice(at + SENDER_MAC, at + SENDER_MAC + 6);
    const asked = bytes.slice(at + TARGET_IP, at + TARGET_IP + 4);
    const asker = bytes.slice(at + SENDER_IP, at + SENDER_IP + 4);
    this.send(device, REPLY, mac, asked, mac, asker);
  }

  private send(
    device: Interface,
    operation: number,
    destination: Uint8Array,
    source: Uint8Array,
    targetMac: Uint8Array,
    target: Uint8Array,
  ): void {
    const { pool, ledger, store } = this.world;
    const skb = ledger.enter(pool.allocate(ETHERNET_HEADER + ARP_LENGTH));
    const { bytes } = store;
    const frame = skb.data;
    copyBytes(bytes, frame, destination, 0, 6);
    copyBytes(bytes, frame + 6, device.mac, 0, 6);
    set16(bytes, frame + 12, ETH_P_ARP);
    const at = frame + ETHERNET_HEADER;
    set32(bytes, at, (ETHERNET << 16) | ETH_P_IP);
    set16(bytes, at + 4, 0x0604);
    set16(bytes, at + 6, operation);
    copyBytes(bytes, at + SENDER_MAC, device.mac, 0, 6);
    copyBytes(bytes, at + SENDER_IP, source, 0, 4);
    copyBytes(bytes, at + TARGET_MAC, targetMac, 0, 6);
    copyBytes(bytes, at + TARGET_IP, target, 0, 4);
    this.transmit(device, skb);
  }
}
