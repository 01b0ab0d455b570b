import type { Hook } from "../../hooks/hook.ts";
import { namesHint } from "../check/hints.ts";
import type { HostModel, InterfaceModel, PppModel, TeamModel } from "../model.ts";
import { parseDuration } from "../quantity/duration.ts";
import { readAttachment } from "./attachment.ts";
import type { LocatedText } from "./context.ts";
import type { NodeDraft } from "./drafts.ts";
import type { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

const MOST_HASH = 255;

/** A host's team and PPP devices. */
export function buildSpecialDevices(
  { interfaces: drafts }: NodeDraft,
  interfaces: ReadonlyMap<string, InterfaceModel>,
  programs: Programs,
  hooks: readonly Hook[],
): Pick<HostModel, "teams" | "ppp"> {
  const teams = new Map<string, TeamModel>();
  const ppp = new Map<string, PppModel>();
  const taken = new Map<string, string>();
  for (const { name, fields } of drafts.values()) {
    const team = fields?.fields("team");
    if (team !== undefined) teams.set(name, buildTeam(name, team, { interfaces, programs, hooks, taken }));
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
  return { ...(teams.size > 0 && { teams }), ...(ppp.size > 0 && { ppp }) };
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
