import type { ByteStore } from "../../packet/bytestore.ts";
import type { Skb } from "../../packet/skb.ts";
import { EventRecord } from "./event-record.ts";

/** A network device, as programs that trace get to see it. */
export interface TracedDevice {
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
}

/** Offsets in struct sk_buff (Linux 6.18, x86-64). */
const SK_BUFF = {
  dev: 16,
  len: 112,
  dataLen: 116,
  queueMapping: 124,
  packetType: 128,
  tcIndex: 132,
  priority: 140,
  inputIndex: 144,
  hash: 148,
  vlanProtocol: 152,
  vlanTci: 154,
  mark: 164,
  protocol: 176,
  transportHeader: 178,
  networkHeader: 180,
  macHeader: 182,
  tail: 184,
  end: 188,
  head: 192,
  data: 200,
  bytes: 232,
} as const;
/** Offsets in the simulated struct net_device. */
const NET_DEVICE = { name: 0, index: 16, mtu: 20, bytes: 24 } as const;
/** Headers that are not set (~0 of 16 bits). */
const UNSET = 0xffff;
/** Offsets in struct sock_common, with which every socket begins (Linux 6.18, x86-64). */
const SOCK_COMMON = {
  remote: 0,
  local: 4,
  remotePort: 12,
  localPort: 14,
  family: 16,
  state: 18,
  remote6: 56,
  local6: 72,
  bytes: 88,
} as const;

/** What is known of a socket. */
export interface TracedSocket {
  readonly family?: 4 | 6;
  readonly local?: Uint8Array;
  readonly remote?: Uint8Array;
  readonly localPort?: number;
  readonly remotePort?: number;
}

/** AF_INET and AF_INET6 */
export const addressFamily = (family: 4 | 6): number => (family === 4 ? 2 : 10);

/** The structures of the kernel that programs get pointers to: what can be read of them is what the simulation knows. */
export class KernelObjects {
  readonly memory: ByteStore;
  /** Some program can look at what is at the addresses; as long as none can, packets only have them. */
  areRead = false;
  private cell: EventRecord | undefined;
  private readonly packets = new WeakMap<Skb, EventRecord>();
  private readonly devices = new WeakMap<TracedDevice, EventRecord>();
  private readonly sockets = new WeakMap<TracedSocket, EventRecord>();

  constructor(memory: ByteStore) {
    this.memory = memory;
  }

  /** Address of a packet's struct sk_buff, which says what the packet is now. A packet keeps its address as long as it lives. */
  skb(skb: Skb, device?: TracedDevice): number {
    let record = this.packets.get(skb);
    if (record === undefined) {
      record = new EventRecord(this.memory, SK_BUFF.bytes);
      this.packets.set(skb, record);
    }
    if (!this.areRead) return record.address;
    if (device !== undefined) record.set64(SK_BUFF.dev, this.device(device));
    const { head } = skb;
    record.set32(SK_BUFF.len, skb.length);
    record.set32(SK_BUFF.dataLen, Math.min(skb.dataLength, skb.length));
    record.set16(SK_BUFF.queueMapping, skb.queue);
    record.set8(SK_BUFF.packetType, skb.pktType);
    record.set16(SK_BUFF.tcIndex, skb.tcIndex);
    record.set32(SK_BUFF.priority, skb.priority);
    record.set32(SK_BUFF.inputIndex, skb.ingressIfindex);
    record.set32(SK_BUFF.hash, skb.hash);
    record.set16(SK_BUFF.vlanProtocol, skb.vlanPresent === 1 ? swapped(skb.vlanTpid) : 0);
    record.set16(SK_BUFF.vlanTci, skb.vlanTci);
    record.set32(SK_BUFF.mark, skb.mark);
    record.set16(SK_BUFF.protocol, swapped(skb.protocol));
    record.set16(SK_BUFF.transportHeader, offsetOf(skb.transportHeader, head));
    record.set16(SK_BUFF.networkHeader, offsetOf(skb.networkHeader, head));
    record.set16(SK_BUFF.macHeader, offsetOf(skb.macHeader, head));
    record.set32(SK_BUFF.tail, skb.data + skb.length - head);
    record.set32(SK_BUFF.end, skb.size);
    record.set64(SK_BUFF.head, head);
    record.set64(SK_BUFF.data, skb.data);
    return record.address;
  }

  /** Address of a cell that holds an address. */
  pointerTo(address: number): number {
    this.cell ??= new EventRecord(this.memory, 8);
    this.cell.set64(0, address);
    return this.cell.address;
  }

  device(device: TracedDevice): number {
    let record = this.devices.get(device);
    if (record === undefined) {
      record = new EventRecord(this.memory, NET_DEVICE.bytes);
      record.setText(NET_DEVICE.name, device.name);
      record.set32(NET_DEVICE.index, device.index);
      record.set32(NET_DEVICE.mtu, device.mtu);
      this.devices.set(device, record);
    }
    return record.address;
  }

  /** Address of what a socket begins with; 0 where there is none. @param state one of TCP's, 0 for what has none. */
  socket(socket: TracedSocket | undefined, state = 0): number {
    if (socket === undefined) return 0;
    let record = this.sockets.get(socket);
    if (record === undefined) {
      record = new EventRecord(this.memory, SOCK_COMMON.bytes);
      this.sockets.set(socket, record);
      const { family, local, remote, localPort = 0, remotePort = 0 } = socket;
      if (family !== undefined) record.set16(SOCK_COMMON.family, addressFamily(family));
      record.set16(SOCK_COMMON.localPort, localPort);
      record.set16(SOCK_COMMON.remotePort, swapped(remotePort));
      const { length } = local ?? remote ?? EMPTY;
      const [to, from] =
        length === 16 ? [SOCK_COMMON.remote6, SOCK_COMMON.local6] : [SOCK_COMMON.remote, SOCK_COMMON.local];
      if (remote !== undefined) record.setBytes(to, remote, 0, remote.length);
      if (local !== undefined) record.setBytes(from, local, 0, local.length);
    }
    record.set8(SOCK_COMMON.state, state);
    return record.address;
  }
}

const EMPTY = new Uint8Array();

function offsetOf(header: number, head: number): number {
  const offset = header - head;
  return offset < 0 || offset > UNSET ? UNSET : offset;
}

/** A 16-bit number in network order. */
export function swapped(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}
