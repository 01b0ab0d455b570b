import type { Action } from "../action/action.ts";
import type { NestedAction } from "../action/nested.ts";
import type { OutputAction } from "../action/ports.ts";
import type { GroupAction, MeterAction } from "../action/tables.ts";
import { parseTable } from "../action/tables.ts";
import type { FlowRule } from "../bridge/flow-table.ts";
import { DEFAULT_PRIORITY } from "../flow/flow.ts";
import { type Match, matchAll } from "../match/match.ts";
import { normalizeMatch } from "../match/normalize.ts";
import { parseMatchItem } from "../match/parse-match.ts";
import { type PortNames, parsePort } from "../ports.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { unsigned, wideUnsigned } from "../text/number.ts";
import { type Piece, pieceOf } from "../text/syntax-error.ts";

/** The flows that a command is about. */
export interface FlowSelection {
  /** Those of this match and priority alone; else all that match nothing that it does not. */
  readonly strict: boolean;
  readonly match: Match;
  readonly priority: number;
  /** Undefined: of all tables. */
  readonly table: number | undefined;
  readonly cookie: { readonly value: bigint; readonly mask: bigint };
  /** Only those that send there. */
  readonly outPort: number | undefined;
  readonly outGroup: number | undefined;
}

const ALL_COOKIES = { value: 0n, mask: 0n };
/** Whole cookies. */
const EXACT = 2n ** 64n - 1n;

/** What a selection may say beside a match: `priority` with --strict alone where flows are deleted. */
export interface SelectionKeys {
  readonly strict: boolean;
  /** The command deletes flows; else it changes them, and a cookie without a mask is their new one. */
  readonly deletes: boolean;
}

/** Reads which flows are meant: the text of a flow up to its actions. Throws a FlowSyntaxError. */
export function parseSelection(text: Piece, ports: PortNames, { strict, deletes }: SelectionKeys): FlowSelection {
  const match = matchAll();
  let [priority, cookie] = [DEFAULT_PRIORITY, ALL_COOKIES];
  let [table, outPort, outGroup]: (number | undefined)[] = [];
  for (const item of splitKeyValues(text)) {
    const { key, value } = item;
    if (key.text === "table") table = parseTable(value, `unknown table "${value.text}"`);
    else if (key.text === "cookie") {
      const slash = value.text.indexOf("/");
      const exact = wideUnsigned(slash < 0 ? value : pieceOf(value, 0, slash), 64);
      const after = pieceOf(value, slash + 1);
      const mask = slash < 0 || after.text === "-1" ? EXACT : wideUnsigned(after, 64);
      if (slash >= 0 || deletes) cookie = { value: exact & mask, mask };
    } else if (key.text === "priority" && (strict || !deletes)) priority = unsigned(value, key.text, 16);
    else if (key.text === "out_port" && deletes) outPort = parsePort(value, ports, `unknown port "${value.text}"`);
    else if (key.text === "out_group" && deletes) outGroup = Number(wideUnsigned(value, 32));
    else if (deletes || !OF_FLOWS.has(key.text)) parseMatchItem(item, match, ports, KEYWORDS);
  }
  normalizeMatch(match);
  return { strict, match, priority, table, cookie, outPort, outGroup };
}

const KEYWORDS = ["table", "cookie", "priority", "out_port", "out_group", "actions"];
/** What flows say that is no match. */
const OF_FLOWS = new Set([
  "idle_timeout",
  "hard_timeout",
  "importance",
  "send_flow_rem",
  "check_overlap",
  "reset_counts",
  "no_packet_counts",
  "no_byte_counts",
]);

/** Whether a flow is among them (rule_criteria, cls_rule_is_loose_match). */
export function selects(selection: FlowSelection, { entry }: FlowRule): boolean {
  const { strict, match, priority, table, cookie, outPort, outGroup } = selection;
  if (table !== undefined && entry.table !== table) return false;
  if ((entry.cookie & cookie.mask) !== cookie.value) return false;
  if (strict ? entry.priority !== priority || !isSame(entry.match, match) : !isWithin(entry.match, match)) return false;
  if (outPort !== undefined && !leadsTo(entry.actions, (it) => isOutput(it, outPort))) return false;
  return outGroup === undefined || leadsTo(entry.actions, (it) => isGroup(it, outGroup));
}

const isSame = (a: Match, b: Match): boolean =>
  a.mask.every((byte, i) => byte === b.mask[i]) && a.key.every((byte, i) => byte === b.key[i]);

/** `inner` wants whatever `outer` does. */
const isWithin = (inner: Match, outer: Match): boolean =>
  outer.mask.every(
    (wanted, i) => (inner.mask[i]! & wanted) === wanted && (inner.key[i]! & wanted) === (outer.key[i]! & wanted),
  );

/** Whether some packet is of both. */
export const overlap = (a: Match, b: Match): boolean =>
  a.mask.every((mask, i) => ((a.key[i]! ^ b.key[i]!) & mask & b.mask[i]!) === 0);

const isOutput = (action: Action, port: number): boolean =>
  action.kind === "output" && (action as OutputAction).port === port;
export const isGroup = (action: Action, group: number): boolean =>
  action.kind === "group" && (action as GroupAction).group === group;

export const isMeter = (action: Action, meter: number): boolean =>
  action.kind === "meter" && (action as MeterAction).meter === meter;

/** One of the actions is so, or of those inside of them. */
export function leadsTo(actions: readonly Action[], isSo: (action: Action) => boolean): boolean {
  return actions.some(
    (action) =>
      isSo(action) ||
      ((action.kind === "clone" || action.kind === "write_actions") && leadsTo((action as NestedAction).actions, isSo)),
  );
}
