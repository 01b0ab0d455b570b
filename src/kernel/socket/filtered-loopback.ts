import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { type Libc, succeed } from "../libc.ts";
import { attachFilter } from "./attach-filter.ts";
import { NetNamespace } from "./net-namespace.ts";
import { packetSocket } from "./packet-socket.ts";

const AF_INET = 2;
const SOCK_DGRAM = 2;
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_MARK = 36;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;
/** The loopback device is the first of every network namespace. */
const LOOPBACK = 1;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;

/**
 * Packet sockets on the loopback device of a network namespace that nobody else sees; it goes away with them. What
 * is sent on one comes back through the filter of another. Needs root.
 */
export class FilteredLoopback {
  private readonly calls: Libc;
  private readonly sender: number;
  private readonly receiver: number;
  /** Gets every frame, and as the older of two sockets after the receiver: once it has one, the filter has answered. */
  private readonly witness: number;
  private readonly buffer = Buffer.alloc(65_536);
  private marked: number;

  /** @param mark SO_MARK of the sender. */
  constructor(calls: Libc, mark: number) {
    this.calls = calls;
    // The sockets keep the namespace.
    const namespace = new NetNamespace(calls);
    const open = (protocol: number) => packetSocket(calls, protocol, LOOPBACK);
    try {
      [this.sender, this.witness, this.receiver] = namespace.within(() => {
        this.raiseLoopback();
        return [open(0), open(ETH_P_ALL), open(ETH_P_ALL)] as const;
      });
    } finally {
      namespace.close();
    }
    this.marked = mark;
    this.setOption(this.sender, SOL_SOCKET, SO_MARK, uint32(mark));
    for (const socket of [this.receiver, this.witness])
      this.setOption(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, uint32(1));
    this.setOption(this.witness, SOL_SOCKET, SO_RCVTIMEO, Buffer.concat([uint32(2), Buffer.alloc(12)]));
  }

  /** Returns 0 or the errno of the refusal. */
  attach(program: readonly ClassicInstruction[]): number {
    return attachFilter(this.calls, this.receiver, program);
  }

  /** Marks what is sent from now on. */
  mark(mark: number): void {
    if (mark === this.marked) return;
    this.marked = mark;
    this.setOption(this.sender, SOL_SOCKET, SO_MARK, uint32(mark));
  }

  /** Sends a frame; returns how many bytes of it came through, 0 when it was dropped. Throws when it does not arrive at all. */
  pass(frame: Uint8Array): number {
    const { calls, buffer } = this;
    succeed(calls, "send", calls.send(this.sender, Buffer.from(frame), frame.length, 0));
    succeed(calls, "recv", calls.recv(this.witness, buffer, buffer.length, 0));
    const received = calls.recv(this.receiver, buffer, buffer.length, MSG_DONTWAIT);
    if (received < 0 && calls.errno() === EAGAIN) return 0;
    return succeed(calls, "recv", received);
  }

  close(): void {
    for (const socket of [this.sender, this.receiver, this.witness]) this.calls.close(socket);
  }

  private raiseLoopback(): void {
    const { calls } = this;
    const socket = succeed(calls, "socket", calls.socket(AF_INET, SOCK_DGRAM, 0));
    const request = Buffer.alloc(40);
    request.write("lo");
    request.writeInt16LE(IFF_UP, 16);
    succeed(calls, "ioctl", calls.ioctl(socket, SIOCSIFFLAGS, request));
    calls.close(socket);
  }

  private setOption(socket: number, level: number, name: number, value: Buffer): void {
    succeed(this.calls, "setsockopt", this.calls.setsockopt(socket, level, name, value, value.length));
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
