import type { HookPlace } from "../../hooks/hook.ts";
import type { Attach } from "../../programs/attachment.ts";
import type { Registry } from "../../registry.ts";
import type {
  QdiscModel,
  TcActionModel,
  TcBlocks,
  TcChange,
  TcFilterModel,
  TcModel,
  TcSideModel,
} from "../../topology/model.ts";
import type { Host } from "../host.ts";
import type { Interface } from "../interface.ts";
import type { QdiscKind } from "../qdisc/qdisc.ts";
import type { World } from "../world.ts";
import { type ActionOrigin, BpfAction, type FilterAction, FixedAction, MirredAction } from "./action.ts";
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
  private readonly made = new Map<TcFilterModel, Filter>();
  private readonly actions = new Map<TcActionModel, FilterAction>();

  constructor(host: Host, attach: Attach, kinds: Registry<QdiscKind>, world: World) {
    this.host = host;
    this.attach = attach;
    this.kinds = kinds;
    this.world = world;
  }

  /** Attaches the programs of filters that changes will bring, so that they are checked before the first packet moves. */
  prepare({ device: name, ...change }: TcChange): void {
    const device = this.host.interfaces.get(name)!;
    if (change.kind === "filters") this.make(device, change.filters, placeName(change.where));
    else if (change.kind !== "hook" && change.qdisc !== undefined)
      for (const filters of filtersOf(change.qdisc)) this.make(device, filters, "qdisc");
  }

  /** Does what a step says. */
  change({ device: name, ...change }: TcChange): void {
    const device = this.host.interfaces.get(name)!;
    switch (change.kind) {
      case "root":
        this.replaceRoot(device, change.qdisc);
        return;
      case "graft":
        device.tree!.graft(device.tree!.node(change.handle)!, change.classid, change.qdisc);
        return;
      case "options":
        device.tree!.reconfigure(change.handle, change.qdisc);
        return;
      case "hook":
        device.hook = change.hook;
        device.blocks = change.blocks;
        return;
      case "filters":
        this.setFilters(device, change.where, change.filters);
    }
  }

  /** Attaches a program of tcx behind the others (bpf_mprog_attach). */
  addProgram(device: Interface, side: "ingress" | "egress", program: TrafficHook["programs"][number]): void {
    device[side] ??= this.hook(device, side, [], []);
    device[side].programs = [...device[side].programs, program];
  }

  /** Takes the program of tcx of that name away. */
  removeProgram(device: Interface, side: "ingress" | "egress", name: string): void {
    const hook = device[side]!;
    hook.programs = hook.programs.filter(({ slot }) => slot.name !== name);
  }

  install(device: Interface, model: TcModel): void {
    device.ingress = this.side(device, "ingress", model.ingress);
    device.egress = this.side(device, "egress", model.egress);
    device.hook = model.hook;
    device.blocks = blocksOf(model);
    this.replaceRoot(device, model.qdisc);
  }

  private replaceRoot(device: Interface, model: QdiscModel | undefined): void {
    if (model === undefined) {
      device.tree?.reset();
      device.tree = undefined;
      device.queue = undefined;
      return;
    }
    if (device.tree !== undefined) {
      device.tree.replaceRoot(model);
      return;
    }
    device.tree = new QdiscTree(device, model, this.kinds, this.world, (models) =>
      this.filters(device, models, "qdisc"),
    );
    device.queue = device.tree.queue;
  }

  private setFilters(
    device: Interface,
    where: (TcChange & { kind: "filters" })["where"],
    models: readonly TcFilterModel[],
  ): void {
    const filters = this.make(device, models, placeName(where));
    if (typeof where === "object") {
      device.tree!.setFilters(where.handle, where.classid, filters);
      return;
    }
    device[where] ??= this.hook(device, where, [], []);
    device[where].filters.set(filters);
  }

  private side(device: Interface, side: "ingress" | "egress", model: TcSideModel): TrafficHook | undefined {
    if (model.programs.length === 0 && model.filters.length === 0) return undefined;
    const programs = model.programs.flatMap(
      (program) => this.attach(program, `tcx-${side}`, "link", device.label) ?? [],
    );
    return this.hook(device, side, programs, model.filters);
  }

  private hook(
    device: Interface,
    side: "ingress" | "egress",
    programs: ConstructorParameters<typeof TrafficHook>[1],
    filters: readonly TcFilterModel[],
  ): TrafficHook {
    return new TrafficHook(side, programs, this.filters(device, filters, side), device, this.host, this.world);
  }

  private filters(device: Interface, models: readonly TcFilterModel[], where: string): FilterList {
    return new FilterList(this.make(device, models, where), this.host);
  }

  /** The filters that models stand for; one that was made before stays what it is, with its programs and counts. */
  private make(device: Interface, models: readonly TcFilterModel[], where: string): Filter[] {
    const label = `${device.label} ${where}`;
    return models.map((model) => {
      const known = this.made.get(model);
      if (known !== undefined) return known;
      const attachment = this.attached(model.attachment, "tc-filter", label);
      const actions = model.actions.flatMap((action) => this.action(action, label) ?? []);
      const filter = new Filter(model, attachment, actions, label, this.world);
      this.made.set(model, filter);
      return filter;
    });
  }

  /** The action that a model stands for, which several filters may have. */
  private action(model: TcActionModel, label: string): FilterAction | undefined {
    const known = this.actions.get(model);
    if (known !== undefined) {
      known.bound++;
      return known;
    }
    const made = this.makeAction(model, label);
    if (made !== undefined) this.actions.set(model, made);
    return made;
  }

  private makeAction(model: TcActionModel, label: string): FilterAction | undefined {
    switch (model.kind) {
      case "program": {
        const attachment = this.attached(model.attachment, "tc-action", label);
        return attachment && new BpfAction(attachment, model.answer, this.origin(model));
      }
      case "answer":
        return new FixedAction(model.answer, this.origin(model));
      case "send": {
        const device = model.device === "lo" ? this.host.loopback.device : this.host.interfaces.get(model.device)!;
        return new MirredAction(device.index, model.ingress, model.mirrors, model.answer, this.origin(model));
      }
    }
  }

  private origin(model: TcActionModel): ActionOrigin {
    return { model, simulation: this.world.simulation };
  }

  private attached<P extends HookPlace>(model: Parameters<Attach>[0] | undefined, place: P, label: string) {
    return model && this.attach(model, place, "link", label);
  }
}

const blocksOf = ({ ingress, egress }: TcModel): TcBlocks => ({
  ...(ingress.block !== undefined && { ingress: ingress.block }),
  ...(egress.block !== undefined && { egress: egress.block }),
});

const placeName = (where: (TcChange & { kind: "filters" })["where"]): string =>
  typeof where === "string" ? where : "qdisc";

/** The filters of a discipline, its classes and those below it. */
function filtersOf({ filters, classFilters, children }: QdiscModel): (readonly TcFilterModel[])[] {
  return [filters, ...classFilters.values(), ...[...children.values()].flatMap(filtersOf)];
}
