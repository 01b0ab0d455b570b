import type { LoadedProgram } from "../../../programs/language.ts";
import type { QdiscResult } from "../../../run/result.ts";
import type { QdiscModel, TcChange, TcFilterModel, TcModel, Topology } from "../../../topology/model.ts";
import { formatClassid } from "../../../topology/quantity/classid.ts";
import type { Kernel } from "../../kernel.ts";
import { RouteSocket } from "../../netlink/route-socket.ts";
import type { Codes } from "../codes.ts";
import type { LabNetwork } from "../lab-network.ts";
import type { SkippedAtNode } from "../skipped.ts";
import { countQdisc } from "./counts.ts";
import { LabFilters } from "./lab-filters.ts";
import { changeLines, LAB_QDISCS, qdiscLines } from "./qdisc-lines.ts";
import { descendants, filtersOf, findQdisc, grafted, withOptions } from "./qdisc-tree.ts";
import { SIDE, type TcPlace } from "./tc-place.ts";
import { TcxPrograms } from "./tcx-programs.ts";

const LOOPBACK_INDEX = 1;
const SCHED_CLS = 3;

/** A device with traffic control, and what stands there now. */
interface Place extends TcPlace {
  qdisc?: QdiscModel | undefined;
  hasClsact: boolean;
  /** Its queues are left out, with all that steps do to them. */
  hasNoQueues: boolean;
}

/** A topology's traffic control in the kernel. */
export class LabTc {
  readonly skipped: SkippedAtNode[] = [];
  private readonly kernel: Kernel;
  private readonly codes: Codes;
  private readonly topology: Topology;
  private readonly network: LabNetwork;
  private readonly places = new Map<string, Place>();
  private readonly filters: LabFilters;
  /** Filters of steps that this kernel lacks something for. */
  private readonly lacking = new Set<TcFilterModel>();
  private readonly tcx: TcxPrograms;

  /** Throws a NetsimError where the kernel refuses a program. */
  constructor(kernel: Kernel, topology: Topology, network: LabNetwork, codes: Codes) {
    this.kernel = kernel;
    this.topology = topology;
    this.network = network;
    this.codes = codes;
    this.tcx = new TcxPrograms(kernel);
    this.filters = new LabFilters(codes, (host, device) => this.indexOf(host, device));
    for (const node of topology.nodes.values())
      if (node.kind === "host")
        for (const [device, model] of node.tc) this.install(this.place(node.name, device), model);
    for (const step of topology.steps)
      if (step.kind === "tc") for (const change of step.changes) this.prepare(step.node, change);
  }

  /** What a device's root qdisc counted; undefined where it has none of the topology's. */
  countsOf(host: string, device: string): QdiscResult | undefined {
    const place = this.places.get(`${host}:${device}`);
    return place?.qdisc && countQdisc(place.socket, place.index);
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    this.filters.replace(name, loaded);
    if (this.tcx.has(name)) this.tcx.replace(name, this.codes.descriptor(loaded, SCHED_CLS));
  }

  /** Attaches a program of tcx behind those that are there. */
  attach(host: string, device: string, side: "ingress" | "egress", program: string): void {
    const { namespace, index } = this.place(host, device);
    this.tcx.attach(namespace, program, side, index, this.codes.descriptorOf(program, SCHED_CLS));
  }

  detach(host: string, device: string, side: "ingress" | "egress", program: string): void {
    const { namespace, index } = this.place(host, device);
    this.tcx.detach(namespace, program, side, index);
  }

  /** Does what a step says. */
  change(host: string, change: TcChange): void {
    const place = this.place(host, change.device);
    if (place.hasNoQueues && isOfQueues(change)) return;
    switch (change.kind) {
      case "root":
        if (place.qdisc !== undefined) this.remove(place, place.qdisc, "root");
        if (change.qdisc !== undefined) this.put(place, change.qdisc, "root");
        place.qdisc = change.qdisc;
        return;
      case "graft": {
        const { handle, classid, qdisc } = change;
        const there = findQdisc(place.qdisc!, handle)!.model.children.get(classid);
        const seat = `parent ${formatClassid(classid)}`;
        if (there !== undefined) this.remove(place, there, seat);
        if (qdisc !== undefined) this.put(place, qdisc, seat);
        place.qdisc = grafted(place.qdisc!, handle, classid, qdisc);
        return;
      }
      case "options": {
        const { model, seat } = findQdisc(place.qdisc!, change.handle)!;
        place.namespace.batch("tc", changeLines(place.device, model, change.qdisc, seat));
        place.qdisc = withOptions(place.qdisc!, change.handle, change.qdisc);
        return;
      }
      case "hook":
        // The lab puts clsact where filters are, and a side's filters there, shared or not.
        return;
      case "filters": {
        const { where } = change;
        const models = change.filters.filter((model) => !this.lacking.has(model));
        const parent = typeof where === "string" ? SIDE[where] : where.classid || where.handle;
        this.filters.set(place, parent, models);
      }
    }
  }

