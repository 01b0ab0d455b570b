import koffi from "koffi";

const BPF = 321;
const COMMAND = { programLoad: 5, testRun: 10 } as const;
const SCHED_CLS = 3;

const libc = process.platform === "linux" ? koffi.load("libc.so.6") : undefined;
const bpf = libc?.func("long syscall(long, int, void *, uint)");

/** A program in the running kernel. */
export class KernelProgram {
  private readonly descriptor: number;

  /** Loads a classifier. Throws with the verifier's last words where it is refused, and where bpf(2) is not permitted. */
  constructor(bytes: Uint8Array) {
    if (bpf === undefined || process.arch !== "x64") throw new Error("bpf(2) is asked on Linux on x86-64 only");
    const log = Buffer.alloc(1 << 22);
    const license = Buffer.from("GPL\0");
    const attributes = Buffer.alloc(128);
    attributes.writeUInt32LE(SCHED_CLS, 0);
    attributes.writeUInt32LE(bytes.length / 8, 4);
    attributes.writeBigUInt64LE(koffi.address(bytes), 8);
    attributes.writeBigUInt64LE(koffi.address(license), 16);
    attributes.writeUInt32LE(1, 24);
    attributes.writeUInt32LE(log.length, 28);
    attributes.writeBigUInt64LE(koffi.address(log), 32);
    this.descriptor = Number(bpf(BPF, COMMAND.programLoad, attributes, attributes.length));
    if (this.descriptor < 0) {
      const text = log.subarray(0, log.indexOf(0)).toString().trim();
      throw new Error(`the kernel refuses the program: ${text.slice(-300)}`);
    }
  }

  /** Runs it `repeat` times on a frame, and returns the return value and how long all runs took. */
  testRun(frame: Uint8Array, repeat: number): { result: number; nanoseconds: number } {
    const attributes = Buffer.alloc(80);
    attributes.writeUInt32LE(this.descriptor, 0);
    attributes.writeUInt32LE(frame.length, 8);
    attributes.writeBigUInt64LE(koffi.address(frame), 16);
    attributes.writeUInt32LE(repeat, 32);
    const before = process.hrtime.bigint();
    const status = Number(bpf!(BPF, COMMAND.testRun, attributes, attributes.length));
    const nanoseconds = Number(process.hrtime.bigint() - before);
    if (status < 0) throw new Error("BPF_PROG_TEST_RUN failed");
    return { result: attributes.readUInt32LE(4), nanoseconds };
  }

  close(): void {
    libc!.func("int close(int)")(this.descriptor);
  }
}
