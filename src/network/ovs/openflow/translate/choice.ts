import { hashFields } from "../../flow/hash-fields.ts";
import { hashTwo } from "../../flow/hash-functions.ts";
import type { BundleAction, MultipathAction } from "../action/choice.ts";
import { OFPP } from "../ports.ts";
import { loadSubfield } from "./fields.ts";
import { maskHashFields } from "./hash-mask.ts";
import { output } from "./output.ts";
import { saySubfield } from "./set-fields.ts";
import type { Translation } from "./translation.ts";

/** multipath (lib/multipath.c). */
export function multipath(t: Translation, action: MultipathAction): void {
  const hash = hashFields(t.flow, action.fields, action.basis);
  maskHashFields(t.flow, t.wanted, action.fields);
  loadSubfield(t.flow, t.wanted, action.destination, BigInt(linkOf(hash, action)));
  saySubfield(t, action.destination);
}

function linkOf(hash: number, { algorithm, links, argument }: MultipathAction): number {
  switch (algorithm) {
    case "modulo_n":
      return hash % links;
    case "hash_threshold":
      return links === 1 ? 0 : Math.floor(hash / (Math.floor(0xffff_ffff / links) + 1));
    case "hrw":
      return heaviest(links, (link) => hashTwo(hash, link)) ?? 0;
    case "iter_hash": {
      let modulus = argument;
      if (modulus < links || Math.floor(modulus / links) > 64) modulus = 2 ** Math.ceil(Math.log2(links));
      for (;;) {
        const link = hash % modulus;
        if (link < links) return link;
        hash = hashTwo(hash, 0);
      }
    }
  }
}

/** The number below `count` of the highest weight, the first of equal ones. */
function heaviest(count: number, weight: (i: number) => number | undefined): number | undefined {
  let best: number | undefined;
  let most = -1;
  for (let i = 0; i < count; i++) {
    const value = weight(i);
    if (value === undefined || value <= most) continue;
    best = i;
    most = value;
  }
  return best;
}

/** bundle and bundle_load (lib/bundle.c). */
export function bundle(t: Translation, action: BundleAction, isLast: boolean): void {
  const { members, fields, basis, algorithm, destination } = action;
  const isUp = (port: number) => t.bridge.ports.get(port)?.isUp === true;
  let chosen: number | undefined;
  if (algorithm === "active_backup") chosen = members.find(isUp);
  else {
    const hash = hashFields(t.flow, fields, basis);
    // Of one member there is nothing to choose.
    if (members.length > 1) maskHashFields(t.flow, t.wanted, fields);
    const i = heaviest(members.length, (member) => (isUp(members[member]!) ? hashTwo(member, hash) : undefined));
    chosen = i === undefined ? undefined : members[i];
  }
  const port = chosen ?? OFPP.NONE;
  if (destination === undefined) {
    output(t, port, isLast);
    return;
  }
  loadSubfield(t.flow, t.wanted, destination, BigInt(port));
  saySubfield(t, destination);
}
