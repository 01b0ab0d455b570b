import { type Kernel, openKernel } from "../../src/kernel/kernel.ts";

const SCHED_CLS = 3;

const opened = await openKernel();

/** A program in the running kernel. */
export class KernelProgram {
  private readonly kernel: Kernel;
  private readonly descriptor: number;

  /** Loads a classifier. Throws with the verifier's last words where it is refused, and where bpf(2) is not permitted. */
  constructor(bytes: Uint8Array) {
    if ("missing" in opened) throw new Error(opened.missing);
    this.kernel = opened;
    const { descriptor, log } = opened.programs.load(bytes, { type: SCHED_CLS });
    if (descriptor < 0) throw new Error(`the kernel refuses the program: ${log.trim().slice(-300)}`);
    this.descriptor = descriptor;
  }

  /** Runs it `repeat` times on a frame, and returns the return value and how long all runs took. */
  testRun(frame: Uint8Array, repeat: number): { result: number; nanoseconds: number } {
    const { programs } = this.kernel;
    const before = process.hrtime.bigint();
    const run = programs.testRun(this.descriptor, { data: frame, repeat });
    const nanoseconds = Number(process.hrtime.bigint() - before);
    if (typeof run === "number") throw new Error(`BPF_PROG_TEST_RUN failed with errno ${-run}`);
    return { result: run.returnValue, nanoseconds };
  }

  close(): void {
    this.kernel.programs.close(this.descriptor);
  }
}
