import { type Libc, succeed } from "../libc.ts";
import { FAMILY, internetAddress } from "../socket/socket-address.ts";
import type { Within } from "./within.ts";

const [SOCK_STREAM, SOCK_DGRAM] = [1, 2];
const SOCK_NONBLOCK = 0x800;
const SHUT_WR = 1;
const [EAGAIN, EINPROGRESS, ENOTCONN] = [11, 115, 107];
const ICMP = { 4: { protocol: 1, request: 8 }, 6: { protocol: 58, request: 128 } } as const;
const MAX_PACKET = 1 << 17;
const buffer = Buffer.alloc(MAX_PACKET);

/** A flow between two hosts. */
export interface Flow {
  readonly family: 4 | 6;
  readonly destination: Uint8Array;
  /** Absent: the kernel's choice. */
  readonly source?: Uint8Array;
  readonly port: number;
  /** Absent: the kernel's choice. */
  readonly sport?: number;
  readonly bytes: number;
}

/** A way to begin items of a flow and to go on with them. */
export interface Conversation {
  /** Items that have had their answer. */
  readonly answered: number;
  /** Begins one. Returns 0 or an errno. */
  begin(index: number): number;
  /** Goes on with all that are open. True when something happened. */
  poll(): boolean;
  /** Closes its sockets. */
  close(): void;
}

/** 0x00, 0x01, ... 0xff and again, as simulated hosts send. */
function payload(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => i));
}

/** A socket with the flow's own address; its errno where the kernel refuses that. */
function bound(libc: Libc, home: Within, flow: Flow, type: number, protocol = 0): { socket: number; errno: number } {
  const { family, source, sport } = flow;
  const socket = home.within(() =>
    succeed(libc, "socket", libc.socket(FAMILY[family], type | SOCK_NONBLOCK, protocol)),
  );
  if (source !== undefined || sport !== undefined) {
    const at = internetAddress(family, source, sport ?? 0);
    if (libc.bind(socket, at, at.length) < 0) return { socket, errno: libc.errno() };
  }
  return { socket, errno: 0 };
}

/** The same, connected. */
function connected(
  libc: Libc,
  home: Within,
  flow: Flow,
  type: number,
  protocol = 0,
): { socket: number; errno: number } {
  const { socket, errno: refused } = bound(libc, home, flow, type, protocol);
  if (refused !== 0) return { socket, errno: refused };
  const { family, destination, port } = flow;
  const to = internetAddress(family, destination, port);
  const errno = libc.connect(socket, to, to.length) < 0 ? libc.errno() : 0;
  return { socket, errno: errno === EINPROGRESS ? 0 : errno };
}

/** Datagrams from one port. The socket is not connected: one that is gives the next datagram's sender the errors that came back for the last. */
export class Datagrams implements Conversation {
  readonly answered = 0;
  private readonly libc: Libc;
  private readonly open: { socket: number; errno: number };
  private readonly content: Buffer;
  private readonly to: Buffer;

  constructor(libc: Libc, home: Within, flow: Flow) {
    this.libc = libc;
    this.open = bound(libc, home, flow, SOCK_DGRAM);
    this.content = payload(flow.bytes);
    this.to = internetAddress(flow.family, flow.destination, flow.port);
  }

  begin(): number {
    const { libc, content, open, to } = this;
    if (open.errno !== 0) return open.errno;
    return libc.sendto(open.socket, content, content.length, 0, to, to.length) < 0 ? libc.errno() : 0;
  }

  poll(): boolean {
    let any = false;
    while (this.libc.recv(this.open.socket, buffer, buffer.length, 0) >= 0) any = true;
    return any;
  }

  close(): void {
    this.libc.close(this.open.socket);
  }
}

/** ICMP echo requests with one identifier, by a ping socket (icmp(7)): the kernel writes checksums, and takes no other's replies. */
export class Echoes implements Conversation {
  answered = 0;
  private readonly libc: Libc;
  private readonly flow: Flow;
  private readonly open: { socket: number; errno: number };
  private readonly to: Buffer;

  constructor(libc: Libc, home: Within, flow: Flow, identifier: number) {
    this.libc = libc;
    this.flow = flow;
    this.open = bound(libc, home, { ...flow, sport: identifier }, SOCK_DGRAM, ICMP[flow.family].protocol);
    this.to = internetAddress(flow.family, flow.destination, 0);
  }

  begin(index: number): number {
    const { libc, flow, open, to } = this;
    if (open.errno !== 0) return open.errno;
    const message = Buffer.concat([Buffer.alloc(8), payload(flow.bytes)]);
    message[0] = ICMP[flow.family].request;
    message.writeUInt16BE((index + 1) & 0xffff, 6);
    return libc.sendto(open.socket, message, message.length, 0, to, to.length) < 0 ? libc.errno() : 0;
  }

  poll(): boolean {
    let any = false;
    while (this.libc.recv(this.open.socket, buffer, buffer.length, 0) >= 0) {
      any = true;
      this.answered++;
    }
    return any;
  }

  close(): void {
    this.libc.close(this.open.socket);
  }
}

/** A connection that is open, and what of its content has been written. */
interface Open {
  readonly socket: number;
  written: number;
  isShut: boolean;
}

/** Connections, each of which writes the flow's bytes, shuts its side down and reads until its peer closes. */
export class Connections implements Conversation {
  answered = 0;
  private readonly libc: Libc;
  private readonly home: Within;
  private readonly flow: Flow;
  private readonly content: Buffer;
  private readonly open = new Set<Open>();

  constructor(libc: Libc, home: Within, flow: Flow) {
    this.libc = libc;
    this.home = home;
    this.flow = flow;
    this.content = payload(flow.bytes);
  }

  begin(): number {
    const { socket, errno } = connected(this.libc, this.home, this.flow, SOCK_STREAM);
    if (errno === 0) this.open.add({ socket, written: 0, isShut: false });
    else this.libc.close(socket);
    return errno;
  }

  poll(): boolean {
    let any = false;
    for (const connection of this.open) any = this.goOn(connection) || any;
    return any;
  }

  close(): void {
    for (const connection of this.open) this.end(connection);
  }

  private goOn(connection: Open): boolean {
    const { libc, content } = this;
    const { socket } = connection;
    let any = false;
    while (connection.written < content.length) {
      const sent = libc.send(socket, content.subarray(connection.written), content.length - connection.written, 0);
      if (sent < 0) return this.isOver(connection, libc.errno()) || any;
      connection.written += sent;
      any = true;
    }
    if (!connection.isShut) {
      if (libc.shutdown(socket, SHUT_WR) < 0) return this.isOver(connection, libc.errno()) || any;
      connection.isShut = true;
      any = true;
    }
    for (;;) {
      const length = libc.recv(socket, buffer, buffer.length, 0);
      if (length < 0) return this.isOver(connection, libc.errno()) || any;
      any = true;
      if (length > 0) continue;
      this.answered++;
      this.end(connection);
      return true;
    }
  }

  /** Gives a connection up that can not go on. */
  private isOver(connection: Open, errno: number): boolean {
    if (errno === EAGAIN || errno === ENOTCONN) return false;
    this.end(connection);
    return true;
  }

  private end(connection: Open): void {
    this.libc.close(connection.socket);
    this.open.delete(connection);
  }
}
