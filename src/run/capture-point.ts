import { ETHERNET_HEADER } from "../network/ethernet-frame.ts";
import type { FrameTap } from "../network/interface.ts";
import type { SocketContent, SocketReader } from "../network/socket/socket.ts";
import type { World } from "../network/world.ts";
import { LINKTYPE, linkTypeName } from "../packet/capture/link-type.ts";
import { PcapWriter } from "../packet/capture/pcap-writer.ts";
import type { Skb } from "../packet/skb.ts";
import { set16 } from "../packet/wire.ts";
import type { Epoch } from "./time.ts";

/** Length of the pseudo header that stands for the link layer in cooked captures (LINKTYPE_LINUX_SLL). */
const COOKED_HEADER = 16;

/**
 * The captures of one socket or interface. Packets of one link type go to one pcap file; a packet of another link type
 * opens a further file, since a pcap file can hold only one.
 */
export class CapturePoint implements FrameTap, SocketReader {
  readonly content: SocketContent;
  private readonly path: string;
  private readonly world: World;
  private readonly epoch: Epoch;
  private readonly writers = new Map<number, PcapWriter>();
  private readonly mainLinkType: number;
  private cooked = new Uint8Array(COOKED_HEADER + 2048);

  /** @param path without `.pcap`. */
  constructor(path: string, content: SocketContent, world: World, epoch: Epoch) {
    this.path = path;
    this.content = content;
    this.world = world;
    this.epoch = epoch;
    this.mainLinkType = {
      frame: LINKTYPE.ETHERNET,
      network: LINKTYPE.LINUX_SLL,
      ip: LINKTYPE.RAW,
      payload: LINKTYPE.USER0,
    }[content];
    this.writer(this.mainLinkType);
  }

  /** A frame passes the interface. */
  frame(skb: Skb): void {
    this.write(skb.linkType, this.world.store.bytes, skb.data, skb.length, skb.originalLength);
  }

  /** A reader of the socket gets a packet. */
  read(skb: Skb, bytes: Uint8Array, at: number, length: number, original: number): void {
    if (this.content === "frame") this.write(skb.linkType, bytes, at, length, original);
    else if (this.content === "network") this.writeCooked(skb, bytes, at, length, original);
    else this.write(this.mainLinkType, bytes, at, length, original);
  }

  close(): void {
    for (const writer of this.writers.values()) writer.close();
  }

  /** A packet without its link layer, with the pseudo header that libpcap's cooked mode puts before it. */
  private writeCooked(skb: Skb, bytes: Uint8Array, at: number, length: number, original: number): void {
    if (this.cooked.length < COOKED_HEADER + length) this.cooked = new Uint8Array(2 * (COOKED_HEADER + length));
    const { cooked } = this;
    const fromEthernet = skb.linkType === LINKTYPE.ETHERNET && skb.networkHeader - skb.macHeader === ETHERNET_HEADER;
    cooked.fill(0, 0, COOKED_HEADER);
    set16(cooked, 0, skb.pktType);
    set16(cooked, 2, skb.hatype);
    if (fromEthernet) {
      set16(cooked, 4, 6);
      for (let i = 0; i < 6; i++) cooked[6 + i] = bytes[skb.macHeader + 6 + i]!;
    }
    set16(cooked, 14, skb.protocol);
    for (let i = 0; i < length; i++) cooked[COOKED_HEADER + i] = bytes[at + i]!;
    this.write(LINKTYPE.LINUX_SLL, cooked, 0, COOKED_HEADER + length, COOKED_HEADER + original);
  }

  private write(linkType: number, bytes: Uint8Array, at: number, length: number, original: number): void {
    const { epoch, world } = this;
    const nanoseconds = epoch.nanoseconds + world.simulation.now;
    const carry = Math.floor(nanoseconds / 1e9);
    this.writer(linkType).write(bytes, at, length, original, epoch.seconds + carry, nanoseconds - carry * 1e9);
  }

  private writer(linkType: number): PcapWriter {
    let writer = this.writers.get(linkType);
    if (writer === undefined) {
      const suffix = linkType === this.mainLinkType ? "" : `-${linkTypeName(linkType).toLowerCase()}`;
      writer = new PcapWriter(`${this.path}${suffix}.pcap`, { linkType, precision: "nanosecond" });
      this.writers.set(linkType, writer);
    }
    return writer;
  }
}
