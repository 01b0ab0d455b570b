import type { HostModel, StepModel, Topology } from "../../topology/model.ts";
import type { LabCgroups } from "./cgroup/lab-cgroups.ts";
import type { LabSockets } from "./lab-sockets.ts";
import type { LabXdp } from "./lab-xdp.ts";
import type { LabTc } from "./tc/lab-tc.ts";

type AttachmentStep = Extract<StepModel, { kind: "attach" | "detach" }>;

/** Attaches and detaches programs in the kernel when steps say so. */
export class LabAttachments {
  private readonly topology: Topology;
  private readonly xdp: LabXdp;
  private readonly sockets: LabSockets;
  private readonly cgroups: LabCgroups;
  private readonly tc: LabTc;

  constructor(topology: Topology, places: { tc: LabTc; xdp: LabXdp; sockets: LabSockets; cgroups: LabCgroups }) {
    this.topology = topology;
    this.tc = places.tc;
    this.xdp = places.xdp;
    this.sockets = places.sockets;
    this.cgroups = places.cgroups;
  }

  change(step: AttachmentStep): void {
    const { kind, node, name } = step.point;
    const { hookPlace } = step;
    if (hookPlace === "tcx-ingress" || hookPlace === "tcx-egress") {
      const side = hookPlace === "tcx-ingress" ? "ingress" : "egress";
      if (step.kind === "attach") this.tc.attach(node, name, side, step.attachment.program);
      else this.tc.detach(node, name, side, step.program);
    } else if (kind === "interface") {
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
