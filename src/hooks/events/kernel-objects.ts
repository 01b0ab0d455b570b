import type { CurrentTask } from "../../bpf/helpers/surroundings.ts";
import { swap16 } from "../../bpf/network-order.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import type { Skb, SkbSocket } from "../../packet/skb.ts";
import { EventRecord } from "./event-record.ts";
import { type Layouts, layouts } from "./layouts.ts";
import { SocketObjects } from "./socket-objects.ts";
import { TaskObjects } from "./task-objects.ts";

/** A network device, as programs that trace get to see it. */
export interface TracedDevice {
  readonly node: string;
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
  /** ARPHRD_ value. */
  readonly hatype: number;
  readonly mac: Uint8Array;
  /** Bytes of its link-layer header. */
  readonly headerLength: number;
}

/** Headers that are not set (~0 of 16 bits). */
const UNSET = 0xffff;
const POINTER = 8;
/** BPF_OBJ_NAME_LEN */
const PROGRAM_NAME = 16;
/** Number of the first namespace (/proc/self/ns/net); others follow in the order in which they are seen. */
const FIRST_NAMESPACE = 0xf000_0000;
/** Where packets' headers begin, for struct sk_buff, whose `protocol` is in network order. */
const PACKET_TYPES = { ip_rcv: 0x0800, ipv6_rcv: 0x86dd, arp_rcv: 0x0806 } as const;

/** AF_INET and AF_INET6 */
export const addressFamily = (family: 4 | 6): number => (family === 4 ? 2 : 10);

/** The struct sk_buff of a packet. */
interface PacketObject {
  readonly record: EventRecord;
  /** The packet that it was when its device was set: skbs are used again. */
  id: number;
  /** Bytes of headers that the kernel has taken from its data and the simulation has not. */
  pulled: number;
}

/**
 * The structures of the kernel that programs get pointers to: what can be read of them is what the simulation knows. Everything else in
 * them is 0.
 */
export class KernelObjects {
  readonly memory: ByteStore;
  /** Some program can look at what is at the addresses; as long as none can, packets only have them. */
  areRead = false;
  private readonly sockets: SocketObjects;
  private readonly tasks: TaskObjects;
  private cell: EventRecord | undefined;
  private readonly packets = new WeakMap<Skb, PacketObject>();
  /** Packets by the addresses of their struct sk_buff. */
  private readonly owners = new Map<number, WeakRef<Skb>>();
  private readonly devices = new WeakMap<TracedDevice, EventRecord>();
  private readonly queues = new WeakMap<TracedDevice, EventRecord>();
  private readonly namespaces = new Map<string, EventRecord>();
  private readonly types = new Map<string, EventRecord>();
  private readonly programs = new Map<string, EventRecord>();
  private readonly programNumbers = new Map<string, number>();
  private known: Layouts | undefined;

  constructor(memory: ByteStore) {
    this.memory = memory;
    this.sockets = new SocketObjects(memory);
    this.tasks = new TaskObjects(memory);
  }

  private get layouts(): Layouts {
    this.known ??= layouts();
    return this.known;
  }

  /** Address of a packet's struct sk_buff, which says what the packet is now. A packet keeps its address as long as it lives. */
  skb(skb: Skb, device?: TracedDevice): number {
    const object = this.objectOf(skb);
    const { record } = object;
    if (!this.areRead) return record.address;
    const { skBuff } = this.layouts;
    if (device !== undefined) record.set64(skBuff.dev, this.device(device));
    else if (object.id !== skb.id) record.set64(skBuff.dev, 0);
    if (object.id !== skb.id) object.pulled = 0;
    object.id = skb.id;
    const { head } = skb;
    const pulled = Math.min(object.pulled, skb.length);
    record.set64(skBuff.sk, this.socket(skb.socket, device?.node));
    record.setHalves(skBuff.tstamp, skb.timestampLow, skb.timestampHigh);
    record.set32(skBuff.len, skb.length - pulled);
    record.set32(skBuff.data_len, Math.min(skb.dataLength, skb.length - pulled));
    record.set16(skBuff.queue_mapping, skb.queue);
    record.set8(skBuff.pkt_type, skb.pktType);
    record.set16(skBuff.tc_index, skb.tcIndex);
    record.set32(skBuff.priority, skb.priority);
    record.set32(skBuff.skb_iif, skb.ingressIfindex);
    record.set32(skBuff.hash, skb.hash);
    record.set16(skBuff.vlan_proto, skb.vlanPresent === 1 ? swap16(skb.vlanTpid) : 0);
    record.set16(skBuff.vlan_tci, skb.vlanTci);
    record.set32(skBuff.mark, skb.mark);
    record.set16(skBuff.protocol, swap16(skb.protocol));
    record.set16(skBuff.transport_header, offsetOf(skb.transportHeader, head));
    record.set16(skBuff.network_header, offsetOf(skb.networkHeader, head));
    record.set16(skBuff.mac_header, offsetOf(skb.macHeader, head));
    record.set32(skBuff.tail, skb.data + skb.length - head);
    record.set32(skBuff.end, skb.size);
    record.set64(skBuff.head, head);
    record.set64(skBuff.data, skb.data + pulled);
    return record.address;
  }

  /** From now on a packet's data begins at its transport header (ip_local_deliver_finish), which the simulation leaves at its IP header. */
  pull(skb: Skb): void {
    if (!this.areRead) return;
    const object = this.objectOf(skb);
    if (object.id !== skb.id) object.record.set64(this.layouts.skBuff.dev, 0);
    object.id = skb.id;
    object.pulled = Math.max(0, skb.transportHeader - skb.data);
  }

