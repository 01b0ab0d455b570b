import type { ByteStore } from "../packet/bytestore.ts";
import type { Skb } from "../packet/skb.ts";
import { get16, get32 } from "../packet/wire.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { BridgeModel } from "../topology/model.ts";
import { AddressMap } from "./address-map.ts";
import { ETHERNET_HEADER } from "./ethernet-frame.ts";
import { type FrameReceiver, Interface } from "./interface.ts";
import type { Ledger } from "./ledger.ts";

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;
const VLAN_TAG = 4;
/** Last byte of the group address of MAC control frames (IEEE 802.3 annex 31B). */
const PAUSE = 1;

/** The table is never swept below so many addresses. */
const SWEEP = 1024;

interface Learnt {
  /** As a 48-bit number. */
  readonly address: number;
  port: Interface;
  /** Simulated time of the last frame from that address. */
  seen: number;
  /** The address of the port itself, which is never forgotten and nobody else's. */
  readonly isOwn: boolean;
}

/**
 * A learning bridge without spanning tree, VLAN filtering or multicast snooping (net/bridge/br_input.c, br_forward.c):
 * learns source addresses, forwards to the port of a known destination, floods the rest, and keeps link-local group
 * addresses (IEEE 802.1D, table 7-10) to itself. It has no protocols of its own.
 */
export class Bridge implements FrameReceiver {
  readonly name: string;
  readonly interfaces = new Map<string, Interface>();
  forwarded = 0;
  flooded = 0;
  private readonly ports: Interface[];
  private readonly ageing: number;
  /** By the low 32 bits of the address, the high 16 beside them. */
  private readonly table = new AddressMap<Learnt>(4);
  /** Size of the table at which old entries are looked for. */
  private sweepAt = SWEEP;
  private readonly ledger: Ledger;
  private readonly simulation: Simulation;
  private readonly store: ByteStore;

  constructor(model: BridgeModel, world: { simulation: Simulation; ledger: Ledger; store: ByteStore }) {
    this.name = model.name;
    this.ageing = model.ageing;
    this.ledger = world.ledger;
    this.simulation = world.simulation;
    this.store = world.store;
    for (const port of model.interfaces.values())
      this.interfaces.set(port.name, new Interface(model.name, port, this, world.ledger));
    this.ports = [...this.interfaces.values()];
    for (const port of this.ports) {
      const entry = { address: 0, port, seen: Number.POSITIVE_INFINITY, isOwn: true };
      this.table.set(port.mac, 2, entry, get16(port.mac, 0));
    }
  }

  /** Addresses learnt so far and still fresh, in ascending order, as a person reads `bridge fdb`: 48-bit number and port name. */
  learnt(): { address: number; port: string }[] {
    const fresh = [...this.table.values()].filter((entry) => !entry.isOwn && this.isFresh(entry));
    return fresh.sort((a, b) => a.address - b.address).map(({ address, port }) => ({ address, port: port.name }));
  }

  receiveFrame(port: Interface, skb: Skb): void {
    if (skb.linkType !== ETHERNET) {
      this.ledger.drop(skb, port.label, "LINK_TYPE");
      return;
    }
    if (skb.length < ETHERNET_HEADER) {
      this.ledger.drop(skb, port.label, "PKT_TOO_SMALL");
      return;
    }
    const { bytes } = this.store;
    const at = skb.data;
    if (!isHostAddress(bytes, at + 6)) {
      this.ledger.drop(skb, port.label, "MAC_INVALID_SOURCE");
      return;
    }
    // Without spanning tree its group, 01:80:c2:00:00:00, is forwarded so that others can find loops.
    if (isLinkLocalGroup(bytes, at) && bytes[at + 5] !== 0) {
      this.keep(port, skb);
      return;
    }
    this.learn(port, bytes, at + 6);
    if ((bytes[at]! & 1) === 0 && this.forwardKnown(port, skb)) return;
    this.flood(port, skb);
  }

  /** A link-local group's frame goes no further than the port it came in by, where nobody waits for it. */
  private keep(port: Interface, skb: Skb): void {
    const { bytes } = this.store;
    if (bytes[skb.data + 5] === PAUSE) {
      this.ledger.drop(skb, port.label, "MAC_IEEE_MAC_CONTROL");
      return;
    }
    this.learn(port, bytes, skb.data + 6);
    this.ledger.drop(skb, port.label, "UNHANDLED_PROTO");
  }

  /** Forwards, or ends, a frame whose destination is known; false where it is not. */
  private forwardKnown(from: Interface, skb: Skb): boolean {
    const { bytes } = this.store;
    const at = skb.data;
    const known = this.table.get(bytes, at + 2, get16(bytes, at));
    if (known?.isOwn === true) {
      this.ledger.drop(skb, from.label, "UNHANDLED_PROTO");
      return true;
    }
    if (known === undefined || !this.isFresh(known)) return false;
    if (known.port === from) this.ledger.drop(skb, from.label, "BRIDGE_SAME_PORT");
    else {
      this.forwarded++;
      this.send(known.port, skb);
    }
    return true;
  }

  /** Remembers that the address at `at` is behind the port. */
  private learn(port: Interface, bytes: Uint8Array, at: number): void {
    const high = get16(bytes, at);
    const known = this.table.get(bytes, at + 2, high);
    if (known === undefined) {
      if (this.table.size >= this.sweepAt) this.sweep();
      const address = high * 2 ** 32 + get32(bytes, at + 2);
      this.table.set(bytes, at + 2, { address, port, seen: this.simulation.now, isOwn: false }, high);
    } else if (!known.isOwn) {
      known.port = port;
      known.seen = this.simulation.now;
    }
  }

  private isFresh({ seen }: Learnt): boolean {
    return this.simulation.now - seen < this.ageing;
  }

  /** Forgets what is too old; so seldom that it costs nothing for each address. */
  private sweep(): void {
    this.table.retain((entry) => this.isFresh(entry));
    this.sweepAt = Math.max(SWEEP, 2 * this.table.size);
  }

  private flood(from: Interface, skb: Skb): void {
    let last: Interface | undefined;
    for (const port of this.ports) {
      if (port === from || port.link === undefined) continue;
      if (last !== undefined) this.send(last, this.ledger.copy(skb));
      last = port;
    }
    if (last === undefined) {
      this.ledger.drop(skb, from.label, "NO_TX_TARGET");
      return;
    }
    this.flooded++;
    this.send(last, skb);
  }

  /** br_dev_queue_push_xmit: what is too large for the port is dropped, since bridges neither cut nor complain. */
  private send(port: Interface, skb: Skb): void {
    if (skb.segmentSize === 0 && skb.length > port.mtu + ETHERNET_HEADER + VLAN_TAG)
      this.ledger.drop(skb, port.label, "PKT_TOO_BIG");
    else port.send(skb);
  }

  putOnWire(port: Interface, skb: Skb): void {
    port.transmit(skb);
  }
}

/** True for the address of one station that is not zero (is_valid_ether_addr). */
function isHostAddress(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & 1) === 0 && (get16(bytes, at) !== 0 || get32(bytes, at + 2) !== 0);
}

/** 01:80:c2:00:00:00 to 01:80:c2:00:00:0f. */
function isLinkLocalGroup(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x01 &&
    bytes[at + 1] === 0x80 &&
    bytes[at + 2] === 0xc2 &&
    bytes[at + 3] === 0 &&
    bytes[at + 4] === 0 &&
    bytes[at + 5]! < 0x10
  );
}
