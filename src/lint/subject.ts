import type { Hook } from "../hooks/hook.ts";
import type { ProgramTable } from "../programs/program-table.ts";
import type { Registry } from "../registry.ts";
import type {
  AttachmentModel,
  HostModel,
  QdiscModel,
  TcFilterModel,
  TcSideModel,
  Topology,
} from "../topology/model.ts";
import { returnedConstants } from "./returned-constants.ts";
import type { ProgramUse, QdiscUse, Subject } from "./rule.ts";

/** What rules look at in a topology. @param programs as they were loaded. */
export function subjectOf(topology: Topology, programs: ProgramTable, hooks: Registry<Hook>): Subject {
  const uses: ProgramUse[] = [];
  const qdiscs: QdiscUse[] = [];
  const use = (attachment: AttachmentModel, more: Partial<ProgramUse> = {}) => {
    const { loaded } = programs.get(attachment.program);
    const { program, place } = attachment;
    const hook = hooks.get(attachment.hook);
    uses.push({ program, loaded, hook, place, returns: returnedConstants(loaded), hasNext: false, ...more });
  };
  const filters = (list: readonly TcFilterModel[], qdisc?: QdiscModel) => {
    const sorted = [...list].sort((a, b) => a.priority - b.priority);
    for (const [i, filter] of sorted.entries()) {
      const more = { filter, hasNext: i < sorted.length - 1, ...(qdisc && { qdisc }) };
      if (filter.attachment !== undefined) use(filter.attachment, more);
      for (const action of filter.actions) if (action.kind === "program") use(action.attachment, more);
    }
  };
  const side = ({ programs: first, filters: list }: TcSideModel) => {
    for (const [i, attachment] of first.entries())
      use(attachment, { hasNext: i < first.length - 1 || list.length > 0 });
    filters(list);
  };
  const queue = (device: string, qdisc: QdiscModel) => {
    qdiscs.push({ device, qdisc });
    filters(qdisc.filters, qdisc);
    for (const list of qdisc.classFilters.values()) filters(list, qdisc);
    for (const child of qdisc.children.values()) queue(device, child);
  };
  for (const node of topology.nodes.values()) {
    if (node.kind !== "host") continue;
    const { sockets, tc, name } = node as HostModel;
    for (const { attachments } of sockets.values()) for (const attachment of attachments) use(attachment);
    for (const [device, { ingress, egress, qdisc }] of tc) {
      side(ingress);
      side(egress);
      if (qdisc !== undefined) queue(`${name}:${device}`, qdisc);
    }
  }
  return { uses, qdiscs };
}
