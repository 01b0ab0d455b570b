import type { HookPlace } from "../../hooks/hook.ts";
import { TC_ACT } from "../../hooks/tc/verdict.ts";
import type { Attach } from "../../programs/attachment.ts";
import type { Registry } from "../../registry.ts";
import type { QdiscModel, TcActionModel, TcFilterModel, TcModel, TcSideModel } from "../../topology/model.ts";
import type { Host } from "../host.ts";
import type { Interface } from "../interface.ts";
import { DeviceQueue } from "../qdisc/device-queue.ts";
import type { Classification, Qdisc, QdiscKind } from "../qdisc/qdisc.ts";
import type { World } from "../world.ts";
import { BpfAction, type FilterAction, FixedAction, MirredAction } from "./action.ts";
import { Filter } from "./filter.ts";
import { FilterList } from "./filter-list.ts";
import { TrafficHook } from "./traffic-control.ts";

/** Bytes of a frame beside its layer-3 packet: the Ethernet header. */
const FRAME_HEADER = 14;
/** txqueuelen of Ethernet devices. */
const QUEUE_LENGTH = 1000;

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
    const qdisc = this.qdisc(device, model.qdisc);
    device.queue = new DeviceQueue(model.qdisc.kind, model.qdisc.handle, qdisc, device, this.world.simulation);
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

  private qdisc(device: Interface, model: QdiscModel): Qdisc {
    const { world } = this;
    const filters = this.filters(device, model.filters, "qdisc");
    const classification: Classification = { kind: "none", classid: 0 };
    return this.kinds.get(model.kind).create(model.options, {
      handle: model.handle,
      queueLength: QUEUE_LENGTH,
      frameBytes: device.mtu + FRAME_HEADER,
      chance: world.random(`qdisc ${device.label} ${model.handle}`),
      now: () => world.simulation.now,
      drop: (skb, reason) => world.ledger.drop(skb, device.label, reason),
      classify: (skb) => {
        const answer = filters.classify(skb);
        classification.kind = "ended";
        classification.classid = filters.classid;
        switch (answer) {
          case TC_ACT.UNSPEC:
            classification.kind = "none";
            break;
          case TC_ACT.STOLEN:
          case TC_ACT.QUEUED:
          case TC_ACT.TRAP:
            world.ledger.deliver(skb, device.label, "traffic control");
            break;
          case TC_ACT.CONSUMED:
            break;
          case TC_ACT.SHOT:
          case TC_ACT.REDIRECT:
            world.ledger.drop(skb, device.label, filters.problem ?? "QDISC_FILTER");
            break;
          default:
            classification.kind = "class";
        }
        return classification;
      },
      child: (classid) => {
        const child = model.children.get(classid);
        return child && this.qdisc(device, child);
      },
    });
  }
}
