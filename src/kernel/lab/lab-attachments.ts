import type { HostModel, StepModel, Topology } from "../../topology/model.ts";
import type { LabCgroups } from "./cgroup/lab-cgroups.ts";
import type { LabSockets } from "./lab-sockets.ts";
import type { LabXdp } from "./lab-xdp.ts";

type AttachmentStep = Extract<StepModel, { kind: "attach" | "detach" }>;

/** Attaches and detaches programs in the kernel when steps say so. */
export class LabAttachments {
  private readonly topology: Topology;
  private readonly xdp: LabXdp;
  private readonly sockets: LabSockets;
  private readonly cgroups: LabCgroups;

  constructor(topology: Topology, places: { xdp: LabXdp; sockets: LabSockets; cgroups: LabCgroups }) {
    this.topology = topology;
    this.xdp = places.xdp;
    this.sockets = places.sockets;
    this.cgroups = places.cgroups;
  }

  change(step: AttachmentStep): void {
    const { kind, node, name } = step.point;
    if (kind === "interface") {
      const { index } = (this.topology.nodes.get(node) as HostModel).interfaces.get(name)!;
      const device = { node, name, index };
      if (step.kind === "attach") this.xdp.attach(step.attachment, device);
      else this.xdp.detach(device);
    } else if (kind === "socket") {
      if (step.kind === "attach") this.sockets.attach(`${node}/${name}`, step.attachment);
      else this.sockets.detach(`${node}/${name}`, step.hook);
    } else if (step.kind === "attach") this.cgroups.attachTo(node, `/${name}`, step.attachment);
    else this.cgroups.detachFrom(node, `/${name}`, step);
  }
}
