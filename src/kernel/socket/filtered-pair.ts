import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { Libc } from "../libc.ts";
import { attachFilter } from "./attach-filter.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = 0x40;
const EAGAIN = 11;

/** Two connected datagram sockets; what is sent on one comes through the filter of the other. */
export class FilteredPair {
  private readonly calls: Libc;
  private readonly sender: number;
  private readonly receiver: number;
  private readonly buffer = Buffer.alloc(65_536);

  constructor(calls: Libc) {
    this.calls = calls;
    const pair = Buffer.alloc(8);
    if (calls.socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) !== 0) throw new Error(`socketpair: errno ${calls.errno()}`);
    this.sender = pair.readInt32LE(0);
    this.receiver = pair.readInt32LE(4);
  }

  /** Returns 0 or the errno of the refusal. */
  attach(program: readonly ClassicInstruction[]): number {
    return attachFilter(this.calls, this.receiver, program);
  }

  /** Sends a datagram; returns how many bytes of it came through, 0 when it was dropped. */
  pass(content: Uint8Array): number {
    const { calls } = this;
    const sent = calls.send(this.sender, Buffer.from(content), content.length, MSG_DONTWAIT);
    if (sent !== content.length) throw new Error(`send: errno ${calls.errno()}`);
    const received = calls.recv(this.receiver, this.buffer, this.buffer.length, MSG_DONTWAIT);
    if (received >= 0) return received;
    if (calls.errno() !== EAGAIN) throw new Error(`recv: errno ${calls.errno()}`);
    return 0;
  }

  close(): void {
    this.calls.close(this.sender);
    this.calls.close(this.receiver);
  }
}
