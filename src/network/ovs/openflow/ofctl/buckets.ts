import type { Bridge } from "../bridge/bridge.ts";
import type { Bucket, Group } from "../group/group.ts";
import { parseBuckets } from "../group/parse-group.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";

/** Which bucket a command speaks of. */
type Position = number | "first" | "last" | "all";

/** `insert-buckets group_id=1,command_bucket_id=last,bucket=...`: puts buckets first, last, or behind one that is there. */
export function insertBuckets(bridge: Bridge, text: Piece): void {
  const { group, position, whole } = parseHead(bridge, text);
  if (position === undefined)
    throw new FlowSyntaxError("must specify a command bucket id", whole, "command_bucket_id=last is expected.");
  if (position === "all") throw new FlowSyntaxError("command_bucket_id=all is not permitted", whole);
  const more = parseBuckets(text.text, undefined, bridge.portNames);
  // Open vSwitch 3.1 ends where none is said.
  if (more.length === 0) throw new FlowSyntaxError("must specify buckets", whole, "bucket=... is expected.");
  const there = known(group, whole);
  const twice = more.find(({ id }) => there.buckets.some((bucket) => bucket.id === id));
  if (twice !== undefined)
    throw new FlowSyntaxError(`there is a bucket ${twice.id} already (OFPGMFC_BUCKET_EXISTS)`, whole);
  const end = there.buckets.length;
  const at = position === "first" ? 0 : position === "last" ? end : indexOf(there, position, whole) + 1;
  bridge.setGroup({ ...there, buckets: [...there.buckets.slice(0, at), ...more, ...there.buckets.slice(at)] });
}

/** `remove-buckets group_id=1,command_bucket_id=5`: takes one away, the first, the last, or all, as without command_bucket_id. */
export function removeBuckets(bridge: Bridge, text: Piece): void {
  const { group, position = "all", whole } = parseHead(bridge, text);
  if (bucketsAt(text.text) !== undefined) throw new FlowSyntaxError("bucket is not needed", whole);
  const there = known(group, whole);
  bridge.setGroup({ ...there, buckets: remaining(there, position, whole) });
}

function remaining(group: Group, position: Position, whole: Piece): readonly Bucket[] {
  const { buckets } = group;
  if (position === "all") return [];
  if (position === "first") return buckets.slice(1);
  if (position === "last") return buckets.slice(0, -1);
  const gone = indexOf(group, position, whole);
  return buckets.filter((_, i) => i !== gone);
}

function indexOf({ buckets }: Group, id: number, whole: Piece): number {
  const found = buckets.findIndex((bucket) => bucket.id === id);
  if (found >= 0) return found;
  const ids = buckets.map((bucket) => bucket.id).join(", ");
  throw new FlowSyntaxError(
    `there is no bucket ${id} (OFPGMFC_UNKNOWN_BUCKET)`,
    whole,
    ids === "" ? "The group has none." : `There are: ${ids}.`,
  );
}

const bucketsAt = (text: string): number | undefined => /(?:^|[\s,])bucket=/.exec(text)?.index;

/** The group, undefined where it is not there, and the bucket that the command speaks of. */
function parseHead(bridge: Bridge, { text }: Piece) {
  const whole: Piece = { text, at: 0 };
  let id: number | undefined;
  let position: Position | undefined;
  for (const { key, value, whole: item } of splitKeyValues({ text: text.slice(0, bucketsAt(text)), at: 0 })) {
    if (key.text === "group_id") id = Number(wideUnsigned(value, 32));
    else if (key.text === "command_bucket_id") position = parsePosition(value);
    else if (key.text === "type") throw new FlowSyntaxError("type is not needed", item);
    else if (key.text === "selection_method") throw new FlowSyntaxError("selection method is not needed", item);
    else throw new FlowSyntaxError(`unknown keyword ${key.text}`, item, "group_id or command_bucket_id is expected.");
  }
  if (id === undefined) throw new FlowSyntaxError("must specify a group_id", whole);
  return { group: { id, found: bridge.groups.get(id) }, position, whole };
}

function parsePosition(value: Piece): Position {
  if (value.text === "first" || value.text === "last" || value.text === "all") return value.text;
  return Number(wideUnsigned(value, 32));
}

function known({ id, found }: { readonly id: number; readonly found: Group | undefined }, whole: Piece): Group {
  if (found !== undefined) return found;
  throw new FlowSyntaxError(`there is no group ${id} (OFPGMFC_UNKNOWN_GROUP)`, whole);
}
