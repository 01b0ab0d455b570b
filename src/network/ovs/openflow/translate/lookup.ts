import { get16, get32, set32 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";
import type { ResubmitAction } from "../action/tables.ts";
import type { FlowRule } from "../bridge/flow-table.ts";
import { formatMatch } from "../match/format-match.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { OFPP } from "../ports.ts";
import { hex } from "../text/number.ts";
import { isIp } from "./fields.ts";
import type { Translation } from "./translation.ts";

/** How deep look-ups nest, and how many there are, before a translation is given up (MAX_DEPTH, MAX_RESUBMITS). */
export const MAX_DEPTH = 64;
export const MAX_RESUBMITS = MAX_DEPTH * MAX_DEPTH;
const MAX_STACK_BYTES = 65536;

/** How a table is looked into. */
interface How {
  /** In place of the flow's input port. */
  readonly port?: number;
  readonly usesConnection?: boolean;
  readonly isLast: boolean;
  /** Said of misses: for tables that were not resubmitted to. */
  readonly isFirst?: boolean;
}

/** Whether there may be one more look-up (xlate_resubmit_resource_check). */
export function mayLookUp(t: Translation): boolean {
  if (t.depth >= MAX_DEPTH) {
    t.say("error", `over max translation depth ${MAX_DEPTH}`);
    t.error = "recursion too deep";
  } else if (t.resubmits >= MAX_RESUBMITS) {
    t.say("error", `over ${MAX_RESUBMITS} resubmit actions`);
    t.error = "too many resubmits";
  } else if (t.stack.reduce((bytes, { bits }) => bytes + Math.ceil(bits / 8), 0) >= MAX_STACK_BYTES) {
    t.say("error", "resubmits yielded over 64 kB of stack");
    t.error = "stack too deep";
  } else return true;
  return false;
}

/** Looks the flow up in a table and does what the rule found says (xlate_table_action). */
export function lookUpIn(t: Translation, table: number, how: How): void {
  if (t.wasMpls) {
    t.freeze();
    return;
  }
  if (!mayLookUp(t)) return;
  const { table: before, rule: outer, depth, list } = t;
  t.table = table;
  if (how.usesConnection === true && !hasConnection(t)) {
    t.say("error", "resubmit(ct) with non-tracked or non-IP packet!");
    t.table = before;
    return;
  }
  if (how.usesConnection === true) swapConnection(t);
  const rule = findRule(t, table, how.port ?? get32(t.flow, AT.inPort));
  if (how.usesConnection === true) swapConnection(t);
  t.report.within(
    "table",
    () => describe(table, rule),
    () => {
      t.resubmits++;
      t.list = "action";
      t.rule = rule;
      if (table <= before) t.depth++;
      if (rule !== undefined) t.rules.push(rule);
      t.run(rule?.entry.actions ?? [], how.isLast);
    },
  );
  t.depth = depth;
  t.list = list;
  t.rule = outer;
  t.table = before;
}

/** The rule that counts for the flow in a table, with another input port if need be. */
export function findRule(t: Translation, table: number, port: number): FlowRule | undefined {
  const { flow } = t;
  // Of fragments nobody knows the ports; all of them are treated as the later ones.
  const ports = flow.slice(AT.tpSrc, AT.ctTpSrc);
  if (flow[AT.nwFrag] !== 0) flow.fill(0, AT.tpSrc, AT.ctTpSrc);
  const before = get32(flow, AT.inPort);
  set32(flow, AT.inPort, port);
  const rule = t.bridge.tables.get(table)?.lookup(flow, t.wanted);
  set32(flow, AT.inPort, before);
  flow.set(ports, AT.tpSrc);
  return rule;
}

/** ` 1. tcp,tp_dst=80, priority 32768`, as ofproto/trace has it. */
export function describe(table: number, rule: FlowRule | undefined): string {
  const number = String(table).padStart(2);
  if (rule === undefined) return `${number}. No match.`;
  const { match, priority, cookie } = rule.entry;
  const text = formatMatch(match);
  return `${number}. ${text === "" ? "" : `${text}, `}priority ${priority}${cookie === 0n ? "" : `, cookie ${hex(cookie)}`}`;
}

/** resubmit. */
export function resubmit(t: Translation, { inPort, table, usesConnection }: ResubmitAction, isLast: boolean): void {
  const port = inPort === undefined || inPort === OFPP.IN_PORT ? get32(t.flow, AT.inPort) : inPort;
  lookUpIn(t, table ?? t.table, { port, usesConnection, isLast });
}

function hasConnection(t: Translation): boolean {
  return t.flow[AT.ctNwProto] !== 0 && isIp(t.flow);
}

/** Exchanges addresses and ports with those that the connection began with, in the flow and in the mask. */
function swapConnection(t: Translation): void {
  const isV4 = get16(t.flow, AT.ethType) === ETHERTYPE.ip;
  const pairs: readonly (readonly [number, number, number])[] = [
    [AT.nwProto, AT.ctNwProto, 1],
    ...(isV4
      ? ([
          [AT.nwSrc, AT.ctNwSrc, 4],
          [AT.nwDst, AT.ctNwDst, 4],
        ] as const)
      : ([
          [AT.ipv6Src, AT.ctIpv6Src, 16],
          [AT.ipv6Dst, AT.ctIpv6Dst, 16],
        ] as const)),
    [AT.tpSrc, AT.ctTpSrc, 2],
    [AT.tpDst, AT.ctTpDst, 2],
  ];
  for (const bytes of [t.flow, t.wanted])
    for (const [a, b, count] of pairs) {
      const kept = bytes.slice(a, a + count);
      bytes.copyWithin(a, b, b + count);
      bytes.set(kept, b);
    }
}
