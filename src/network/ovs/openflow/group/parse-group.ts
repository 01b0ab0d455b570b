import { allOnes } from "../../flow/field-value.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { parseActions } from "../action/registry.ts";
import { parseFieldValue } from "../field/value.ts";
import { checkPorts } from "../flow/consistency.ts";
import { OFPP, type PortNames, parsePort } from "../ports.ts";
import { type KeyValue, splitKeyValues } from "../text/key-values.ts";
import { unsigned, wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import type { Bucket, Group, GroupType, Selection } from "./group.ts";

const TYPES: Readonly<Record<string, GroupType>> = {
  all: "all",
  select: "select",
  indirect: "indirect",
  ff: "ff",
  fast_failover: "ff",
};

/** The highest number that groups have (OFPG_MAX). */
const MAX_GROUP = 0xffff_ff00;

/** Reads a line of ovs-ofctl's group syntax: `group_id=1,type=select,bucket=actions=output:1,bucket=...`. */
export function parseGroup(line: string, ports: PortNames): Group {
  const head = { text: line.slice(0, bucketStarts(line)[0]?.index), at: 0 };
  let id: number | undefined;
  let type: GroupType | undefined;
  let selection: Selection = { method: "dp_hash", basis: 0n, fields: [], isExplicit: false };
  for (const item of splitKeyValues(head)) {
    const { key, value } = item;
    if (key.text === "group_id") {
      id = Number(wideUnsigned(value, 32));
      if (id > MAX_GROUP) throw new FlowSyntaxError(`invalid group id ${id}`, value);
    } else if (key.text === "type") {
      type = TYPES[value.text];
      if (type === undefined)
        throw new FlowSyntaxError(
          `invalid group type ${value.text}`,
          value,
          "all, select, indirect or ff is expected.",
        );
    } else if (key.text === "command_bucket_id")
      throw new FlowSyntaxError("command bucket id is not needed", item.whole);
    else selection = parseSelection(item, selection, ports);
  }
  const whole = { text: line, at: 0 };
  if (id === undefined) throw new FlowSyntaxError("must specify a group_id", whole);
  if (type === undefined) throw new FlowSyntaxError("must specify a type", whole);
  if (!selection.isExplicit && selection.basis !== 0n)
    throw new FlowSyntaxError('selection_method_param is only allowed with "selection_method"', whole);
  if (selection.fields.length > 0 && !(selection.isExplicit && selection.method === "hash"))
    throw new FlowSyntaxError('fields may only be specified with "selection_method=hash"', whole);
  if (selection.isExplicit && type !== "select")
    throw new FlowSyntaxError("selection_method is only allowed for select groups", whole);
  const buckets = parseBuckets(line, type, ports);
  if (type === "indirect" && buckets.length > 1)
    throw new FlowSyntaxError("Indirect groups can have at most one bucket.", whole);
  if (type === "indirect" && buckets.length === 0)
    throw new FlowSyntaxError("an indirect group has one bucket (OFPGMFC_INVALID_GROUP)", whole);
  return { id, type, buckets, selection };
}

const bucketStarts = (line: string) => [...line.matchAll(/(?:^|[\s,])bucket=/g)];

/** The buckets of a line of group syntax; `type` undefined: of a group that is there, whose type the line does not say. */
export function parseBuckets(line: string, type: GroupType | undefined, ports: PortNames): readonly Bucket[] {
  const starts = bucketStarts(line);
  const buckets = numbered(
    starts.map((start, i) => {
      const at = start.index + start[0].length;
      return parseBucket({ text: line.slice(at, starts[i + 1]?.index ?? line.length), at }, type, ports);
    }),
  );
  const twice = buckets.find(({ id }, i) => buckets.slice(0, i).some((other) => other.id === id));
  if (twice === undefined) return buckets;
  throw new FlowSyntaxError(
    `there are two buckets ${twice.id} (OFPGMFC_BAD_BUCKET)`,
    { text: line, at: 0 },
    "bucket_id= tells them apart.",
  );
}

/** Bytes of a method's name (NTR_MAX_SELECTION_METHOD_LEN). */
const LONGEST_METHOD = 15;

function parseSelection({ key, value, whole }: KeyValue, before: Selection, ports: PortNames): Selection {
  switch (key.text) {
    case "selection_method":
      if (value.text.length > LONGEST_METHOD)
        throw new FlowSyntaxError(`selection method is longer than ${LONGEST_METHOD} bytes long`, value);
      if (value.text !== "hash" && value.text !== "dp_hash")
        throw new FlowSyntaxError(`invalid selection_method ${value.text}`, value, "hash or dp_hash is expected.");
      return { ...before, method: value.text, isExplicit: true };
    case "selection_method_param":
      return { ...before, basis: wideUnsigned(value, 64) };
    case "fields": {
      const fields = splitKeyValues(value).map((item) => {
        const field = fieldNamed(item.key.text);
        if (field === undefined) throw new FlowSyntaxError(`unknown field ${item.key.text}`, item.key);
        if (item.value.text.includes("/"))
          throw new FlowSyntaxError(`${item.value.text}: wildcards not allowed here`, item.value);
        const mask = item.value.text === "" ? allOnes(field.bits) : parseFieldValue(field, item.value, ports).value;
        return { field, mask };
      });
      return { ...before, fields };
    }
    default:
      throw new FlowSyntaxError(
        `unknown keyword ${key.text}`,
        whole,
        "group_id, type, selection_method or bucket is expected.",
      );
  }
}

function parseBucket(piece: Piece, type: GroupType | undefined, ports: PortNames): Unnumbered {
  const bucket: Draft = {
    id: undefined,
    weight: type === "select" ? 1 : 0,
    watchPort: undefined,
    watchGroup: undefined,
  };
  // What is no setting is an action; settings are blanked out, so that places in the line stay what they are.
  let rest = piece.text;
  const blank = (from: number, length: number) => {
    rest = rest.slice(0, from) + " ".repeat(length) + rest.slice(from + length);
  };
  for (const item of splitKeyValues(piece)) {
    const { key, value, whole } = item;
    const from = whole.at - piece.at;
    if (key.text === "actions" || key.text === "action") blank(from, value.at - key.at);
    else if (parseSetting(item, bucket, type, ports)) blank(from, whole.text.length);
  }
  const isWatching = bucket.watchPort !== undefined || bucket.watchGroup !== undefined;
  if (type === "ff" && !isWatching)
    throw new FlowSyntaxError("fast failover bucket requires watch_port or watch_group", piece);
  if (isWatching && type !== "ff" && type !== "select")
    throw new FlowSyntaxError("nothing is watched by groups of this type (OFPGMFC_WATCH_UNSUPPORTED)", piece);
  if (/^[\s,]*$/.test(piece.text))
    throw new FlowSyntaxError("bucket must specify actions", piece, "actions= is expected.");
  const list = { text: rest, at: piece.at };
  const actions = parseActions(list, ports, { isFlow: false });
  checkPorts(actions, list);
  return { ...bucket, actions };
}

type Draft = { -readonly [K in "weight" | "watchPort" | "watchGroup"]: Bucket[K] } & { id: number | undefined };

/** A bucket that may still have no number. */
type Unnumbered = Omit<Bucket, "id"> & Pick<Draft, "id">;

/** Numbers buckets that have none from 0, past those of the others; the first one's is not looked at, as in ovs-ofctl. */
function numbered(buckets: readonly Unnumbered[]): Bucket[] {
  const taken = new Set(buckets.slice(1).map(({ id }) => id));
  let next = 0;
  return buckets.map((bucket) => {
    if (bucket.id !== undefined) return { ...bucket, id: bucket.id };
    while (taken.has(next)) next++;
    return { ...bucket, id: next++ };
  });
}

/** Takes a setting of a bucket; false: it is none. */
function parseSetting({ key, value }: KeyValue, bucket: Draft, type: GroupType | undefined, ports: PortNames): boolean {
  switch (key.text) {
    case "weight":
      if (type !== undefined && type !== "select")
        throw new FlowSyntaxError("Only select groups can have bucket weights.", key);
      bucket.weight = unsigned(value, "weight", 16);
      return true;
    case "watch_port": {
      const complaint = `${value.text}: invalid watch_port`;
      const port = parsePort(value, ports, complaint);
      if (port !== OFPP.NONE && port >= OFPP.UNSET) throw new FlowSyntaxError(complaint, value);
      bucket.watchPort = port === OFPP.NONE ? undefined : port;
      return true;
    }
    case "watch_group":
      bucket.watchGroup = Number(wideUnsigned(value, 32));
      if (bucket.watchGroup > MAX_GROUP)
        throw new FlowSyntaxError(`invalid watch_group id ${bucket.watchGroup}`, value);
      return true;
    case "bucket_id":
    case "bucketid":
      bucket.id = Number(wideUnsigned(value, 32));
      if (bucket.id > MAX_GROUP) throw new FlowSyntaxError(`invalid bucket_id id ${bucket.id}`, value);
      return true;
    default:
      return false;
  }
}
