import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { HostModel, SocketModel } from "../../topology/model.ts";
import { type Libc, succeed } from "../libc.ts";
import { attachFilter } from "../socket/attach-filter.ts";
import { bindToDevice } from "../socket/bind-device.ts";
import { AF_PACKET, FAMILY, internetAddress, packetAddress } from "../socket/socket-address.ts";
import type { Within } from "./within.ts";

const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW] = [1, 2, 3];
const SOCK_NONBLOCK = 0x800;
const SOL_SOCKET = 1;
const [SO_REUSEADDR, SO_RCVBUF, SO_DETACH_FILTER, SO_RCVBUFFORCE, SO_ATTACH_BPF] = [2, 8, 27, 33, 50];
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const MSG_TRUNC = 0x20;
const EAGAIN = 11;
const BACKLOG = 4096;
/** Bytes that may wait to be read. */
const ROOM = 64 << 20;
const MAX_PACKET = 1 << 17;

/** Gets what a socket's reader reads. */
export type Reader = (bytes: Uint8Array, length: number) => void;

/** Sockets and connections that accept share one buffer: what is read is looked at before anything else is. */
const buffer = Buffer.alloc(MAX_PACKET);

/** A topology's socket in the kernel. */
export class LabSocket {
  readonly model: SocketModel;
  readonly node: string;
  /** Reads from it: packets, and of TCP what came at once. */
  received = 0;
  receivedBytes = 0;
  private readonly libc: Libc;
  /** One, or for both IP versions two. */
  private readonly descriptors: number[] = [];
  private readonly connections = new Set<number>();
  private readonly read: Reader;

  constructor(libc: Libc, home: Within, host: HostModel, model: SocketModel, read: Reader) {
    this.libc = libc;
    this.model = model;
    this.node = host.name;
    this.read = read;
    home.within(() => this.open(host));
  }

  /** Attaches a classic program in the place of the last one. Returns 0 or the errno of the refusal. */
  attach(program: readonly ClassicInstruction[]): number {
    for (const descriptor of this.descriptors) {
      const errno = attachFilter(this.libc, descriptor, program);
      if (errno !== 0) return errno;
    }
    return 0;
  }

  /** Attaches a loaded program. Returns 0 or the errno of the refusal. */
  attachExtended(program: number): number {
    for (const descriptor of this.descriptors)
      if (this.option(descriptor, SOL_SOCKET, SO_ATTACH_BPF, program) < 0) return this.libc.errno();
    return 0;
  }

  /** Takes the program away (SO_DETACH_FILTER). */
  detach(): void {
    for (const descriptor of this.descriptors) this.option(descriptor, SOL_SOCKET, SO_DETACH_FILTER, 0);
  }

  /** Reads all that waits. True when there was something. */
  poll(): boolean {
    let any = false;
    for (const descriptor of this.descriptors)
      if (this.model.kind === "tcp") any = this.accept(descriptor) || any;
      else while (this.readPacket(descriptor)) any = true;
    for (const connection of this.connections) any = this.serve(connection) || any;
    return any;
  }

  close(): void {
    for (const descriptor of [...this.descriptors, ...this.connections]) this.libc.close(descriptor);
  }

  private open({ interfaces }: HostModel): void {
    const { kind, type, protocol, address, port = 0, family } = this.model;
    const device = this.model.interface;
    const index = device === undefined ? 0 : device === "lo" ? 1 : interfaces.get(device)!.index;
    if (kind === "packet") {
      const socket = this.add(AF_PACKET, type === "raw" ? SOCK_RAW : SOCK_DGRAM, 0);
      this.enlarge(socket);
      const at = packetAddress(protocol, index);
      succeed(this.libc, "bind", this.libc.bind(socket, at, at.length));
      return;
    }
    const families = kind === "raw" ? [family] : address === undefined ? ([4, 6] as const) : [address.family];
    for (const version of families) {
      const socket =
        kind === "raw"
          ? this.add(FAMILY[version], SOCK_RAW, protocol)
          : this.add(FAMILY[version], kind === "udp" ? SOCK_DGRAM : SOCK_STREAM, 0);
      this.enlarge(socket);
      if (version === 6 && kind !== "raw") this.option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
      if (kind === "tcp") this.option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
      if (device !== undefined) bindToDevice(this.libc, socket, device);
      const at = internetAddress(version, address?.address, port);
      succeed(this.libc, `bind of ${this.node}/${this.model.name}`, this.libc.bind(socket, at, at.length));
      if (kind === "tcp") succeed(this.libc, "listen", this.libc.listen(socket, BACKLOG));
    }
  }

  private add(domain: number, type: number, protocol: number): number {
    const socket = succeed(this.libc, "socket", this.libc.socket(domain, type | SOCK_NONBLOCK, protocol));
    this.descriptors.push(socket);
    return socket;
  }

  private enlarge(socket: number): void {
    // Nothing is to be lost because this process reads too slowly; without privilege the ordinary limit has to do.
    if (this.option(socket, SOL_SOCKET, SO_RCVBUFFORCE, ROOM) < 0) this.option(socket, SOL_SOCKET, SO_RCVBUF, ROOM);
  }

  private option(socket: number, level: number, name: number, value: number): number {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return this.libc.setsockopt(socket, level, name, bytes, bytes.length);
  }

  private readPacket(socket: number): boolean {
    const { libc, model } = this;
    const sender = Buffer.alloc(28);
    const senderLength = Buffer.alloc(4);
    senderLength.writeUInt32LE(sender.length);
    const length = libc.recvfrom(socket, buffer, buffer.length, MSG_TRUNC, sender, senderLength);
    if (length < 0) {
      if (libc.errno() === EAGAIN) return false;
      // A report that an earlier answer could not be delivered; the next read goes on.
      return true;
    }
    this.take(Math.min(length, buffer.length));
    if (model.kind === "udp" && model.echo)
      libc.sendto(
        socket,
        buffer,
        length,
        0,
        sender.subarray(0, senderLength.readUInt32LE(0)),
        senderLength.readUInt32LE(0),
      );
    return true;
  }

  private accept(listener: number): boolean {
    let any = false;
    for (;;) {
      const connection = this.libc.accept4(listener, SOCK_NONBLOCK);
      if (connection < 0) return any;
      this.connections.add(connection);
      any = true;
    }
  }

  /** Reads a connection, and closes after its peer. */
  private serve(connection: number): boolean {
    const { libc } = this;
    for (let any = false; ; any = true) {
      const length = libc.recv(connection, buffer, buffer.length, 0);
      if (length < 0 && libc.errno() === EAGAIN) return any;
      if (length <= 0) {
        libc.close(connection);
        this.connections.delete(connection);
        return true;
      }
      this.take(length);
    }
  }

  private take(length: number): void {
    this.received++;
    this.receivedBytes += length;
    this.read(buffer, length);
  }
}
