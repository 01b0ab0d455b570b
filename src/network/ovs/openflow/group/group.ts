import type { FlowField } from "../../flow/field.ts";
import type { Action } from "../action/action.ts";

export type GroupType = "all" | "select" | "indirect" | "ff";

/** One of the things that a group may do. */
export interface Bucket {
  readonly id: number;
  /** Share of a select group's packets. */
  readonly weight: number;
  /** The bucket is alive while this port is up; undefined: always. */
  readonly watchPort: number | undefined;
  /** The bucket is alive while this group has a bucket that is. */
  readonly watchGroup: number | undefined;
  /** An action set: done in OpenFlow's order. */
  readonly actions: readonly Action[];
}

/** How a select group chooses: by a hash that the datapath makes, or one of these fields. */
export interface Selection {
  readonly method: "dp_hash" | "hash";
  readonly basis: bigint;
  readonly fields: readonly { readonly field: FlowField; readonly mask: bigint }[];
  /** Whether the group says it itself. */
  readonly isExplicit: boolean;
}

export interface Group {
  readonly id: number;
  readonly type: GroupType;
  readonly buckets: readonly Bucket[];
  readonly selection: Selection;
}

/** Hash values that a group of weights can have at most. */
const MAX_HASHES = 256;
/** Hash values up to which a group that says nothing hashes in the datapath. */
const MAX_DEFAULT_HASHES = 64;
const MIN_HASHES = 16;

/**
 * Which bucket each hash value means: values are shared out by weights with Webster's method
 * (group_setup_dp_hash_table of ofproto/ofproto-dpif.c). Undefined where the weights would need too many values.
 */
export function hashMap({ buckets, selection }: Group): readonly Bucket[] | undefined {
  const total = buckets.reduce((sum, { weight }) => sum + weight, 0);
  const least = Math.min(...buckets.filter(({ weight }) => weight > 0).map(({ weight }) => weight));
  if (total === 0) return undefined;
  let count = MIN_HASHES;
  while (count < Math.ceil(total / least)) count *= 2;
  if (count > (selection.isExplicit ? MAX_HASHES : MAX_DEFAULT_HASHES)) return undefined;
  const shares = buckets.map((bucket) => ({ bucket, divisor: 1, value: bucket.weight }));
  return Array.from({ length: count }, () => {
    const winner = shares.reduce((best, share) => (share.value > best.value ? share : best));
    winner.divisor += 2;
    winner.value = winner.bucket.weight / winner.divisor;
    return winner.bucket;
  });
}
