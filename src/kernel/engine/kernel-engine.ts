import type { Engine } from "../../programs/engine.ts";

/** The running Linux. Each run has maps and programs of its own in it. */
export const kernelEngine: Engine = {
  name: "kernel",
  description:
    "has the Linux of this machine run each program (BPF_PROG_TEST_RUN, SO_ATTACH_FILTER); needs root and koffi",
  async open() {
    const [{ requireKernel }, { KernelRunner }] = await Promise.all([
      import("../kernel.ts"),
      import("./kernel-runner.ts"),
    ]);
    return new KernelRunner(await requireKernel());
  },
};
