import { XDP_MD_OFFSET as XDP_MD, XDP_MD_BYTES } from "../../bpf/program-type/offsets.ts";
import type { Environment } from "../../bpf/vm/environment.ts";
import type { LinearMemory } from "../../bpf/vm/memory.ts";
import type { VerifiedProgram } from "../../programs/engine.ts";
import type { Kernel } from "../kernel.ts";
import { type DeviceIndexes, LOOPBACK_INDEX } from "./device-indexes.ts";
import { FrameShape } from "./frame-shape.ts";
import { loadInKernel } from "./load-program.ts";
import { needsOf, unsupported } from "./program-needs.ts";

/** Bytes of the longest frame that BPF_PROG_TEST_RUN puts into one buffer, as every frame of a topology is. */
const LONGEST = 3520;

/** An XDP program of a topology in the kernel: each frame, with its metadata, goes there and comes back by BPF_PROG_TEST_RUN. */
export class XdpInKernel {
  readonly descriptor: number;
  private readonly kernel: Kernel;
  private readonly name: string;
  private readonly memory: LinearMemory;
  private readonly frame: FrameShape;
  private readonly devices: DeviceIndexes;
  private readonly readsQueue: boolean;
  private readonly context = Buffer.alloc(XDP_MD_BYTES);

  /** Throws a NetsimError: `program-rejected` with the kernel's log where it refuses it, `unsupported` where it cannot be run alike. */
  constructor(kernel: Kernel, program: VerifiedProgram, environment: Environment, devices: DeviceIndexes) {
    this.kernel = kernel;
    this.name = program.name;
    this.memory = environment.machine.memory;
    this.frame = new FrameShape(environment);
    this.devices = devices;
    this.readsQueue = needsOf(program).reads.has("rx_queue_index");
    this.descriptor = loadInKernel(kernel, program);
  }

  /** Runs it on the frame of a struct xdp_md in the machine's memory. Returns the low 32 bits of R0. */
  run(block: number): number {
    const { memory, context, name } = this;
    const field = (offset: number) => memory.uint32(block + offset);
    const start = field(XDP_MD.dataMeta);
    const [metadata, length] = [field(XDP_MD.data) - start, field(XDP_MD.dataEnd) - start];
    const queue = field(XDP_MD.rxQueueIndex);
    if (this.readsQueue && queue !== 0)
      unsupported(
        `Program '${name}' may read rx_queue_index, which is ${queue} here and which BPF_PROG_TEST_RUN sets to 0.`,
      );
    if (length - metadata > LONGEST)
      unsupported(
        `Program '${name}' sees a frame of ${length - metadata} bytes, which BPF_PROG_TEST_RUN does not keep in one piece.`,
      );
    const index = field(XDP_MD.ingressIfindex) || LOOPBACK_INDEX;
    context.writeUInt32LE(metadata, XDP_MD.data);
    context.writeUInt32LE(length, XDP_MD.dataEnd);
    context.writeUInt32LE(index, XDP_MD.ingressIfindex);
    const data = Buffer.from(memory.bytes.subarray(start, start + length));
    const result = this.devices.at(index, () => this.kernel.programs.testRun(this.descriptor, { data, context }));
    if (typeof result === "number")
      return unsupported(
        `Linux does not run program '${name}' on this frame of ${length - metadata} bytes (BPF_PROG_TEST_RUN gives errno ${-result}).`,
      );
    const metadataLeft = new DataView(result.context.buffer).getUint32(XDP_MD.data, true);
    this.frame.become(block, result.data.length - metadataLeft, metadataLeft);
    memory.bytes.set(result.data, field(XDP_MD.dataMeta));
    return result.returnValue | 0;
  }

  close(): void {
    this.kernel.programs.close(this.descriptor);
  }
}
