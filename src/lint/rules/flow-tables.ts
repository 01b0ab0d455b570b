import type { Action } from "../../network/ovs/openflow/action/action.ts";
import type { FlowTables, PlacedAction, PlacedFlow } from "../ovs/flow-tables.ts";
import type { Rule } from "../rule.ts";
import { tablesOf } from "./flows-in-the-way.ts";

/** Where an action has packets looked up. */
interface Jump extends PlacedAction {
  readonly table: number;
}

/** Look-ups of other tables; learn(...) puts flows into one. */
function jumps({ actions }: FlowTables): Jump[] {
  return actions.flatMap((one) => {
    const { kind, table } = one.action as Action & { readonly table?: number };
    return table !== undefined && ["goto_table", "resubmit", "ct"].includes(kind) ? [{ ...one, table }] : [];
  });
}

const matchesAll = ({ flow }: PlacedFlow): boolean => flow.match.mask.every((byte) => byte === 0);
const learns = ({ actions }: FlowTables, table: number): boolean =>
  actions.some(({ action }) => action.kind === "learn" && (action as Action & { table: number }).table === table);

/** What no flow of a table matches is dropped, without a word (OpenFlow 1.3, section 5.4). */
export const tableMiss: Rule = {
  name: "table-miss",
  *check({ switches }) {
    for (const tables of switches) {
      const all = tablesOf(tables);
      for (const [table, flows] of all) {
        if (flows.some(matchesAll) || learns(tables, table)) continue;
        yield {
          place: flows[0]!.place,
          message: `Table ${table} of ${tables.name} has no flow for what the others do not match: such packets are dropped.`,
          hint: `Say it, so that readers know: \`table=${table}, priority=0, actions=drop\`, or NORMAL.`,
        };
      }
      const seen = new Set<number>();
      for (const { table, line } of jumps(tables)) {
        if (all.has(table) || learns(tables, table) || seen.has(table)) continue;
        seen.add(table);
        yield {
          place: line.place,
          message: `Table ${table} of ${tables.name}, which packets are sent to here, has no flows: they are dropped.`,
          hint: `Put flows into table ${table}, or name another one.`,
        };
      }
    }
  },
};

/** Flows in a table that no other table sends packets to. */
export const tableUnreached: Rule = {
  name: "table-unreached",
  *check({ switches }) {
    for (const tables of switches) {
      const reached = new Set([0, ...jumps(tables).map(({ table }) => table)]);
      for (const [table, flows] of tablesOf(tables))
        if (!reached.has(table))
          yield {
            place: flows[0]!.place,
            message: `Nothing sends packets to table ${table} of ${tables.name}: its flows are never asked.`,
            hint: `Packets begin in table 0; \`goto_table:${table}\` or \`resubmit(,${table})\` sends them on.`,
          };
    }
  },
};

/** A resubmission to the table that it stands in, or one before it, comes by here again: Open vSwitch gives up after 64 levels. */
export const resubmitLoop: Rule = {
  name: "resubmit-backwards",
  *check({ switches }) {
    for (const { actions } of switches)
      for (const { action, line, flow } of actions) {
        if (action.kind !== "resubmit" || flow === undefined) continue;
        const { table = flow.table, inPort } = action as Action & { table?: number; inPort?: number };
        if (table > flow.table || inPort !== undefined) continue;
        yield {
          place: line.place,
          message: `The resubmission goes from table ${flow.table} to table ${table}: a packet that comes by here again is dropped after 64 rounds.`,
          hint: "Send packets to tables of higher numbers only, as goto_table does.",
        };
      }
  },
};

/** Numbers from here up are reserved (OFPP_MAX). */
const FIRST_RESERVED = 0xff00;

/** Sending to a port that is not there loses the packet. */
export const missingPort: Rule = {
  name: "missing-port",
  *check({ switches }) {
    for (const { name, actions, ports } of switches) {
      const known = [...ports].filter((port) => port < FIRST_RESERVED).sort((a, b) => a - b);
      for (const { action, line } of actions) {
        const { kind, port } = action as Action & { readonly port?: number };
        if (port === undefined || !["output", "output_trunc", "enqueue"].includes(kind)) continue;
        if (port >= FIRST_RESERVED || ports.has(port)) continue;
        yield {
          place: line.place,
          message: `The switch ${name} has no port ${port}: packets that are sent there are lost.`,
          hint: `Its ports are ${known.join(", ")}.`,
        };
      }
    }
  },
};

/** A program of flow-hit that no flow calls never runs. */
export const unusedProgram: Rule = {
  name: "unused-flow-program",
  *check({ switches }) {
    for (const { flowHit, actions } of switches) {
      const called = new Set(
        actions.flatMap(({ line }) => [...line.text.matchAll(/\bbpf\(\s*([^,()\s]+)/g)].map(([, name]) => name)),
      );
      for (const [name, { place }] of flowHit)
        if (!called.has(name))
          yield {
            place,
            message: `No flow calls the flow-hit program '${name}'.`,
            hint: `A flow calls it with the action \`bpf(${name})\`.`,
          };
    }
  },
};
