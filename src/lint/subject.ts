import type { Hook } from "../hooks/hook.ts";
import { SEES_FRAMES } from "../hooks/places.ts";
import { entryAttachment } from "../programs/entry-programs.ts";
import type { ProgramTable } from "../programs/program-table.ts";
import type { Registry } from "../registry.ts";
import type {
  AttachmentModel,
  HostModel,
  MapModel,
  NodeModel,
  QdiscModel,
  SwitchModel,
  TcFilterModel,
  TcSideModel,
  Topology,
} from "../topology/model.ts";
import { MapUses } from "./map-uses.ts";
import { flowTables } from "./ovs/flow-tables.ts";
import { policiesOf } from "./policies.ts";
import { factsOf } from "./program/program-facts.ts";
import type { ProgramUse, QdiscUse, Subject } from "./rule.ts";

/** What rules look at in a topology. @param programs as they were loaded. */
export function subjectOf(topology: Topology, programs: ProgramTable, hooks: Registry<Hook>): Subject {
  const collector = new Collector(programs, hooks);
  for (const node of topology.nodes.values()) collector.node(node);
  for (const map of topology.maps.values()) collector.map(map);
  for (const step of topology.steps) if (step.kind === "attach") collector.use(step.attachment);
  const maps = new MapUses(topology);
  for (const { loaded, mapCalls, place } of collector.uses) maps.add(loaded, mapCalls, place);
  for (const entry of topology.tracing) {
    if (entry.kind !== "program") continue;
    const { loaded } = programs.get(entry.program);
    maps.add(loaded, factsOf(loaded, undefined).mapCalls, entry.place);
  }
  const switches = [...topology.nodes.values()].filter((node): node is SwitchModel => node.kind === "ovs");
  return {
    file: topology.file,
    uses: collector.uses,
    qdiscs: collector.qdiscs,
    switches: switches.map(flowTables),
    policies: policiesOf(topology),
    maps: maps.all,
  };
}

/** Where structures of programs have the packet's address: xdp_md and __sk_buff. */
const DATA_OF_XDP_MD = 0;
const DATA_OF_SK_BUFF = 76;

/** Collects the places of programs, node by node. */
class Collector {
  readonly uses: ProgramUse[] = [];
  readonly qdiscs: QdiscUse[] = [];
  private readonly programs: ProgramTable;
  private readonly hooks: Registry<Hook>;

  constructor(programs: ProgramTable, hooks: Registry<Hook>) {
    this.programs = programs;
    this.hooks = hooks;
  }

  node(node: NodeModel): void {
    if (node.kind === "host") this.host(node);
    if (node.kind !== "ovs") return;
    for (const attachment of [node.parser, ...node.flowHit.values(), node.flowMiss])
      if (attachment !== undefined) this.use(attachment);
  }

  map(map: MapModel): void {
    this.list(map.contents.flatMap((entry) => (entry.program === undefined ? [] : entryAttachment(map, entry))));
  }

  private host({ name, sockets, tc, xdp, teams, ppp, cgroups = [], netfilter, routes }: HostModel): void {
    for (const { attachments } of sockets.values()) this.list(attachments);
    this.list([...xdp.values()]);
    for (const { hash } of teams?.values() ?? []) this.list([hash]);
    for (const { pass, active } of ppp?.values() ?? []) this.list([pass, active]);
    for (const { ingress, egress } of cgroups) this.list([...ingress, ...egress]);
    for (const chains of netfilter === undefined ? [] : [netfilter[4], netfilter[6]])
      for (const rules of Object.values(chains)) this.list(rules.map(({ match }) => match));
    for (const { encap } of routes) this.list(Object.values(encap ?? {}));
    for (const [device, { ingress, egress, qdisc }] of tc) {
      this.side(ingress);
      this.side(egress);
      if (qdisc !== undefined) this.queue(`${name}:${device}`, qdisc);
    }
  }

  private list(attachments: readonly (AttachmentModel | undefined)[]): void {
    for (const attachment of attachments) if (attachment !== undefined) this.use(attachment);
  }

  use(attachment: AttachmentModel, more: Partial<ProgramUse> = {}): void {
    const { loaded } = this.programs.get(attachment.program);
    const { program, place } = attachment;
    const hook = this.hooks.get(attachment.hook);
    const facts = factsOf(loaded, SEES_FRAMES.includes(hook.place) ? DATA_OF_XDP_MD : DATA_OF_SK_BUFF);
    this.uses.push({ ...facts, program, loaded, hook, place, hasNext: false, ...more });
  }

  private filters(list: readonly TcFilterModel[], qdisc?: QdiscModel): void {
    const sorted = [...list].sort((a, b) => a.priority - b.priority);
    for (const [i, filter] of sorted.entries()) {
      const more = { filter, hasNext: i < sorted.length - 1, ...(qdisc && { qdisc }) };
      if (filter.attachment !== undefined) this.use(filter.attachment, more);
      for (const action of filter.actions) if (action.kind === "program") this.use(action.attachment, more);
    }
  }

  private side({ programs: first, filters: list }: TcSideModel): void {
    for (const [i, attachment] of first.entries())
      this.use(attachment, { hasNext: i < first.length - 1 || list.length > 0 });
    this.filters(list);
  }

  private queue(device: string, qdisc: QdiscModel): void {
    this.qdiscs.push({ device, qdisc });
    this.filters(qdisc.filters, qdisc);
    for (const list of qdisc.classFilters.values()) this.filters(list, qdisc);
    for (const child of qdisc.children.values()) this.queue(device, child);
  }
}
