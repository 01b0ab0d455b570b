import { formatPort, OFPP, parsePort, portNumber } from "../ports.ts";
import { splitAt, splitOnce } from "../text/key-values.ts";
import { hex, parseInteger, wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { runGroup } from "../translate/groups.ts";
import { lookUpIn, resubmit } from "../translate/lookup.ts";
import { runMeter, writeMetadata } from "../translate/set-fields.ts";
import type { Action, ActionFamily } from "./action.ts";

/** Looks the packet up in a table and does what is found, then goes on: resubmit([PORT],[TABLE][,ct]). */
export interface ResubmitAction extends Action {
  readonly kind: "resubmit";
  /** In place of the packet's own. */
  readonly inPort: number | undefined;
  /** The table the action stands in where none is said. */
  readonly table: number | undefined;
  /** Looks up the connection's original addresses in place of the packet's. */
  readonly usesConnection: boolean;
}

export interface GotoTableAction extends Action {
  readonly kind: "goto_table";
  readonly table: number;
}

export interface GroupAction extends Action {
  readonly kind: "group";
  readonly group: number;
}

export interface MeterAction extends Action {
  readonly kind: "meter";
  readonly meter: number;
}

export interface WriteMetadataAction extends Action {
  readonly kind: "write_metadata";
  readonly value: bigint;
  readonly mask: bigint;
}

/** A part of a match in several dimensions: conjunction(ID,K/N). */
export interface ConjunctionAction extends Action {
  readonly kind: "conjunction";
  readonly id: number;
  /** From 0. */
  readonly clause: number;
  readonly clauses: number;
}

/** Tables that flows can be in (255 is for all of them). */
export const MAX_TABLE = 254;

/** A table's number. */
export function parseTable(piece: Piece, complaint: string): number {
  const table = parseInteger(piece.text);
  if (table === undefined || table > BigInt(MAX_TABLE))
    throw new FlowSyntaxError(complaint, piece, `A table from 0 to ${MAX_TABLE} is expected.`);
  return Number(table);
}

export const RESUBMIT: ActionFamily<ResubmitAction> = {
  kind: "resubmit",
  names: {
    resubmit: ({ value }, { ports }) => {
      const [port, table, ct, ...more] = value.text === "" ? [] : splitAt(value, ",");
      const extra = more[0] ?? (ct !== undefined && ct.text !== "ct" ? ct : undefined);
      if (extra !== undefined) throw new FlowSyntaxError(`${extra.text}: unknown parameter`, extra, "ct is expected.");
      const action = {
        kind: "resubmit",
        inPort:
          port === undefined || port.text === "" || isInPort(port)
            ? undefined
            : parsePort(port, ports, `${port.text}: resubmit to unknown port`),
        table:
          table === undefined || table.text === "" || table.text === "255"
            ? undefined
            : parseTable(table, `${table.text}: resubmit to unknown table`),
        usesConnection: ct !== undefined,
      } as const;
      if (action.inPort === undefined && action.table === undefined)
        throw new FlowSyntaxError('at least one "in_port" or "table" must be specified on resubmit', value);
      return action;
    },
  },
  format({ inPort, table, usesConnection }) {
    const port = inPort === undefined ? "" : formatPort(inPort);
    if (table === undefined) return `resubmit:${port === "" ? "IN_PORT" : port}`;
    return `resubmit(${port},${table}${usesConnection ? ",ct" : ""})`;
  },
  translate(action, translation, isLast) {
    resubmit(translation, action, isLast);
    return "entered";
  },
};

/** That the port stays as it is. */
const isInPort = ({ text }: Piece) => portNumber(text, NO_NAMES) === OFPP.IN_PORT;
const NO_NAMES = new Map<string, number>();

export const GOTO_TABLE: ActionFamily<GotoTableAction> = {
  kind: "goto_table",
  names: {
    goto_table: ({ value }) => ({ kind: "goto_table", table: parseTable(value, `unknown table "${value.text}"`) }),
  },
  format: ({ table }) => `goto_table:${table}`,
  translate({ table }, translation, isLast) {
    lookUpIn(translation, table, { isLast });
    return "entered";
  },
  instruction: 5,
};

export const GROUP: ActionFamily<GroupAction> = {
  kind: "group",
  names: { group: ({ value }) => ({ kind: "group", group: required(value, 32) }) },
  format: ({ group }) => `group:${group}`,
  translate: ({ group }, translation, isLast) => runGroup(translation, group, isLast),
  needsNoLayer3: () => true,
};

/** The highest number that meters have (OFPM13_MAX). */
const MAX_METER = 0xffff_0000;

export const METER: ActionFamily<MeterAction> = {
  kind: "meter",
  names: {
    meter: ({ value }) => {
      const meter = required(value, 32);
      if (meter === 0 || meter > MAX_METER)
        throw new FlowSyntaxError("actions are invalid with specified match (OFPMMFC_INVALID_METER)", value);
      return { kind: "meter", meter };
    },
  },
  format: ({ meter }) => `meter:${meter}`,
  translate: ({ meter }, translation) => runMeter(translation, meter),
  isIrreversible: true,
  instruction: 0,
};

export const WRITE_METADATA: ActionFamily<WriteMetadataAction> = {
  kind: "write_metadata",
  names: {
    write_metadata: ({ value }) => {
      const [number, mask] = splitOnce(value, "/") ?? [value];
      const wanted = mask === undefined ? 0xffff_ffff_ffff_ffffn : wideUnsigned(mask, 64);
      return { kind: "write_metadata", value: wideUnsigned(number, 64), mask: wanted };
    },
  },
  format: ({ value, mask }) => `write_metadata:${hex(value)}${mask === 0xffff_ffff_ffff_ffffn ? "" : `/${hex(mask)}`}`,
  translate: ({ value, mask }, translation) => writeMetadata(translation, value, mask),
  instruction: 4,
};

export const CONJUNCTION: ActionFamily<ConjunctionAction> = {
  kind: "conjunction",
  names: {
    conjunction: ({ value }) => {
      const match = /^(\w+)\s*,\s*(\d+)\/(\d+)$/.exec(value.text);
      const id = parseInteger(match?.[1] ?? "");
      if (match === null || id === undefined || id > 0xffff_ffffn)
        throw new FlowSyntaxError(
          '"conjunction" syntax is "conjunction(id,i/n)"',
          value,
          "conjunction(ID,K/N) is expected.",
        );
      const [clause, clauses] = [Number(match[2]), Number(match[3])];
      if (clauses < 2) throw new FlowSyntaxError("conjunction must have at least 2 clauses", value);
      if (clauses > 64) throw new FlowSyntaxError("conjunction must have at most 64 clauses", value);
      if (clause < 1) throw new FlowSyntaxError("clause index must be positive", value);
      if (clause > clauses)
        throw new FlowSyntaxError("clause index must be less than or equal to number of clauses", value);
      return { kind: "conjunction", id: Number(id), clause: clause - 1, clauses };
    },
  },
  format: ({ id, clause, clauses }) => `conjunction(${id},${clause + 1}/${clauses})`,
  translate: (_, translation) => translation.say("error", "executing no-op conjunction action"),
};

/** Number of bits of unsigned numbers of a queue. */
export const queue = (piece: Piece) => required(piece, 32);

/** A number that has to be there. */
export function required(piece: Piece, bits: number): number {
  if (piece.text === "") throw new FlowSyntaxError("missing required numeric argument", piece);
  return Number(wideUnsigned(piece, bits));
}
