import { closeSync, openSync } from "node:fs";
import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { Libc } from "../libc.ts";
import { attachFilter } from "./attach-filter.ts";

const CLONE_NEWNET = 0x4000_0000;
const AF_INET = 2;
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
/** ETH_P_ALL in network byte order */
const ALL_PROTOCOLS = 0x0300;
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

  /** @param mark SO_MARK of the sender. */
  constructor(calls: Libc, mark: number) {
    this.calls = calls;
    // Only this thread changes its namespace, and only while the sockets are made.
    const home = openSync("/proc/thread-self/ns/net", "r");
    this.succeed("unshare", calls.unshare(CLONE_NEWNET));
    try {
      this.raiseLoopback();
      this.sender = this.packetSocket(0);
      this.witness = this.packetSocket(ALL_PROTOCOLS);
      this.receiver = this.packetSocket(ALL_PROTOCOLS);
      this.setOption(this.sender, SOL_SOCKET, SO_MARK, uint32(mark));
      for (const socket of [this.receiver, this.witness])
        this.setOption(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, uint32(1));
      this.setOption(this.witness, SOL_SOCKET, SO_RCVTIMEO, Buffer.concat([uint32(2), Buffer.alloc(12)]));
    } finally {
      this.succeed("setns", calls.setns(home, CLONE_NEWNET));
      closeSync(home);
    }
  }

  /** Returns 0 or the errno of the refusal. */
  attach(program: readonly ClassicInstruction[]): number {
    return attachFilter(this.calls, this.receiver, program);
  }

  /** Sends a frame; returns how many bytes of it came through, 0 when it was dropped. Throws when it does not arrive at all. */
  pass(frame: Uint8Array): number {
    const { calls, buffer } = this;
    this.succeed("send", calls.send(this.sender, Buffer.from(frame), frame.length, 0));
    this.succeed("recv", calls.recv(this.witness, buffer, buffer.length, 0));
    const received = calls.recv(this.receiver, buffer, buffer.length, MSG_DONTWAIT);
    if (received < 0 && calls.errno() === EAGAIN) return 0;
    return this.succeed("recv", received);
  }

  close(): void {
    for (const socket of [this.sender, this.receiver, this.witness]) this.calls.close(socket);
  }

  private raiseLoopback(): void {
    const { calls } = this;
    const socket = this.succeed("socket", calls.socket(AF_INET, SOCK_DGRAM, 0));
    const request = Buffer.alloc(40);
    request.write("lo");
    request.writeInt16LE(IFF_UP, 16);
    this.succeed("ioctl", calls.ioctl(socket, SIOCSIFFLAGS, request));
    calls.close(socket);
  }

  private packetSocket(protocol: number): number {
    const { calls } = this;
    const socket = this.succeed("socket", calls.socket(AF_PACKET, SOCK_RAW, protocol));
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeUInt16LE(protocol, 2);
    address.writeInt32LE(LOOPBACK, 4);
    this.succeed("bind", calls.bind(socket, address, address.length));
    return socket;
  }

  private setOption(socket: number, level: number, name: number, value: Buffer): void {
    this.succeed("setsockopt", this.calls.setsockopt(socket, level, name, value, value.length));
  }

  private succeed(call: string, result: number): number {
    if (result < 0) throw new Error(`${call}: errno ${this.calls.errno()}`);
    return result;
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
