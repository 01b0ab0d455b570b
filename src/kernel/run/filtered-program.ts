import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import type { TestPacket } from "../../bpf/test-run/context.ts";
import type { TestProgram } from "../../bpf/test-run/test-program.ts";
import { fail } from "../../errors.ts";
import type { Libc } from "../libc.ts";
import { FilteredLoopback } from "../socket/filtered-loopback.ts";

const ETHERNET_BYTES = 14;

/**
 * A classic program in the kernel: SO_ATTACH_FILTER on a packet socket of a loopback device of its own, where each packet is
 * sent. What it returned shows as the bytes that the socket received: all of them for anything that is larger.
 */
export class FilteredProgram implements TestProgram {
  readonly showsBytesOnly = true;
  private readonly loopback: FilteredLoopback;
  private frame = new Uint8Array();
  private received = 0;

  /** Throws a NetsimError where the kernel refuses the program. @param name of the program in messages. */
  constructor(libc: Libc, program: readonly ClassicInstruction[], name: string) {
    this.loopback = new FilteredLoopback(libc, 0);
    const errno = this.loopback.attach(program);
    if (errno === 0) return;
    this.loopback.close();
    fail("program-rejected", `Linux refuses the program with errno ${errno}.`, { place: { file: name } });
  }

  give({ bytes }: TestPacket): void {
    if (bytes.length < ETHERNET_BYTES)
      fail("unsupported", `A packet of ${bytes.length} bytes cannot be sent on a packet socket.`, {
        hint: "It takes 14 bytes at least; the engines interpreter and jit take any.",
      });
    this.frame = Uint8Array.from(bytes);
    this.received = bytes.length;
  }

  run(): number {
    this.received = this.loopback.pass(this.frame);
    return this.received;
  }

  packet(): Uint8Array {
    return this.frame;
  }

  close(): void {
    this.loopback.close();
  }
}