  private objectOf(skb: Skb): PacketObject {
    let object = this.packets.get(skb);
    if (object === undefined) {
      object = { record: new EventRecord(this.memory, this.layouts.bytes.sk_buff), id: skb.id, pulled: 0 };
      this.packets.set(skb, object);
      this.owners.set(object.record.address, new WeakRef(skb));
    }
    return object;
  }

  /** Address of a cell that holds an address. */
  pointerTo(address: number): number {
    this.cell ??= new EventRecord(this.memory, POINTER);
    this.cell.set64(0, address);
    return this.cell.address;
  }

  /** Address of a device's struct net_device. */
  device(device: TracedDevice): number {
    let record = this.devices.get(device);
    if (record === undefined) {
      const { bytes, netDevice } = this.layouts;
      record = new EventRecord(this.memory, bytes.net_device);
      this.devices.set(device, record);
      record.setText(netDevice.name, device.name);
      record.set32(netDevice.ifindex, device.index);
      record.set32(netDevice.mtu, device.mtu);
      record.set16(netDevice.type, device.hatype);
      record.set16(netDevice.hard_header_len, device.headerLength);
      record.set8(netDevice.addr_len, device.mac.length);
      record.setBytes(netDevice.perm_addr, device.mac, 0, device.mac.length);
      record.set64(netDevice.dev_addr, record.address + netDevice.perm_addr);
      record.set64(netDevice.nd_net, this.namespace(device.node));
    }
    return record.address;
  }

  /** Address of the struct netdev_queue of a device's only queue, which says whose it is. */
  deviceQueue(device: TracedDevice): number {
    let record = this.queues.get(device);
    if (record === undefined) {
      record = new EventRecord(this.memory, this.layouts.bytes.netdev_queue);
      this.queues.set(device, record);
      record.set64(0, this.device(device));
    }
    return record.address;
  }

  /** Address of a node's struct net: its namespace. */
  namespace(node: string): number {
    let record = this.namespaces.get(node);
    if (record === undefined) {
      record = new EventRecord(this.memory, this.layouts.bytes.net);
      record.set32(this.layouts.inode, FIRST_NAMESPACE + this.namespaces.size);
      this.namespaces.set(node, record);
    }
    return record.address;
  }

  /** Address of the struct packet_type by which a protocol's packets come to its function. */
  packetType(fn: keyof typeof PACKET_TYPES): number {
    let record = this.types.get(fn);
    if (record === undefined) {
      record = new EventRecord(this.memory, this.layouts.bytes.packet_type);
      record.set16(0, swap16(PACKET_TYPES[fn]));
      this.types.set(fn, record);
    }
    return record.address;
  }

  /** Address of a socket's struct sock, which is the beginning of larger structs; 0 where there is none. @param state another than it has now. */
  socket(socket: SkbSocket | undefined, node?: string, state?: number): number {
    if (socket === undefined) return 0;
    const net = node === undefined || !this.areRead ? 0 : this.namespace(node);
    return this.sockets.addressOf(socket, this.layouts, this.areRead, net, state);
  }

  /** The same of a program that reads it at once, whoever else does not. */
  socketNow(socket: SkbSocket): number {
    return this.sockets.addressOf(socket, this.layouts, true, 0);
  }

  /** The socket whose struct sock is at an address. */
  socketAt(address: number): SkbSocket | undefined {
    return this.sockets.at(address);
  }

  /** Address of the struct socket of a struct file at an address; 0: it is of none. */
  socketOfFile(file: number): number {
    return this.sockets.ofFile(file);
  }

  /** Address of the struct vm_area_struct of what a task, whose struct is at an address, has at one of its own; 0: nothing. */
  mappingAt(task: number, address: bigint): number {
    return this.tasks.mappingAt(task, address, this.layouts);
  }

  /** So many bytes from where the data of the packet begins whose struct sk_buff is at an address; undefined where there are fewer. */
  packetBytes(address: number, length: number): Uint8Array | undefined {
    const skb = this.owners.get(address)?.deref();
    if (skb === undefined) return undefined;
    const pulled = Math.min(this.objectOf(skb).pulled, skb.length);
    if (length > skb.length - pulled) return undefined;
    const from = skb.data + pulled;
    return this.memory.bytes.slice(from, from + length);
  }

  /** A program's number: they count from 1 on in the order in which events tell of them. */
  programNumber(name: string): number {
    let number = this.programNumbers.get(name);
    if (number === undefined) {
      number = this.programNumbers.size + 1;
      this.programNumbers.set(name, number);
    }
    return number;
  }

  /** Address of a program's struct bpf_prog. */
  program(name: string): number {
    let record = this.programs.get(name);
    if (record === undefined) {
      const { bytes, program } = this.layouts;
      const rest = new EventRecord(this.memory, bytes.bpf_prog_aux);
      rest.set32(program.id, this.programNumber(name));
      rest.setText(program.name, name.slice(0, PROGRAM_NAME - 1));
      record = new EventRecord(this.memory, bytes.bpf_prog);
      record.set64(program.aux, rest.address);
      this.programs.set(name, record);
    }
    return record.address;
  }

  /** Says what a task does now: TASK_ and EXIT_ values. */
  setTaskState(task: CurrentTask, state: number, exitState = 0): void {
    if (this.areRead) this.tasks.setState(task, this.layouts, state, exitState);
  }

  /** Address of a task's struct task_struct. */
  task(task: CurrentTask): number {
    return this.tasks.addressOf(task, this.layouts);
  }
}

function offsetOf(header: number, head: number): number {
  const offset = header - head;
  return offset < 0 || offset > UNSET ? UNSET : offset;
}
