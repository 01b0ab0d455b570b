import type { Attach, Attachment } from "../programs/attachment.ts";
import type { AttachPlace, AttachPoint, InterfaceModel, StepModel } from "../topology/model.ts";
import type { GroupAttachment } from "./cgroup/control-group.ts";
import type { Host } from "./host.ts";
import type { Interface } from "./interface.ts";
import { equipArrival } from "./offload/equip.ts";
import { dataStartOf } from "./socket/data-start.ts";
import type { Socket } from "./socket/socket.ts";
import type { TcInstaller } from "./tc/install.ts";
import type { TrafficHook } from "./tc/traffic-control.ts";
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
  /** Who changes the traffic control of a host. */
  tc(node: string): Pick<TcInstaller, "addProgram" | "removeProgram">;
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
    if (point.kind === "interface") this.toDevice(point, step.hookPlace, attachment as Attachment);
    else if (point.kind === "socket") this.points.socket(labelOf(point)).attach(attachment as Attachment<"socket">);
    else this.groupsOf(point).attach(pathOf(point), attachment as GroupAttachment);
  }

  detach({ point, hookPlace, hook, program }: DetachStep): void {
    if (point.kind === "interface") this.fromDevice(point, hookPlace, program);
    else if (point.kind === "socket") this.points.socket(labelOf(point)).detach(hook);
    else this.groupsOf(point).detach(pathOf(point), hook, program);
  }

  private load({ point, hookPlace, attachment: model }: AttachStep): unknown {
    const { host, socket } = this.points;
    switch (point.kind) {
      case "interface":
        return this.attachTo(model, hookPlace, "link", host(point.node).interfaces.get(point.name)!.label);
      case "socket":
        return this.attachTo(model, hookPlace, dataStartOf(socket(labelOf(point)).model), labelOf(point));
      case "cgroup":
        return this.attachTo(model, hookPlace, "network", `${point.node}${pathOf(point)}`);
    }
  }

  private toDevice(point: AttachPoint, place: AttachPlace, attachment: unknown): void {
    const side = SIDE_OF_TCX[place];
    if (side === undefined) this.setXdp(point, attachment as Attachment<"xdp">);
    else this.points.tc(point.node).addProgram(this.device(point), side, attachment as TrafficHook["programs"][number]);
  }

  private fromDevice(point: AttachPoint, place: AttachPlace, program: string): void {
    const side = SIDE_OF_TCX[place];
    if (side === undefined) this.setXdp(point, undefined);
    else this.points.tc(point.node).removeProgram(this.device(point), side, program);
  }

  /** A driver changes how it takes frames in, too: programs need it to poll. */
  private setXdp(point: AttachPoint, attachment: Attachment<"xdp"> | undefined): void {
    const { points, world } = this;
    const { node, name } = point;
    const device = this.device(point);
    device.xdp = attachment && new XdpHook(attachment, device, points.host(node), world);
    equipArrival(device, points.interfaceModel(node, name), world);
  }

  private device({ node, name }: AttachPoint): Interface {
    return this.points.host(node).interfaces.get(name)!;
  }

  private groupsOf({ node }: AttachPoint): Host["cgroups"] {
    return this.points.host(node).cgroups;
  }
}

/** Sides of a device by the places of tcx. */
const SIDE_OF_TCX: Partial<Record<AttachPlace, "ingress" | "egress">> = {
  "tcx-ingress": "ingress",
  "tcx-egress": "egress",
};

const labelOf = ({ node, name }: AttachPoint): string => `${node}/${name}`;
const pathOf = ({ name }: AttachPoint): string => `/${name}`;
