import { get32, set32 } from "../../../../packet/wire.ts";
import { readField } from "../../flow/field-value.ts";
import { FIELDS } from "../../flow/fields.ts";
import { hashFields } from "../../flow/hash-fields.ts";
import { hashAdd, hashBytes, hashFinish, hashTwo } from "../../flow/hash-functions.ts";
import { AT } from "../../flow/layout.ts";
import { bytesOf } from "../field/value.ts";
import { type Bucket, type Group, hashMap } from "../group/group.ts";
import { inActionSetOrder } from "./action-set.ts";
import { hasField, wantBits } from "./fields.ts";
import { finishFreezing } from "./freeze.ts";
import { maskHashFields } from "./hash-mask.ts";
import { mayLookUp } from "./lookup.ts";
import type { Translation } from "./translation.ts";

/** group: "stop" where there is no such group, which ends the list of actions (xlate_group_action). */
export function runGroup(t: Translation, id: number, isLast: boolean): "stop" | undefined {
  if (!mayLookUp(t)) return undefined;
  const group = t.bridge.groups.get(id);
  if (group === undefined) {
    t.say("warn", `output to nonexistent group ${id}`);
    return "stop";
  }
  if (group.type === "all" || group.type === "indirect") {
    for (const [i, bucket] of group.buckets.entries()) runBucket(t, bucket, isLast && i === group.buckets.length - 1);
    return undefined;
  }
  const bucket = group.type === "ff" ? group.buckets.find((one) => isAlive(t, one, 0)) : select(t, group);
  if (bucket === undefined) t.say("detail", "no live bucket");
  else {
    t.say("detail", `using bucket ${bucket.id}`);
    runBucket(t, bucket, isLast);
  }
  return undefined;
}

/** Does a bucket's actions to a copy of the flow (xlate_group_bucket). */
function runBucket(t: Translation, bucket: Bucket, isLast: boolean): void {
  const flow = t.flow.slice();
  const { wasMpls, list } = t;
  t.report.within(
    "bucket",
    () => `bucket ${bucket.id}`,
    () => {
      t.depth++;
      t.list = "group";
      t.run(inActionSetOrder(bucket.actions), isLast);
      t.depth--;
      t.list = list;
      if (t.isFreezing) finishFreezing(t);
    },
  );
  t.flow.set(flow);
  t.wasMpls = wasMpls;
  t.isLeaving = false;
  if (t.error === "too many MPLS labels" || t.error === "unsupported") t.error = undefined;
}

/** Whether a bucket's port is up, or its group has a bucket that is alive; groups watch groups only so deep. */
function isAlive(t: Translation, { watchPort, watchGroup }: Bucket, depth: number): boolean {
  if (watchPort === undefined && watchGroup === undefined) return true;
  if (watchPort !== undefined && t.bridge.ports.get(watchPort)?.isUp === true) return true;
  const group = watchGroup === undefined ? undefined : t.bridge.groups.get(watchGroup);
  if (group === undefined || depth >= MAX_LIVENESS_RECURSION) return false;
  return group.buckets.some((bucket) => isAlive(t, bucket, depth + 1));
}

const MAX_LIVENESS_RECURSION = 128;

function select(t: Translation, group: Group): Bucket | undefined {
  if (t.wasMpls) {
    t.freeze();
    return undefined;
  }
  const { method, basis } = group.selection;
  const map = method === "dp_hash" ? hashMap(group) : undefined;
  if (map !== undefined) {
    // Where the group does not say how, both directions of a conversation get the same bucket.
    const algorithm = group.selection.isExplicit && basis >> 32n === 0n ? "l4" : "sym_l4";
    return selectByDatapath(t, map, { algorithm, basis: Number(basis & 0xffff_ffffn) });
  }
  if (method === "hash" && group.selection.fields.length > 0) return best(t, group, hashSelection(t, group));
  maskHashFields(t.flow, t.wanted, "symmetric_l4");
  return best(t, group, hashFields(t.flow, "symmetric_l4", 0));
}

/** By the hash of the datapath, which the packet fetches with a recirculation where it has none yet. */
function selectByDatapath(
  t: Translation,
  map: readonly Bucket[],
  how: NonNullable<Translation["dpHash"]>,
): Bucket | undefined {
  const hash = get32(t.flow, AT.dpHash);
  if (hash === 0) {
    t.dpHash = how;
    t.freeze();
    return undefined;
  }
  const bits = map.length - 1;
  set32(t.wanted, AT.dpHash, get32(t.wanted, AT.dpHash) | bits);
  for (let i = 0; i <= bits; i++) {
    const bucket = map[(hash + i) & bits]!;
    if (isAlive(t, bucket, 0)) return bucket;
  }
  return undefined;
}

/** Of the fields that the group names and the packet has, in Open vSwitch's order (pick_hash_fields_select_group). */
function hashSelection(t: Translation, { selection }: Group): number {
  const { basis, fields } = selection;
  let hash = hashFinish(hashAdd(hashAdd(0, Number(basis & 0xffff_ffffn)), Number(basis >> 32n)), 8);
  for (const { field, mask } of fields.toSorted((a, b) => FIELDS.indexOf(a.field) - FIELDS.indexOf(b.field))) {
    if (!hasField(field, t.flow, t.wanted)) continue;
    hash = hashBytes(bytesOf(readField(t.flow, field) & mask, Math.ceil(field.bits / 8)), hash);
    wantBits(t.wanted, field, mask);
  }
  return hash;
}

/** The bucket that scores highest: each by its own hash, times its weight (group_best_live_bucket). */
function best(t: Translation, { buckets }: Group, basis: number): Bucket | undefined {
  let chosen: Bucket | undefined;
  let bestScore = 0;
  for (const [i, bucket] of buckets.entries()) {
    if (!isAlive(t, bucket, 0)) continue;
    const score = (hashTwo(i, basis) & 0xffff) * bucket.weight;
    if (score >= bestScore) {
      bestScore = score;
      chosen = bucket;
    }
  }
  return chosen;
}
