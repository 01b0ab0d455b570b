import { fail } from "../../errors.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import type { AttachmentModel, HostModel, Topology } from "../../topology/model.ts";
import { Attributes } from "../bpf/attributes.ts";
import { COMMAND } from "../bpf/commands.ts";
import type { Kernel } from "../kernel.ts";
import type { Codes } from "./codes.ts";
import type { LabNetwork } from "./lab-network.ts";

/** BPF_PROG_TYPE_XDP */
const XDP = 6;
/** BPF_XDP */
const ATTACH_TYPE = 37;
/**
 * XDP_FLAGS_SKB_MODE: before taps and traffic control as in a driver. veth's own mode sends what a program answers TX with only to a
 * device that has a program too.
 */
const GENERIC = 2;

interface Attached {
  readonly program: string;
  /** Of the link, which holds the program at its device. */
  readonly link: number;
}

/** A topology's XDP programs in the kernel. */
export class LabXdp {
  private readonly kernel: Kernel;
  private readonly codes: Codes;
  private readonly attached: Attached[] = [];

  /** Throws a NetsimError where the kernel refuses a program. */
  constructor(kernel: Kernel, topology: Topology, network: LabNetwork, codes: Codes) {
    this.kernel = kernel;
    this.codes = codes;
    for (const node of topology.nodes.values())
      if (node.kind === "host")
        for (const [device, model] of (node as HostModel).xdp)
          network.namespaces
            .get(node.name)!
            .within(() => this.attach(model, `${node.name}:${device}`, node.interfaces.get(device)!.index));
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const { program, link } of this.attached) {
      if (program !== name) continue;
      const descriptor = this.codes.descriptor(loaded, XDP);
      succeed(new Attributes(this.kernel.libc).words(0, link, descriptor).call(COMMAND.linkUpdate), name, "its device");
    }
  }

  close(): void {
    for (const { link } of this.attached) this.kernel.libc.close(link);
  }

  /** BPF_LINK_CREATE. */
  private attach({ program }: AttachmentModel, label: string, device: number): void {
    const attributes = new Attributes(this.kernel.libc).words(
      0,
      this.codes.descriptorOf(program, XDP),
      device,
      ATTACH_TYPE,
      GENERIC,
    );
    this.attached.push({ program, link: succeed(attributes.call(COMMAND.linkCreate), program, label) });
  }
}

function succeed(result: number, program: string, label: string): number {
  if (result < 0) fail("program-rejected", `Linux refuses XDP program '${program}' at ${label} with errno ${-result}.`);
  return result;
}
