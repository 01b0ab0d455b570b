import { fail } from "../../../errors.ts";
import type { LoadedProgram } from "../../../programs/language.ts";
import type { QdiscResult } from "../../../run/result.ts";
import type { QdiscModel, TcActionModel, TcFilterModel, TcModel, Topology } from "../../../topology/model.ts";
import type { Kernel } from "../../kernel.ts";
import type { Answer } from "../../netlink/route-socket.ts";
import { RouteSocket } from "../../netlink/route-socket.ts";
import type { Codes } from "../codes.ts";
import type { LabNetwork } from "../lab-network.ts";
import type { SkippedAtNode } from "../skipped.ts";
import type { LabAction } from "./actions.ts";
import { countQdisc } from "./counts.ts";
import { type LabFilter, putFilter } from "./filters.ts";
import { LAB_QDISCS, qdiscLines } from "./qdisc-lines.ts";
import { TcxPrograms } from "./tcx-programs.ts";

/** TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS) and the same of egress. */
const SIDE = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;
const [ENOENT, EOPNOTSUPP] = [2, 95];
const LOOPBACK_INDEX = 1;

const [SCHED_CLS, SCHED_ACT] = [3, 4];

/** A device with traffic control. */
interface Place {
  readonly host: string;
  readonly device: string;
  readonly index: number;
  readonly socket: RouteSocket;
}

/** A filter that is there, and what it was made of. */
interface Installed {
  readonly place: Place;
  readonly filter: LabFilter;
  readonly model: TcFilterModel;
}

/** A topology's traffic control in the kernel. */
export class LabTc {
  readonly skipped: SkippedAtNode[] = [];
  private readonly kernel: Kernel;
  private readonly codes: Codes;
  private readonly topology: Topology;
  private readonly network: LabNetwork;
  private readonly places: Place[] = [];
  private readonly installed: Installed[] = [];
  private readonly tcx: TcxPrograms;

  /** Throws a NetsimError where the kernel refuses a program. */
  constructor(kernel: Kernel, topology: Topology, network: LabNetwork, codes: Codes) {
    this.kernel = kernel;
    this.topology = topology;
    this.network = network;
    this.codes = codes;
    this.tcx = new TcxPrograms(kernel);
    for (const node of topology.nodes.values())
      if (node.kind === "host")
        for (const [device, model] of node.tc) this.install(this.place(node.name, device), model);
  }

  /** What a device's root qdisc counted; undefined where it has none of the topology's. */
  countsOf(host: string, device: string): QdiscResult | undefined {
    const place = this.places.find((one) => one.host === host && one.device === device);
    return place && countQdisc(place.socket, place.index);
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const { place, filter, model } of this.installed) {
      const used = [model.attachment, ...model.actions.map((action) => "attachment" in action && action.attachment)];
      if (!used.some((one) => one && one.program === name)) continue;
      const code = model.attachment?.program === name ? this.codes.code(loaded, SCHED_CLS) : filter.code;
      const actions = model.actions.map((action, i) =>
        action.kind === "program" && action.attachment.program === name
          ? { ...filter.actions[i]!, code: this.codes.code(loaded, SCHED_ACT) }
          : filter.actions[i]!,
      );
      const changed = { ...filter, actions: actions as readonly LabAction[], ...(code && { code }) };
      succeed(putFilter(place.socket, changed, true), `a filter with program '${name}'`);
    }
    if (this.tcx.has(name)) this.tcx.replace(name, this.codes.descriptor(loaded, SCHED_CLS));
  }

  close(): void {
    this.tcx.close();
    for (const { socket } of this.places) socket.close();
  }

  private place(host: string, device: string): Place {
    const namespace = this.network.namespaces.get(host)!;
    const place = {
      host,
      device,
      index: this.indexOf(host, device),
      socket: new RouteSocket(this.kernel.libc, namespace),
    };
    this.places.push(place);
    return place;
  }

  private indexOf(host: string, device: string): number {
    return device === "lo" ? LOOPBACK_INDEX : this.topology.nodes.get(host)!.interfaces.get(device)!.index;
  }

  private install(place: Place, { ingress, egress, qdisc }: TcModel): void {
    const { host, device } = place;
    const namespace = this.network.namespaces.get(host)!;
    if (ingress.filters.length + egress.filters.length > 0) namespace.batch("tc", [`qdisc add dev ${device} clsact`]);
    for (const [side, { programs, filters }] of [["ingress", ingress] as const, ["egress", egress] as const]) {
      for (const { program } of programs)
        this.tcx.attach(namespace, program, side, place.index, this.codes.descriptorOf(program, SCHED_CLS));
      this.installFilters(place, SIDE[side], filters, side);
    }
    if (qdisc === undefined) return;
    const unknown = kindsOf(qdisc).find((kind) => !LAB_QDISCS.includes(kind));
    if (unknown !== undefined) {
      this.leaveOut(host, `qdisc of ${host}:${device}`, `the lab makes no ${unknown}`);
      return;
    }
    namespace.batch("tc", qdiscLines(device, qdisc));
    this.installFilters(place, qdisc.handle, qdisc.filters, "qdisc");
    for (const child of descendants(qdisc)) this.installFilters(place, child.handle, child.filters, "qdisc");
  }

  private installFilters(place: Place, parent: number, models: readonly TcFilterModel[], where: string): void {
    for (const [i, model] of models.entries()) {
      const { priority, protocol, chain, classid, directAction, attachment } = model;
      const filter: LabFilter = {
        device: place.index,
        parent,
        priority,
        protocol,
        chain,
        handle: i + 1,
        classid,
        directAction,
        actions: model.actions.map((action) => this.action(place.host, action)),
        ...(attachment && { code: this.codes.codeOf(attachment.program, SCHED_CLS) }),
      };
      const answer = putFilter(place.socket, filter);
      const what = `filter at line ${model.place.line} (${place.host}:${place.device} ${where})`;
      const kinds = [...new Set(filter.actions.map(({ kind }) => `act_${kind}`))].join(" or ");
      // What the kernel says of a filter or an action whose code it does not have.
      if (filter.actions.length > 0 && (answer.errno === ENOENT || answer.errno === EOPNOTSUPP))
        this.leaveOut(place.host, what, `this kernel has no ${kinds}`);
      else {
        succeed(answer, `the ${what}`);
        this.installed.push({ place, filter, model });
      }
    }
  }

  private action(host: string, model: TcActionModel): LabAction {
    switch (model.kind) {
      case "program":
        return { kind: "bpf", code: this.codes.codeOf(model.attachment.program, SCHED_ACT), answer: model.answer };
      case "answer":
        return { kind: "gact", answer: model.answer };
      case "send": {
        const { device, ingress, mirrors } = model;
        return { kind: "mirred", index: this.indexOf(host, device), ingress, mirrors };
      }
    }
  }

  private leaveOut(node: string, what: string, why: string): void {
    this.skipped.push({ what, why, node });
  }
}

function kindsOf(qdisc: QdiscModel): string[] {
  return [qdisc, ...descendants(qdisc)].map(({ kind }) => kind);
}

function descendants({ children }: QdiscModel): QdiscModel[] {
  return [...children.values()].flatMap((child) => [child, ...descendants(child)]);
}

function succeed({ errno, message }: Answer, what: string): void {
  if (errno !== 0)
    fail("program-rejected", `Linux refuses ${what} with errno ${errno}${message === "" ? "" : `: ${message}`}.`);
}
