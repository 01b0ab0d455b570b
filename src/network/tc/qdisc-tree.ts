import { TC_ACT } from "../../hooks/tc/verdict.ts";
import { flowHash } from "../../packet/dissect/flow-hash.ts";
import type { Registry } from "../../registry.ts";
import type { QdiscModel } from "../../topology/model.ts";
import type { Interface } from "../interface.ts";
import { segment } from "../offload/segmentation.ts";
import { DeviceQueue } from "../qdisc/device-queue.ts";
import type { Classification, Qdisc, QdiscKind, QdiscSurroundings } from "../qdisc/qdisc.ts";
import { Watchdog } from "../qdisc/watchdog.ts";
import type { World } from "../world.ts";
import type { Filter } from "./filter.ts";
import type { FilterList } from "./filter-list.ts";

/** Bytes of a frame beside its layer-3 packet: the Ethernet header. */
const FRAME_HEADER = 14;
/** txqueuelen of Ethernet devices. */
const QUEUE_LENGTH = 1000;

/** A discipline where it stands. */
export interface QdiscNode {
  model: QdiscModel;
  qdisc: Qdisc;
  /** Absent at the root. */
  readonly above: { readonly node: QdiscNode; readonly classid: number } | undefined;
  /** Its filters by class; 0: the discipline's own. */
  readonly filters: Map<number, FilterList>;
}

/** The disciplines of one device, from the root down. */
export class QdiscTree {
  readonly device: Interface;
  readonly queue: DeviceQueue;
  private readonly kinds: Registry<QdiscKind>;
  private readonly world: World;
  private readonly makeFilters: (models: QdiscModel["filters"]) => FilterList;
  private readonly nodes = new Map<number, QdiscNode>();
  private readonly hashSeed: number;

  constructor(
    device: Interface,
    root: QdiscModel,
    kinds: Registry<QdiscKind>,
    world: World,
    makeFilters: (models: QdiscModel["filters"]) => FilterList,
  ) {
    this.device = device;
    this.kinds = kinds;
    this.world = world;
    this.makeFilters = makeFilters;
    this.hashSeed = world.random("flow hash").uint32();
    this.queue = new DeviceQueue(this.create(root, undefined).qdisc, device, world.simulation);
  }

  /** The discipline with that handle. */
  node(handle: number): QdiscNode | undefined {
    return this.nodes.get(handle);
  }

  get root(): QdiscNode {
    return [...this.nodes.values()].find(({ above }) => above === undefined)!;
  }

  /** All of them, the root first. */
  get all(): readonly QdiscNode[] {
    return [...this.nodes.values()];
  }

  /** Puts another discipline at the root; what waited in the old ones is gone. */
  replaceRoot(model: QdiscModel): void {
    this.queue.qdisc.reset();
    this.nodes.clear();
    this.queue.qdisc = this.create(model, undefined).qdisc;
  }

  /** Puts another discipline into a class, or none. */
  graft(node: QdiscNode, classid: number, model: QdiscModel | undefined): void {
    for (const each of this.all) if (each.above?.node === node && each.above.classid === classid) this.forget(each);
    const made = model && this.create(model, { node, classid });
    node.qdisc.graft?.(classid, made?.qdisc);
  }

  /** Gives a discipline and its classes other options. */
  reconfigure(handle: number, model: QdiscModel): void {
    const node = this.node(handle)!;
    node.model = model;
    node.qdisc.change?.(model.options);
    for (const each of this.all)
      if (each.above?.node === node && !model.children.has(each.above.classid)) this.forget(each);
  }

  /** Gives a discipline, or one of its classes, other filters. */
  setFilters(handle: number, classid: number, filters: readonly Filter[]): void {
    const node = this.node(handle)!;
    const list = node.filters.get(classid);
    if (list === undefined) node.filters.set(classid, this.makeFilters(filters.map(({ model }) => model)));
    else list.set(filters);
  }

  /** Ends what waits. */
  reset(): void {
    this.queue.qdisc.reset();
  }

  private forget(node: QdiscNode): void {
    for (const each of this.all) if (each.above?.node === node) this.forget(each);
    this.nodes.delete(node.model.handle);
  }

  private create(model: QdiscModel, above: QdiscNode["above"]): QdiscNode {
    const filters = new Map<number, FilterList>();
    const node = { model, above, filters } as QdiscNode;
    this.nodes.set(model.handle, node);
    if (model.filters.length > 0) filters.set(0, this.makeFilters(model.filters));
    for (const [classid, own] of model.classFilters) if (own.length > 0) filters.set(classid, this.makeFilters(own));
    node.qdisc = this.kinds.get(model.kind).create(model.options, this.surroundings(node));
    return node;
  }

  private surroundings(node: QdiscNode): QdiscSurroundings {
    const { world, device } = this;
    const { filters } = node;
    const { handle } = node.model;
    const watchdog = new Watchdog(world.simulation, () => this.queue.drain());
    const classification: Classification = { kind: "none", classid: 0 };
    return {
      handle,
      queueLength: QUEUE_LENGTH,
      frameBytes: device.mtu + FRAME_HEADER,
      chance: world.random(`qdisc ${device.label} ${handle}`),
      get bytes() {
        return world.store.bytes;
      },
      now: () => world.simulation.now,
      drop: (skb, reason) => world.ledger.drop(skb, device.label, reason),
      copy: (skb) => world.ledger.copy(skb),
      segment: (skb, emit) => segment(skb, world.ledger, false, emit),
      requeue: (skb) => {
        this.queue.qdisc.enqueue(skb);
      },
      filtered: (classid = 0) => (filters.get(classid)?.size ?? 0) > 0,
      classify: (skb, classid = 0) => {
        const list = filters.get(classid);
        const answer = list === undefined ? TC_ACT.UNSPEC : list.classify(skb);
        classification.classid = list?.classid ?? 0;
        switch (answer) {
          case TC_ACT.UNSPEC:
            classification.kind = "none";
            break;
          case TC_ACT.STOLEN:
          case TC_ACT.QUEUED:
          case TC_ACT.TRAP:
            world.ledger.deliver(skb, device.label, "traffic control");
            classification.kind = "stolen";
            break;
          case TC_ACT.CONSUMED:
            classification.kind = "stolen";
            break;
          case TC_ACT.SHOT:
          case TC_ACT.REDIRECT:
            world.ledger.drop(skb, device.label, list?.problem ?? "QDISC_FILTER");
            classification.kind = "dropped";
            break;
          default:
            classification.kind = "class";
        }
        return classification;
      },
      child: (classid) => {
        const child = node.model.children.get(classid);
        return child && this.create(child, { node, classid }).qdisc;
      },
      reduced: (packets, bytes) => reduce(node, packets, bytes),
      wake: (time) => watchdog.set(time),
      flowHash: (skb, seed) => {
        if (seed === undefined && skb.hash !== 0) return skb.hash;
        return flowHash(world.store.bytes, skb, seed ?? this.hashSeed);
      },
    };
  }
}

/** Tells those above a discipline of packets that are gone (qdisc_tree_reduce_backlog). */
function reduce(from: QdiscNode, packets: number, bytes: number): void {
  if (packets === 0 && bytes === 0) return;
  for (let node = from; node.above !== undefined; node = node.above.node) {
    const { qdisc: above } = node.above.node;
    if (node.qdisc.length === 0) above.emptied?.(node.above.classid);
    above.length -= packets;
    above.backlog -= bytes;
    above.counts.dropped += Math.max(packets, 0);
  }
}
