import type { FlowField } from "../../flow/field.ts";
import { allOnes } from "../../flow/field-value.ts";
import { fieldNamed } from "../../flow/fields.ts";
import { refuseAbsentField } from "../field/absent.ts";
import { fieldWidth, formatSubfield, parseSubfield, type Subfield } from "../field/subfield.ts";
import { formatFieldValue, parseFieldValue } from "../field/value.ts";
import { type KeyValue, splitKeyValues, splitOnce } from "../text/key-values.ts";
import { hex, parseInteger, unsigned, wideUnsigned } from "../text/number.ts";
import { FlowSyntaxError } from "../text/syntax-error.ts";
import { learn } from "../translate/learn.ts";
import type { Action, ActionContext, ActionFamily } from "./action.ts";
import { parseTable } from "./tables.ts";

/** Where a learnt flow gets bits from: the packet, or the value written in the action. */
export type LearnSource = Subfield | bigint;

/** What a learnt flow matches, loads, or outputs to. */
export type LearnSpec =
  | { readonly type: "match" | "load"; readonly source: LearnSource; readonly destination: Subfield }
  | { readonly type: "output"; readonly source: Subfield };

/** Adds a flow made from the packet: learn(...). */
export interface LearnAction extends Action {
  readonly kind: "learn";
  readonly table: number;
  readonly priority: number;
  readonly cookie: bigint;
  /** Seconds; 0: never. */
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly finIdleTimeout: number;
  readonly finHardTimeout: number;
  readonly flags: readonly ("send_flow_rem" | "delete_learned")[];
  /** Flows with this cookie that the table may hold; 0: any number. */
  readonly limit: number;
  /** Bit that says whether the flow is there. */
  readonly result: Subfield | undefined;
  readonly specs: readonly LearnSpec[];
}

const NUMBERS = {
  priority: ["priority", 16],
  idle_timeout: ["idleTimeout", 16],
  hard_timeout: ["hardTimeout", 16],
  fin_idle_timeout: ["finIdleTimeout", 16],
  fin_hard_timeout: ["finHardTimeout", 16],
  limit: ["limit", 32],
} as const;

const START: LearnAction = {
  kind: "learn",
  table: 1,
  priority: 32768,
  cookie: 0n,
  idleTimeout: 0,
  hardTimeout: 0,
  finIdleTimeout: 0,
  finHardTimeout: 0,
  flags: [],
  limit: 0,
  result: undefined,
  specs: [],
};

function addItem(learn: LearnAction, item: KeyValue, argument: string, context: ActionContext): LearnAction {
  const { key, value } = item;
  const number = NUMBERS[key.text as keyof typeof NUMBERS];
  if (number !== undefined) return { ...learn, [number[0]]: unsigned(value, key.text, number[1]) };
  switch (key.text) {
    case "table":
      return { ...learn, table: parseTable(value, `unknown table "${value.text}"`) };
    case "cookie":
      return { ...learn, cookie: wideUnsigned(value, 64) };
    case "send_flow_rem":
    case "delete_learned":
      return { ...learn, flags: [...learn.flags, key.text] };
    case "result_dst": {
      const result = parseSubfield(value, "write");
      if (result.bits !== 1) throw new FlowSyntaxError("result_dst in 'learn' action must be a single bit", value);
      return { ...learn, result };
    }
    default:
      return { ...learn, specs: [...learn.specs, parseSpec(item, argument, context)] };
  }
}

function parseSpec({ key, value, whole }: KeyValue, argument: string, { ports }: ActionContext): LearnSpec {
  if (key.text === "output") return { type: "output", source: parseSubfield(value, "read") };
  if (key.text === "load") {
    const sides = splitOnce(value, "->");
    if (sides === undefined) throw new FlowSyntaxError(`${value.text}: missing \`->' in \`load' specification`, value);
    const destination = parseSubfield(sides[1], "write");
    const number = parseInteger(sides[0].text);
    if (number !== undefined) {
      if (number >> BigInt(destination.bits) !== 0n)
        throw new FlowSyntaxError(`${value.text}: value does not fit into ${destination.bits} bits`, sides[0]);
      return { type: "load", source: number, destination };
    }
    const source = parseSubfield(sides[0], "read");
    sameWidth(source, destination, argument, whole);
    return { type: "load", source, destination };
  }
  const name = /^\w+/.exec(key.text)?.[0] ?? "";
  refuseAbsentField(name, key);
  const field = fieldNamed(name);
  if (field === undefined) throw new FlowSyntaxError(`${argument}: unknown keyword ${key.text}`, key);
  if (field.oxm.length === 0)
    throw new FlowSyntaxError(`${argument}: experimenter OXM field '${field.name}' not supported`, key);
  const destination = parseSubfield(key, "read");
  if (value.text === "") return { type: "match", source: destination, destination };
  const source = /^[A-Za-z_]\w*/.exec(value.text)?.[0];
  if (source !== undefined && fieldNamed(source) !== undefined) {
    const from = parseSubfield(value, "read");
    sameWidth(from, destination, argument, whole);
    return { type: "match", source: from, destination };
  }
  return { type: "match", source: literal(field, destination, value, ports), destination };
}

function literal(
  field: FlowField,
  { bits }: Subfield,
  value: KeyValue["value"],
  ports: ActionContext["ports"],
): bigint {
  if (bits === fieldWidth(field)) return parseFieldValue(field, value, ports).value;
  return wideUnsigned(value, bits);
}

function sameWidth(source: Subfield, destination: Subfield, argument: string, whole: KeyValue["whole"]): void {
  if (source.bits !== destination.bits)
    throw new FlowSyntaxError(
      `${argument}: bit widths of ${formatSubfield(source)} (${source.bits}) and ${formatSubfield(destination)} (${destination.bits}) differ`,
      whole,
    );
}

function formatSpec(spec: LearnSpec): string {
  if (spec.type === "output") return `output:${formatSubfield(spec.source)}`;
  const { source, destination } = spec;
  const name = formatSubfield(destination);
  if (spec.type === "load") return `load:${typeof source === "bigint" ? hex(source) : formatSubfield(source)}->${name}`;
  if (typeof source !== "bigint") return formatSubfield(source) === name ? name : `${name}=${formatSubfield(source)}`;
  // The whole of a field is written by the field's own name.
  return destination.bits === fieldWidth(destination.field)
    ? `${destination.field.name}=${formatFieldValue(destination.field, { value: source, mask: allOnes(destination.field.bits) })}`
    : `${name}=${hex(source)}`;
}

export const LEARN: ActionFamily<LearnAction> = {
  kind: "learn",
  names: {
    learn: ({ value }, context) => {
      const items = splitKeyValues(value);
      return items.reduce((before, item) => addItem(before, item, value.text, context), START);
    },
  },
  format(action) {
    const parts = [`table=${action.table}`];
    const number = (name: string, value: number) => value !== 0 && parts.push(`${name}=${value}`);
    number("idle_timeout", action.idleTimeout);
    number("hard_timeout", action.hardTimeout);
    number("fin_idle_timeout", action.finIdleTimeout);
    number("fin_hard_timeout", action.finHardTimeout);
    if (action.priority !== START.priority) parts.push(`priority=${action.priority}`);
    parts.push(...action.flags);
    if (action.cookie !== 0n) parts.push(`cookie=${hex(action.cookie)}`);
    number("limit", action.limit);
    if (action.result !== undefined) parts.push(`result_dst=${formatSubfield(action.result)}`);
    parts.push(...action.specs.map(formatSpec));
    return `learn(${parts.join(",")})`;
  },
  translate: (action, translation) => learn(translation, action),
};
