import { allOnes } from "../../flow/field-value.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { parseActions } from "../action/registry.ts";
import { parseFieldValue } from "../field/value.ts";
import { type PortNames, parsePort } from "../ports.ts";
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

/** Groups from here up are reserved (OFPG_MAX). */
const MAX_GROUP = 0xffff_ff00;

/** Reads a line of ovs-ofctl's group syntax: `group_id=1,type=select,bucket=actions=output:1,bucket=...`. */
export function parseGroup(line: string, ports: PortNames): Group {
  const starts = [...line.matchAll(/(?:^|[\s,])buckets?=/g)];
  const head = { text: line.slice(0, starts[0]?.index ?? line.length), at: 0 };
  let id: number | undefined;
  let type: GroupType | undefined;
  let selection: Selection = { method: "dp_hash", basis: 0n, fields: [], isExplicit: false };
  for (const item of splitKeyValues(head)) {
    const { key, value } = item;
    if (key.text === "group_id") {
      id = Number(wideUnsigned(value, 32));
      if (id >= MAX_GROUP) throw new FlowSyntaxError(`invalid group id ${value.text}`, value);
    } else if (key.text === "type") {
      type = TYPES[value.text];
      if (type === undefined)
        throw new FlowSyntaxError(
          `invalid group type ${value.text}`,
          value,
          "all, select, indirect or ff is expected.",
        );
    } else selection = parseSelection(item, selection, ports);
  }
  const whole = { text: line, at: 0 };
  if (id === undefined) throw new FlowSyntaxError("must specify a group_id", whole);
  if (type === undefined) throw new FlowSyntaxError("must specify a type", whole);
  if (selection.isExplicit && type !== "select")
    throw new FlowSyntaxError("selection_method is only allowed for select groups", whole);
  const buckets = starts.map((start, i) => {
    const at = start.index + start[0].length;
    return parseBucket({ text: line.slice(at, starts[i + 1]?.index ?? line.length), at }, i, type, ports);
  });
  if (type === "indirect" && buckets.length !== 1)
    throw new FlowSyntaxError("indirect groups should have exactly one bucket", whole);
  return { id, type, buckets, selection };
}

function parseSelection({ key, value, whole }: KeyValue, before: Selection, ports: PortNames): Selection {
  switch (key.text) {
    case "selection_method":
      if (value.text !== "hash" && value.text !== "dp_hash")
        throw new FlowSyntaxError(`invalid selection_method ${value.text}`, value, "hash or dp_hash is expected.");
      return { ...before, method: value.text, isExplicit: true };
    case "selection_method_param":
      return { ...before, basis: wideUnsigned(value, 64) };
    case "fields": {
      const fields = splitKeyValues(value).map((item) => {
        const field = fieldNamed(item.key.text);
        if (field === undefined) throw new FlowSyntaxError(`unknown field ${item.key.text}`, item.key);
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

function parseBucket(piece: Piece, index: number, type: GroupType, ports: PortNames): Bucket {
  const found = /(?:^|[\s,])actions?=/.exec(piece.text);
  const at = found === null ? undefined : found.index + found[0].length;
  const head = { text: piece.text.slice(0, found?.index ?? piece.text.length), at: piece.at };
  const bucket = { id: index, weight: type === "select" ? 1 : 0, watchPort: undefined, watchGroup: undefined } as {
    id: number;
    weight: number;
    watchPort: number | undefined;
    watchGroup: number | undefined;
  };
  // What is no setting is an action; settings are blanked out, so that places in the line stay what they are.
  let rest = head.text;
  for (const { key, value, whole } of splitKeyValues(head)) {
    let isSetting = true;
    if (key.text === "weight") bucket.weight = unsigned(value, "weight", 16);
    else if (key.text === "watch_port") bucket.watchPort = parsePort(value, ports, `${value.text}: invalid watch_port`);
    else if (key.text === "watch_group") bucket.watchGroup = Number(wideUnsigned(value, 32));
    else if (key.text === "bucket_id" || key.text === "bucketid") bucket.id = Number(wideUnsigned(value, 32));
    else isSetting = false;
    const from = whole.at - head.at;
    if (isSetting) rest = rest.slice(0, from) + " ".repeat(whole.text.length) + rest.slice(from + whole.text.length);
  }
  if (type === "ff" && bucket.watchPort === undefined && bucket.watchGroup === undefined)
    throw new FlowSyntaxError("fast failover group must have watch_port or watch_group in each bucket", piece);
  if (at === undefined && /^[\s,]*$/.test(rest))
    throw new FlowSyntaxError("bucket must specify actions", piece, "actions= is expected.");
  const list = at === undefined ? { text: rest, at: head.at } : { text: piece.text.slice(at), at: piece.at + at };
  return { ...bucket, actions: parseActions(list, ports, { isFlow: false }) };
}
