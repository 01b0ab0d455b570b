import { NO_RECEIVE_QUEUE, SOCKET_OFFSET as SOCKET, SOCKET_BYTES } from "../bpf/program-type/offsets.ts";
import type { Machine } from "../bpf/vm/machine.ts";
import type { SkbSocket } from "../packet/skb.ts";
import type { KernelObjects } from "./events/kernel-objects.ts";

/** Offsets in struct bpf_tcp_sock; what is not here stays 0. */
const TCP = {
  congestionWindow: 0,
  roundTrip: 4,
  threshold: 12,
  receiveNext: 16,
  sendNext: 20,
  unacknowledged: 24,
  mss: 28,
  packetsOut: 44,
  resent: 48,
  lost: 72,
  selectivelyAcknowledged: 76,
  bytesAcknowledged: 88,
  timeouts: 108,
} as const;
const TCP_BYTES = 112;
const BYTES = SOCKET_BYTES + TCP_BYTES;
/** Records that memory is taken for at once. */
const RECORDS = 64;
const IPV4_BYTES = 4;

/**
 * Sockets as programs read them: a struct bpf_sock for each, and behind it the struct bpf_tcp_sock of the same; and the kernel's own
 * struct, which programs at events read as well. A socket keeps its addresses.
 */
export class SocketRecords {
  private readonly machine: Machine;
  private readonly objects: KernelObjects;
  /** Where the next record goes, and how many there is room for behind it. */
  private next = 0;
  private room = 0;
  private readonly addresses = new WeakMap<SkbSocket, number>();
  private readonly owners = new Map<number, WeakRef<SkbSocket>>();

  constructor(machine: Machine, objects: KernelObjects) {
    this.machine = machine;
    this.objects = objects;
  }

  /** Address of a socket's struct bpf_sock, which says what the socket is now; 0 where there is none. */
  addressOf(socket: SkbSocket | undefined): number {
    if (socket === undefined) return 0;
    let address = this.addresses.get(socket);
    if (address === undefined) {
      address = this.take();
      this.addresses.set(socket, address);
      this.owners.set(address, new WeakRef(socket));
      this.describe(address, socket);
    }
    this.set(address + SOCKET.state, socket.state);
    return address;
  }

  /** Address of its struct bpf_tcp_sock. */
  tcpAddressOf(socket: SkbSocket): number {
    const at = this.addressOf(socket) + SOCKET_BYTES;
    const { figures } = socket;
    if (figures === undefined) return at;
    const { bytesAcknowledged } = figures;
    for (const name of Object.keys(TCP) as (keyof typeof TCP)[]) this.set(at + TCP[name], figures[name] >>> 0);
    this.set(at + TCP.bytesAcknowledged + 4, Math.floor(bytesAcknowledged / 0x1_0000_0000));
    return at;
  }

  /** Address of its struct sock, which is the beginning of larger structs, and which says what the socket is now. */
  kernelAddressOf(socket: SkbSocket): number {
    return this.objects.socketNow(socket);
  }

  /** The socket that a program means by an address, be it of one structure or another. */
  at(address: number): SkbSocket | undefined {
    const at = address >>> 0;
    return (this.owners.get(at) ?? this.owners.get(at - SOCKET_BYTES))?.deref() ?? this.objects.socketAt(at);
  }

  /** What a socket's storage is kept by, whichever of its structures a program has: the address of its struct sock. */
  storageOwner(address: number): number {
    const socket = this.at(address);
    return socket === undefined ? address : this.objects.socket(socket);
  }

  /** Zeroes for a record. */
  private take(): number {
    if (this.room === 0) {
      const { memory, regions } = this.machine;
      this.next = memory.allocate(BYTES * RECORDS);
      memory.bytes.fill(0, this.next, this.next + BYTES * RECORDS);
      regions.add(this.next, BYTES * RECORDS, false);
      this.room = RECORDS;
    }
    this.room--;
    const address = this.next;
    this.next += BYTES;
    return address;
  }

  private describe(address: number, socket: SkbSocket): void {
    const { bytes } = this.machine.memory;
    this.set(address + SOCKET.family, socket.family);
    this.set(address + SOCKET.type, socket.type);
    this.set(address + SOCKET.protocol, socket.protocol);
    this.set(address + SOCKET.localPort, socket.localPort);
    bytes[address + SOCKET.remotePort] = socket.remotePort >>> 8;
    bytes[address + SOCKET.remotePort + 1] = socket.remotePort;
    this.set(address + SOCKET.receiveQueue, NO_RECEIVE_QUEUE);
    const isIpv4 = socket.localAddress.length === IPV4_BYTES;
    bytes.set(socket.localAddress, address + (isIpv4 ? SOCKET.localIpv4 : SOCKET.localIpv6));
    bytes.set(socket.remoteAddress, address + (isIpv4 ? SOCKET.remoteIpv4 : SOCKET.remoteIpv6));
  }

  private set(at: number, value: number): void {
    const { bytes } = this.machine.memory;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  }
}