  close(): void {
    this.tcx.close();
    for (const { socket } of this.places.values()) socket.close();
  }

  private place(host: string, device: string): Place {
    const label = `${host}:${device}`;
    const known = this.places.get(label);
    if (known !== undefined) return known;
    const namespace = this.network.namespaces.get(host)!;
    const index = this.indexOf(host, device);
    const socket = new RouteSocket(this.kernel.libc, namespace);
    const place: Place = { host, device, index, namespace, socket, hasClsact: false, hasNoQueues: false };
    this.places.set(label, place);
    return place;
  }

  private indexOf(host: string, device: string): number {
    return device === "lo" ? LOOPBACK_INDEX : this.topology.nodes.get(host)!.interfaces.get(device)!.index;
  }

  private install(place: Place, { ingress, egress, qdisc }: TcModel): void {
    if (ingress.filters.length + egress.filters.length > 0) this.needClsact(place);
    for (const [side, { programs, filters }] of [["ingress", ingress] as const, ["egress", egress] as const]) {
      for (const { program } of programs)
        this.tcx.attach(place.namespace, program, side, place.index, this.codes.descriptorOf(program, SCHED_CLS));
      this.addFilters(place, SIDE[side], filters, side);
    }
    if (qdisc === undefined || this.leavesOut(place, qdisc)) return;
    this.put(place, qdisc, "root");
    place.qdisc = qdisc;
  }

  /** Names what this kernel, or the lab, lacks for a step before anything moves, and has its programs loaded. */
  private prepare(host: string, change: TcChange): void {
    const place = this.place(host, change.device);
    if (place.hasNoQueues && isOfQueues(change)) return;
    let models: readonly TcFilterModel[] = [];
    if (change.kind === "filters") models = change.filters;
    else if (change.kind !== "hook" && change.qdisc !== undefined) {
      if (this.leavesOut(place, change.qdisc)) return;
      models = [change.qdisc, ...descendants(change.qdisc)].flatMap((one) => filtersOf(one).flatMap((it) => it.models));
    }
    if (models.length > 0) this.needClsact(place);
    for (const model of models) {
      if (this.lacking.has(model)) continue;
      const why = this.filters.lackFor(place, model);
      if (why === undefined) continue;
      this.lacking.add(model);
      this.leaveOut(host, `filter at line ${model.place.line} (${host}:${place.device})`, why);
    }
  }

  private needClsact(place: Place): void {
    if (!place.hasClsact) place.namespace.batch("tc", [`qdisc add dev ${place.device} clsact`]);
    place.hasClsact = true;
  }

  /** True, and told, where the lab cannot make a discipline or one inside it. */
  private leavesOut(place: Place, qdisc: QdiscModel): boolean {
    const unknown = [qdisc, ...descendants(qdisc)].find(({ kind }) => !LAB_QDISCS.includes(kind));
    if (unknown === undefined) return false;
    place.hasNoQueues = true;
    this.leaveOut(place.host, `qdisc of ${place.host}:${place.device}`, `the lab makes no ${unknown.kind}`);
    return true;
  }

  /** @param seat `root`, or `parent` and a class. */
  private put(place: Place, qdisc: QdiscModel, seat: string): void {
    place.namespace.batch("tc", qdiscLines(place.device, qdisc, seat));
    for (const one of [qdisc, ...descendants(qdisc)])
      for (const { parent, models } of filtersOf(one)) this.addFilters(place, parent, models, "qdisc");
  }

  private remove(place: Place, qdisc: QdiscModel, seat: string): void {
    place.namespace.batch("tc", [`qdisc del dev ${place.device} ${seat}`]);
    this.filters.forget(
      place,
      [qdisc, ...descendants(qdisc)].map(({ handle }) => handle),
    );
  }

  private addFilters(place: Place, parent: number, models: readonly TcFilterModel[], where: string): void {
    for (const model of models) {
      if (this.lacking.has(model)) continue;
      const why = this.filters.add(place, parent, model);
      if (why === undefined) continue;
      this.lacking.add(model);
      this.leaveOut(place.host, `filter at line ${model.place.line} (${place.host}:${place.device} ${where})`, why);
    }
  }

  private leaveOut(node: string, what: string, why: string): void {
    this.skipped.push({ what, why, node });
  }
}

/** The change is about queues, not about the sides of a device. */
const isOfQueues = (change: TcChange): boolean =>
  change.kind === "filters" ? typeof change.where === "object" : change.kind !== "hook";
