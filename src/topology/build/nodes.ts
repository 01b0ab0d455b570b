import type { Hook } from "../../hooks/hook.ts";
import type { AttachmentModel, NodeModel } from "../model.ts";
import type { QdiscPart } from "../parts.ts";
import { parseDuration } from "../quantity/duration.ts";
import { readAttachment } from "./attachment.ts";
import { buildCgroups, cgroupPaths } from "./cgroups.ts";
import type { Drafts, NodeDraft } from "./drafts.ts";
import { buildInterfaces, knowsAddresses } from "./interfaces.ts";
import { buildNetfilter } from "./netfilter.ts";
import { buildSwitch } from "./ovs/switch.ts";
import { buildProcesses } from "./processes.ts";
import type { Programs } from "./programs.ts";
import { buildRoutes } from "./routes.ts";
import { buildSockets } from "./sockets.ts";
import { buildSpecialDevices } from "./special-devices.ts";
import { TcCommands } from "./tc/commands.ts";
import { readTc } from "./tc/tc.ts";

/** br_dev_setup: BR_DEFAULT_AGEING_TIME, 300 seconds. */
const DEFAULT_AGEING = 300e9;
/** IPDEFTTL. */
const DEFAULT_TTL = 64;

/** The finished nodes by name, and who takes commands for the traffic control of hosts later on. All links must have been built, for the interfaces that only they name. */
export function buildNodes(
  drafts: Drafts,
  programs: Programs,
  hooks: readonly Hook[],
  qdiscs: readonly QdiscPart[],
): { nodes: Map<string, NodeModel>; tc: Map<string, TcCommands> } {
  const nodes = new Map<string, NodeModel>();
  const commands = new Map<string, TcCommands>();
  const allInterfaces = buildInterfaces(drafts);
  for (const draft of drafts.nodes.values()) {
    const { name, kind, fields } = draft;
    const interfaces = allInterfaces.get(name)!;
    const { place } = fields;
    if (kind === "host") {
      const cgroups = buildCgroups(fields, programs, hooks);
      const netfilter = buildNetfilter(fields, { interfaces, programs, hooks });
      const scope = { interfaces, programs, hooks, qdiscs };
      const tc = readTc(fields, scope);
      const special = buildSpecialDevices(draft, interfaces, programs, hooks);
      nodes.set(name, {
        kind,
        name,
        place,
        interfaces,
        routes: buildRoutes(fields, interfaces, knowsAddresses(draft, interfaces), programs, hooks),
        forwarding: fields.flag("forwarding") ?? false,
        ttl: fields.number("ttl") ?? DEFAULT_TTL,
        sockets: buildSockets(fields, {
          interfaces,
          knowsAddresses: knowsAddresses(draft, interfaces),
          programs,
          processes: draft.processes,
          cgroups: cgroupPaths(fields),
          hooks: hooks.filter(({ place }) => place === "socket"),
        }),
        processes: buildProcesses(fields, programs),
        tc: tc.models(),
        xdp: buildXdp(draft, programs, hooks),
        ...special,
        ...(cgroups && { cgroups }),
        ...(netfilter && { netfilter }),
      });
      commands.set(name, new TcCommands(tc, scope, fields.context));
    } else if (kind === "ovs") nodes.set(name, buildSwitch(draft, interfaces, { drafts, programs, hooks }));
    else if (kind === "bridge")
      nodes.set(name, {
        kind,
        name,
        place,
        interfaces,
        ageing: fields.parsed("ageing", parseDuration) ?? DEFAULT_AGEING,
      });
  }
  return { nodes, tc: commands };
}

/** Programs of XDP by the names of the interfaces. */
function buildXdp({ interfaces }: NodeDraft, programs: Programs, hooks: readonly Hook[]): Map<string, AttachmentModel> {
  const models = new Map<string, AttachmentModel>();
  for (const { name, fields } of interfaces.values()) {
    const attachment = fields && readAttachment(fields, "xdp", hooks, programs);
    if (attachment !== undefined) models.set(name, attachment);
  }
  return models;
}
