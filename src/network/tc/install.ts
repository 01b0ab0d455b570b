import type { HookPlace } from "../../hooks/hook.ts";
import type { Attach } from "../../programs/attachment.ts";
import type { Registry } from "../../registry.ts";
import type { TcActionModel, TcFilterModel, TcModel, TcSideModel } from "../../topology/model.ts";
import type { Host } from "../host.ts";
import type { Interface } from "../interface.ts";
import type { QdiscKind } from "../qdisc/qdisc.ts";
import type { World } from "../world.ts";
import { BpfAction, type FilterAction, FixedAction, MirredAction } from "./action.ts";
import { Filter } from "./filter.ts";
import { FilterList } from "./filter-list.ts";
import { QdiscTree } from "./qdisc-tree.ts";
import { TrafficHook } from "./traffic-control.ts";

/** Puts traffic control on the devices of a host. */
export class TcInstaller {
  private readonly host: Host;
  private readonly attach: Attach;
  private readonly kinds: Registry<QdiscKind>;
  private readonly world: World;

  constructor(host: Host, attach: Attach, kinds: Registry<QdiscKind>, world: World) {
    this.host = host;
    this.attach = attach;
    this.kinds = kinds;
    this.world = world;
  }

  install(device: Interface, model: TcModel): void {
    device.ingress = this.side(device, "ingress", model.ingress);
    device.egress = this.side(device, "egress", model.egress);
    if (model.qdisc === undefined) return;
    const tree = new QdiscTree(device, model.qdisc, this.kinds, this.world, (models) =>
      this.filters(device, models, "qdisc"),
    );
    device.queue = tree.queue;
    device.tree = tree;
  }

  private side(device: Interface, side: "ingress" | "egress", model: TcSideModel): TrafficHook | undefined {
    if (model.programs.length === 0 && model.filters.length === 0) return undefined;
    const programs = model.programs.flatMap(
      (program) => this.attach(program, `tcx-${side}`, "link", device.label) ?? [],
    );
    return new TrafficHook(side, programs, this.filters(device, model.filters, side), device, this.host, this.world);
  }

  private filters(device: Interface, models: readonly TcFilterModel[], where: string): FilterList {
    const label = `${device.label} ${where}`;
    const filters = models.map((model) => {
      const attachment = this.attached(model.attachment, "tc-filter", label);
      const actions = model.actions.flatMap((action) => this.action(action, label) ?? []);
      return new Filter(model, attachment, actions, label, this.world);
    });
    return new FilterList(filters, this.host);
  }

  private action(model: TcActionModel, label: string): FilterAction | undefined {
    switch (model.kind) {
      case "program": {
        const attachment = this.attached(model.attachment, "tc-action", label);
        return attachment && new BpfAction(attachment, model.answer);
      }
      case "answer":
        return new FixedAction(model.answer);
      case "send": {
        const device = model.device === "lo" ? this.host.loopback.device : this.host.interfaces.get(model.device)!;
        return new MirredAction(device.index, model.ingress, model.mirrors);
      }
    }
  }

  private attached<P extends HookPlace>(model: Parameters<Attach>[0] | undefined, place: P, label: string) {
    return model && this.attach(model, place, "link", label);
  }
}
