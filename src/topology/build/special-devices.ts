import type { Hook } from "../../hooks/hook.ts";
import { namesHint } from "../check/hints.ts";
import type { HostModel, InterfaceModel, PppModel, TeamModel, TunnelDeviceModel } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import { readAttachment } from "./attachment.ts";
import type { LocatedText } from "./context.ts";
import type { NodeDraft } from "./drafts.ts";
import type { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

const MOST_HASH = 255;
const PORTS = { vxlan: 4789, geneve: 6081 } as const;

/** A host's tunnel, team and PPP devices. */
export function buildSpecialDevices(
  { interfaces: drafts }: NodeDraft,
  interfaces: ReadonlyMap<string, InterfaceModel>,
  programs: Programs,
  hooks: readonly Hook[],
): Pick<HostModel, "teams" | "ppp" | "tunnels"> {
  const teams = new Map<string, TeamModel>();
  const ppp = new Map<string, PppModel>();
  const tunnels = new Map<string, TunnelDeviceModel>();
  const taken = new Map<string, string>();
  for (const { name, fields } of drafts.values()) {
    const team = fields?.fields("team");
    if (team !== undefined) teams.set(name, buildTeam(name, team, { interfaces, programs, hooks, taken }));
    const tunnel = fields?.fields("tunnel");
    if (tunnel !== undefined) tunnels.set(name, buildTunnel(name, tunnel, tunnels));
    const own = fields?.fields("ppp");
    if (own === undefined) continue;
    const pass = readAttachment(own, "ppp-pass", hooks, programs);
    const active = readAttachment(own, "ppp-active", hooks, programs);
    const idle = own.parsed("idle", parseDuration);
    ppp.set(name, {
      ...(pass && { pass }),
      ...(active && { active }),
      ...(idle !== undefined && idle > 0 && { idle }),
    });
  }
  return {
    ...(teams.size > 0 && { teams }),
    ...(ppp.size > 0 && { ppp }),
    ...(tunnels.size > 0 && { tunnels }),
  };
}

function buildTunnel(name: string, fields: Fields, before: ReadonlyMap<string, TunnelDeviceModel>): TunnelDeviceModel {
  const { context } = fields;
  const type = fields.choice("type", "vxlan", "geneve", "gretap") ?? "vxlan";
  const port = fields.number("dst-port");
  if (type === "gretap" && port !== undefined)
    context.problem("bad-topology", fields.keySpan("dst-port"), "GRE has no ports.", "Leave `dst-port` out.");
  const destinationPort = type === "gretap" ? 0 : (port ?? PORTS[type]);
  for (const [other, model] of before)
    if (model.destinationPort === destinationPort)
      context.problem(
        "bad-topology",
        fields.keySpan("type"),
        `'${name}' takes the same packets as '${other}', which only one tunnel device of a host can.`,
        type === "gretap" ? undefined : "Give one of them another `dst-port`.",
      );
  return { type, destinationPort };
}

function buildTeam(
  name: string,
  fields: Fields,
  {
    interfaces,
    programs,
    hooks,
    taken,
  }: {
    readonly interfaces: ReadonlyMap<string, InterfaceModel>;
    readonly programs: Programs;
    readonly hooks: readonly Hook[];
    /** Teams by the ports that they have. */
    readonly taken: Map<string, string>;
  },
): TeamModel {
  const { context } = fields;
  const ports: string[] = [];
  for (const value of fields.items("ports")) {
    const port = context.text(value);
    if (port === undefined) continue;
    const other = taken.get(port.text);
    if (!interfaces.has(port.text) || port.text === name) refuse(fields, port, [...interfaces.keys()]);
    else if (other !== undefined)
      context.problem("bad-topology", port.span, `'${port.text}' is already a port of '${other}'.`);
    else {
      taken.set(port.text, name);
      ports.push(port.text);
    }
  }
  const hash = readAttachment(fields, "team-hash", hooks, programs);
  const mapping = fields.has("mapping") ? new Map<number, string>() : undefined;
  for (const { name: key, key: span, value } of fields.has("mapping") ? fields.named("mapping") : []) {
    const port = context.text(value);
    if (Number(key) > MOST_HASH) context.problem("bad-quantity", span, `'${key}' is no hash from 0 to ${MOST_HASH}.`);
    else if (port !== undefined && !ports.includes(port.text)) refuse(fields, port, ports);
    else if (port !== undefined) mapping!.set(Number(key), port.text);
  }
  return { ports, ...(hash && { hash }), ...(mapping && { mapping }) };
}

function refuse({ context }: Fields, { text, span }: LocatedText, names: readonly string[]): void {
  context.problem("unknown-reference", span, `There is no such port as '${text}'.`, namesHint(text, [...names]));
}
