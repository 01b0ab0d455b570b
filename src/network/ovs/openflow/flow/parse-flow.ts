import { AT, FRAGMENT } from "../../flow/layout.ts";
import { parseActions } from "../action/registry.ts";
import { parseTable } from "../action/tables.ts";
import { type Match, matchAll } from "../match/match.ts";
import { normalizeMatch } from "../match/normalize.ts";
import { parseMatchItem } from "../match/parse-match.ts";
import { PROTOCOL } from "../match/protocols.ts";
import type { PortNames } from "../ports.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { unsigned, wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { checkConsistency } from "./consistency.ts";
import { DEFAULT_PRIORITY, FLOW_FLAGS, type FlowEntry, type FlowFlag } from "./flow.ts";

/** A flow that was read, and what a reader should be told of it. */
export interface ParsedFlow {
  readonly flow: FlowEntry;
  /** Fields that were left out, since no packet of the match has them. */
  readonly ignored: readonly string[];
}

const KEYWORDS = [
  "table",
  "priority",
  "cookie",
  "idle_timeout",
  "hard_timeout",
  "importance",
  "actions",
  ...FLOW_FLAGS,
];

/** Reads a line of ovs-ofctl(8)'s flow syntax; throws a FlowSyntaxError. */
export function parseFlow(line: string, ports: PortNames): ParsedFlow {
  const found = /(?:^|[\s,])(?:actions?)=/.exec(line);
  if (found === null)
    throw new FlowSyntaxError("must specify an action", { text: line, at: 0 }, "actions= is expected at the end.");
  const at = found.index + found[0].length;
  const draft = { ...START, flags: [] as FlowFlag[], match: matchAll() };
  for (const item of splitKeyValues({ text: line.slice(0, found.index), at: 0 })) {
    const { key, value, whole } = item;
    if (value.text === "" && VALUED.has(key.text)) throw new FlowSyntaxError(`field ${key.text} missing value`, whole);
    const number = NUMBERS[key.text as keyof typeof NUMBERS];
    const flag = FLOW_FLAGS.find((name) => name === key.text);
    if (number !== undefined) draft[number] = unsigned(value, key.text, 16);
    else if (flag !== undefined) draft.flags.push(flag);
    else if (key.text === "table") draft.table = parseTable(value, `unknown table "${value.text}"`);
    else if (key.text === "cookie") draft.cookie = wideUnsigned(value, 64);
    else if (!IGNORED.has(key.text)) parseMatchItem(item, draft.match, ports, KEYWORDS);
  }
  const ignored = normalizeMatch(draft.match);
  checkFragment(draft.match, { text: line.slice(0, found.index), at: 0 });
  const list: Piece = { text: line.slice(at), at };
  const actions = parseActions(list, ports, { isFlow: true });
  checkConsistency(draft.match, actions, draft.table, list);
  return { flow: { ...draft, actions }, ignored };
}

/** Later fragments have no ports to match. */
function checkFragment({ key, mask }: Match, piece: Piece): void {
  const isLater = (key[AT.nwFrag]! & mask[AT.nwFrag]! & FRAGMENT.later) !== 0;
  const asks = (at: number, end: number) => mask.subarray(at, end).some((byte) => byte !== 0);
  const isIcmp = key[AT.nwProto] === PROTOCOL.icmp || key[AT.nwProto] === PROTOCOL.icmpv6;
  if (isLater && !isIcmp && (asks(AT.tpSrc, AT.ctTpSrc) || asks(AT.tcpFlags, AT.ndOptionsType)))
    throw new FlowSyntaxError(
      "ports and flags of later fragments cannot be matched (OFPBMC_BAD_PREREQ)",
      piece,
      "Without nw_frag=later, or with nw_frag=not_later, they can.",
    );
}

const START = { table: 0, priority: DEFAULT_PRIORITY, cookie: 0n, idleTimeout: 0, hardTimeout: 0, importance: 0 };
const NUMBERS = {
  priority: "priority",
  idle_timeout: "idleTimeout",
  hard_timeout: "hardTimeout",
  importance: "importance",
} as const;
const VALUED = new Set([...Object.keys(NUMBERS), "table", "cookie"]);
/** What dump-flows prints and add-flow leaves aside, so that a dump can be read again. */
const IGNORED = new Set(["duration", "n_packets", "n_bytes", "idle_age", "hard_age"]);

/** Reads what a flow matches, or what a packet is, without actions: the argument of ofproto/trace. */
export function parseMatch(text: Piece, ports: PortNames): Match {
  const match = matchAll();
  for (const item of splitKeyValues(text)) parseMatchItem(item, match, ports, []);
  return match;
}
