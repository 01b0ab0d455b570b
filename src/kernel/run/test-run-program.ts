import type { TestPacket } from "../../bpf/test-run/context.ts";
import type { TestProgram } from "../../bpf/test-run/test-program.ts";
import { fail } from "../../errors.ts";
import type { Kernel } from "../kernel.ts";
import { refusedByKernel } from "./refused.ts";

/** Program types that BPF_PROG_TEST_RUN runs on a packet: `enum bpf_prog_type`. */
const TYPES: Readonly<Record<string, number>> = { socket_filter: 1, sched_cls: 3, xdp: 6 };
const ETHERNET_BYTES = 14;

/** An extended program in the kernel, run by BPF_PROG_TEST_RUN. Its maps are the kernel's. */
export class TestRunProgram implements TestProgram {
  private readonly kernel: Kernel;
  private readonly descriptor: number;
  private readonly type: string;
  private data: Uint8Array = new Uint8Array();
  private after: Uint8Array = new Uint8Array();
  /** Bytes that are put before each packet: what a socket filter sees begins behind the Ethernet header of what the kernel is given. */
  private readonly before: number;

  /**
   * Loads it. Throws a NetsimError `program-rejected` with the kernel's log where it is refused.
   * @param program maps are named by this process's descriptors.
   * @param type as bpftool names it.
   * @param name of the program in messages.
   */
  constructor(kernel: Kernel, program: Uint8Array, type: string, name: string) {
    this.kernel = kernel;
    this.type = type;
    this.before = type === "socket_filter" ? ETHERNET_BYTES : 0;
    const { descriptor, log } = kernel.programs.load(program, { type: TYPES[type]! });
    if (descriptor < 0) refusedByKernel(name, -descriptor, log);
    this.descriptor = descriptor;
  }

  give({ bytes, protocol }: TestPacket): void {
    this.data = new Uint8Array(this.before + bytes.length);
    this.data.set(bytes, this.before);
    if (this.before > 0) this.data.set([protocol >> 8, protocol & 0xff], ETHERNET_BYTES - 2);
    this.after = this.data;
  }

  run(): number {
    return this.runRepeatedly(1).returnValue;
  }

  runRepeatedly(repeat: number): { returnValue: number; nanoseconds: number } {
    const { data } = this;
    const result = this.kernel.programs.testRun(this.descriptor, { data, repeat });
    if (typeof result === "number")
      return fail(
        "unsupported",
        `Linux does not run a ${this.type} program on these ${data.length - this.before} bytes (BPF_PROG_TEST_RUN gives errno ${-result}).`,
        {
          hint: "It takes packets of 14 bytes up to somewhat less than a page; the engines interpreter and jit take any.",
        },
      );
    this.after = result.data;
    return result;
  }

  packet(): Uint8Array {
    return this.after.slice(this.before);
  }

  /** Unloads it. */
  close(): void {
    this.kernel.programs.close(this.descriptor);
  }
}
