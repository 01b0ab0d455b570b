import type { Hook } from "../../hooks/hook.ts";
import { namesHint } from "../check/hints.ts";
import type { ChainModels, ChainName, InterfaceModel, RuleModel } from "../model.ts";
import { readAttachment } from "./attachment.ts";
import type { Fields } from "./fields.ts";
import type { Programs } from "./programs.ts";

/** Chains, and the sides that their packets have an interface on. */
const CHAINS: Readonly<Record<ChainName, readonly ("in" | "out")[]>> = {
  INPUT: ["in"],
  FORWARD: ["in", "out"],
  OUTPUT: ["out"],
};

/** What rules refer to. */
export interface RuleScope {
  readonly interfaces: ReadonlyMap<string, InterfaceModel>;
  readonly programs: Programs;
  readonly hooks: readonly Hook[];
}

/** The rules of `iptables` and `ip6tables`; undefined where a host has neither. */
export function buildNetfilter(
  host: Fields,
  scope: RuleScope,
): { readonly 4: ChainModels; readonly 6: ChainModels } | undefined {
  if (!host.has("iptables") && !host.has("ip6tables")) return undefined;
  return { 4: buildChains(host.fields("iptables"), scope), 6: buildChains(host.fields("ip6tables"), scope) };
}

function buildChains(fields: Fields | undefined, scope: RuleScope): ChainModels {
  const chains: Partial<Record<ChainName, readonly RuleModel[]>> = {};
  for (const name of Object.keys(CHAINS) as ChainName[])
    if (fields?.has(name) === true) chains[name] = fields.itemFields(name).map((rule) => buildRule(rule, name, scope));
  return chains;
}

function buildRule(fields: Fields, chain: ChainName, { interfaces, programs, hooks }: RuleScope): RuleModel {
  const match = readAttachment(fields, "xt-match", hooks, programs);
  const target = fields.choice("jump", "ACCEPT", "DROP");
  const sides: { in?: string; out?: string } = {};
  for (const side of ["in", "out"] as const) {
    const device = fields.text(side);
    if (device === undefined) continue;
    sides[side] = device.text;
    if (!CHAINS[chain].includes(side))
      fields.context.problem(
        "bad-topology",
        fields.keySpan(side),
        `Packets of ${chain} have no \`${side}\` interface.`,
      );
    else if (!interfaces.has(device.text) && device.text !== "lo")
      fields.context.problem(
        "unknown-reference",
        device.span,
        `The host has no interface '${device.text}'.`,
        namesHint(device.text, [...interfaces.keys(), "lo"]),
      );
  }
  return {
    place: fields.place,
    inverted: fields.flag("invert") ?? false,
    ...sides,
    ...(match && { match }),
    ...(target && { target }),
  };
}
