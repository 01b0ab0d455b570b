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
  program: string;
  /** Of the link, which holds the program at its device. */
  readonly link: number;
}

/** An interface of a host. */
export interface LabDevice {
  readonly node: string;
  readonly name: string;
  readonly index: number;
}

/** A topology's XDP programs in the kernel. */
export class LabXdp {
  private readonly kernel: Kernel;
  private readonly codes: Codes;
  private readonly network: LabNetwork;
  /** By `node:interface`. */
  private readonly attached = new Map<string, Attached>();

  /** Throws a NetsimError where the kernel refuses a program. */
  constructor(kernel: Kernel, topology: Topology, network: LabNetwork, codes: Codes) {
    this.kernel = kernel;
    this.codes = codes;
    this.network = network;
    for (const node of topology.nodes.values())
      if (node.kind === "host")
        for (const [name, model] of (node as HostModel).xdp)
          this.attach(model, { node: node.name, name, index: node.interfaces.get(name)!.index });
  }

  /** Puts a program at a device, in the place of the one that is there. Throws a NetsimError where the kernel refuses it. */
  attach({ program }: AttachmentModel, { node, name, index }: LabDevice): void {
    const label = `${node}:${name}`;
    const descriptor = this.codes.descriptorOf(program, XDP);
    const there = this.attached.get(label);
    if (there !== undefined) {
      this.update(there, descriptor, program, label);
      there.program = program;
      return;
    }
    const attributes = new Attributes(this.kernel.libc).words(0, descriptor, index, ATTACH_TYPE, GENERIC);
    const link = this.network.namespaces.get(node)!.within(() => attributes.call(COMMAND.linkCreate));
    this.attached.set(label, { program, link: succeed(link, program, label) });
  }

  /** Takes a device's program away. */
  detach({ node, name }: LabDevice): void {
    const label = `${node}:${name}`;
    const there = this.attached.get(label);
    if (there !== undefined) this.kernel.libc.close(there.link);
    this.attached.delete(label);
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const [label, one] of this.attached)
      if (one.program === name) this.update(one, this.codes.descriptor(loaded, XDP), name, label);
  }

  close(): void {
    for (const { link } of this.attached.values()) this.kernel.libc.close(link);
  }

  /** BPF_LINK_UPDATE */
  private update({ link }: Attached, descriptor: number, program: string, label: string): void {
    const attributes = new Attributes(this.kernel.libc).words(0, link, descriptor);
    succeed(attributes.call(COMMAND.linkUpdate), program, label);
  }
}

function succeed(result: number, program: string, label: string): number {
  if (result < 0) fail("program-rejected", `Linux refuses XDP program '${program}' at ${label} with errno ${-result}.`);
  return result;
}
