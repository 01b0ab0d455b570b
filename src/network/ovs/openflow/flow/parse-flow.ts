import { parseActions } from "../action/registry.ts";
import { parseTable } from "../action/tables.ts";
import { type Match, matchAll } from "../match/match.ts";
import { normalizeMatch } from "../match/normalize.ts";
import { parseMatchItem } from "../match/parse-match.ts";
import type { PortNames } from "../ports.ts";
import { splitKeyValues } from "../text/key-values.ts";
import { unsigned, wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { checkConsistency } from "./consistency.ts";
import { DEFAULT_PRIORITY, FLOW_FLAGS, type FlowEntry, type FlowFlag } from "./flow.ts";
import { checkPrerequisites } from "./prerequisites.ts";

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
  // As in ovs-ofctl the actions begin behind the first "=" that follows the first "action" (extract_actions).
  const start = line.indexOf("action");
  const equals = start < 0 ? -1 : line.indexOf("=", start);
  if (equals < 0)
    throw new FlowSyntaxError("must specify an action", { text: line, at: 0 }, "actions= is expected at the end.");
  const head: Piece = { text: line.slice(0, start), at: 0 };
  const at = equals + 1;
  const draft = { ...START, flags: [] as FlowFlag[], match: matchAll() };
  for (const item of splitKeyValues(head)) {
    const { key, value, whole } = item;
    if (value.text === "" && (VALUED.has(key.text) || IGNORED.has(key.text)))
      throw new FlowSyntaxError(`field ${key.text} missing value`, whole);
    const number = NUMBERS[key.text as keyof typeof NUMBERS];
    const flag = FLOW_FLAGS.find((name) => name === key.text);
    if (number !== undefined) draft[number] = unsigned(value, key.text, 16);
    else if (flag !== undefined) draft.flags.push(flag);
    else if (key.text === "table") draft.table = parseFlowTable(value);
    else if (key.text === "cookie") draft.cookie = parseCookie(value);
    else if (key.text === "allow_hidden_fields") continue;
    else if (!IGNORED.has(key.text)) parseMatchItem(item, draft.match, ports, KEYWORDS);
  }
  checkPrerequisites(draft.match, head);
  const ignored = normalizeMatch(draft.match);
  const list: Piece = { text: line.slice(at), at };
  const actions = parseActions(list, ports, { isFlow: true });
  checkConsistency(draft.match, actions, draft.table, list);
  const flags = FLOW_FLAGS.filter((flag) => draft.flags.includes(flag));
  return { flow: { ...draft, flags, actions }, ignored };
}

/** A table; 255 leaves the choice to the switch, which takes the first. */
function parseFlowTable(value: Piece): number {
  return value.text === "255" ? 0 : parseTable(value, `unknown table "${value.text}"`);
}

/** A cookie; all ones are the same as none. */
function parseCookie(value: Piece): bigint {
  if (value.text.includes("/")) throw new FlowSyntaxError("flow additions cannot use a cookie mask", value);
  const cookie = /^-[1-9]\d*$/.test(value.text) ? BigInt.asUintN(64, BigInt(value.text)) : wideUnsigned(value, 64);
  return cookie === 0xffff_ffff_ffff_ffffn ? 0n : cookie;
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
