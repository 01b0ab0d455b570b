import type { Attach, Attachment } from "../programs/attachment.ts";
import type { AttachPoint, InterfaceModel, StepModel } from "../topology/model.ts";
import type { GroupAttachment } from "./cgroup/control-group.ts";
import type { Host } from "./host.ts";
import { equipArrival } from "./offload/equip.ts";
import { dataStartOf } from "./socket/data-start.ts";
import type { Socket } from "./socket/socket.ts";
import type { World } from "./world.ts";
import { XdpHook } from "./xdp-hook.ts";

type AttachStep = Extract<StepModel, { kind: "attach" }>;
type DetachStep = Extract<StepModel, { kind: "detach" }>;

/** What steps find programs at. */
export interface AttachPoints {
  host(name: string): Host;
  /** `node/name` */
  socket(label: string): Socket;
  interfaceModel(node: string, name: string): InterfaceModel;
}

/** Attaches and detaches programs while packets are on their way, between two of them. */
export class LiveAttachments {
  private readonly points: AttachPoints;
  private readonly attachTo: Attach;
  private readonly world: World;
  private readonly prepared = new Map<AttachStep, Attachment | undefined>();

  constructor(points: AttachPoints, attach: Attach, world: World) {
    this.points = points;
    this.attachTo = attach;
    this.world = world;
  }

  /** Has a step's program loaded; what is wrong with it whoever attaches tells. */
  prepare(step: AttachStep): void {
    this.prepared.set(step, this.load(step) as unknown as Attachment | undefined);
  }

  attach(step: AttachStep): void {
    const { point } = step;
    const attachment: unknown = this.prepared.get(step);
    if (point.kind === "interface") this.toDevice(point, attachment as Attachment<"xdp">);
    else if (point.kind === "socket") this.points.socket(labelOf(point)).attach(attachment as Attachment<"socket">);
    else this.groupsOf(point).attach(pathOf(point), attachment as GroupAttachment);
  }

  detach({ point, hook, program }: DetachStep): void {
    if (point.kind === "interface") this.toDevice(point, undefined);
    else if (point.kind === "socket") this.points.socket(labelOf(point)).detach(hook);
    else this.groupsOf(point).detach(pathOf(point), hook, program);
  }

  private load({ point, attachment: model }: AttachStep): unknown {
    const { host, socket } = this.points;
    switch (point.kind) {
      case "interface":
        return this.attachTo(model, "xdp", "link", host(point.node).interfaces.get(point.name)!.label);
      case "socket":
        return this.attachTo(model, "socket", dataStartOf(socket(labelOf(point)).model), labelOf(point));
      case "cgroup": {
        const where = `${point.node}${pathOf(point)}`;
        return model.hook === "cgroup-ingress"
          ? this.attachTo(model, "cgroup-ingress", "network", where)
          : this.attachTo(model, "cgroup-egress", "network", where);
      }
    }
  }

  /** A driver changes how it takes frames in, too: programs need it to poll. */
  private toDevice({ node, name }: AttachPoint, attachment: Attachment<"xdp"> | undefined): void {
    const { points, world } = this;
    const host = points.host(node);
    const device = host.interfaces.get(name)!;
    device.xdp = attachment && new XdpHook(attachment, device, host, world);
    equipArrival(device, points.interfaceModel(node, name), world);
  }

  private groupsOf({ node }: AttachPoint): Host["cgroups"] {
    return this.points.host(node).cgroups;
  }
}

const labelOf = ({ node, name }: AttachPoint): string => `${node}/${name}`;
const pathOf = ({ name }: AttachPoint): string => `/${name}`;
