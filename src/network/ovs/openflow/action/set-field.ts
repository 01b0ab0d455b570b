import type { FlowField } from "../../flow/field.ts";
import { allOnes } from "../../flow/field-value.ts";
import { fieldOfName } from "../../flow/fields.ts";
import { refuseAbsentField } from "../field/absent.ts";
import { formatSubfield, parseSubfield, placed, type Subfield } from "../field/subfield.ts";
import { type FieldValue, formatFieldValue, parseFieldValue } from "../field/value.ts";
import { splitOnce } from "../text/key-values.ts";
import { hex, parseInteger } from "../text/number.ts";
import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";
import { moveField, popField, pushField, setField } from "../translate/set-fields.ts";
import type { Action, ActionFamily, ActionText } from "./action.ts";

/** Writes bits of a field: set_field:VALUE[/MASK]->FIELD and load:VALUE->SUBFIELD. */
export interface SetFieldAction extends Action {
  readonly kind: "set_field";
  readonly field: FlowField;
  readonly set: FieldValue;
  /** Written with `load`, into these bits. */
  readonly load?: Subfield;
}

/** Copies bits: move:SUBFIELD->SUBFIELD. */
export interface MoveAction extends Action {
  readonly kind: "move";
  readonly source: Subfield;
  readonly destination: Subfield;
}

/** Pushes bits on the stack, or pops them from it. */
export interface StackAction extends Action {
  readonly kind: "push" | "pop";
  readonly subfield: Subfield;
}

/** The two sides of an arrow. */
export function arrow({ value }: ActionText): readonly [Piece, Piece] {
  const sides = splitOnce(value, "->");
  if (sides === undefined)
    throw new FlowSyntaxError(`${value.text}: missing \`->'`, value, "VALUE->FIELD is expected.");
  return sides;
}

export const SET_FIELD: ActionFamily<SetFieldAction> = {
  kind: "set_field",
  names: {
    set_field: (text, { ports }) => {
      const [value, name] = arrow(text);
      if (name.text === "") throw new FlowSyntaxError(`${text.value.text}: missing field name following \`->'`, name);
      refuseAbsentField(name.text, name);
      const field = fieldOfName(name.text);
      if (field === undefined || (field.isWritable && field.oxm.length === 0))
        throw new FlowSyntaxError(`${name.text} is not a valid OXM field name`, name);
      if (!field.isWritable) throw new FlowSyntaxError(`${field.name} is read-only`, name);
      if (!field.isMaskable && value.text.includes("/"))
        throw new FlowSyntaxError(`${value.text}: invalid mask for field ${field.name}`, value, "It takes no mask.");
      return { kind: "set_field", field, set: parseFieldValue(field, value, ports) };
    },
    load: (text) => {
      const [value, name] = arrow(text);
      const load = parseSubfield(name, "write");
      const number = parseInteger(value.text);
      if (number === undefined) throw new FlowSyntaxError(`${text.value.text}: cannot parse integer value`, value);
      if (number > allOnes(load.bits))
        throw new FlowSyntaxError(
          `${text.value.text}: value ${hex(number)} does not fit into ${load.bits} bits`,
          value,
        );
      return { kind: "set_field", field: load.field, set: placed(load, number), load };
    },
  },
  format: ({ field, set, load }) =>
    load === undefined
      ? `set_field:${formatFieldValue(field, set)}->${field.name}`
      : `load:${hex(set.value >> BigInt(load.start))}->${formatSubfield(load)}`,
  translate: ({ field, set }, translation) => setField(translation, field, set),
  fields: ({ field }) => [field],
  needsNoLayer3: ({ field }) => LAYER_2.has(field.group),
};

/** Groups of fields that are there whatever the packet carries. */
const LAYER_2 = new Set([
  "eth",
  "eth_type",
  "vlan",
  "mpls",
  "tunnel",
  "openflow",
  "skb_mark",
  "skb_priority",
  "in_port",
]);

export const MOVE: ActionFamily<MoveAction> = {
  kind: "move",
  names: {
    move: (text) => {
      const [from, to] = arrow(text);
      const source = parseSubfield(from, "read");
      const destination = parseSubfield(to, "write");
      if (source.bits !== destination.bits)
        throw new FlowSyntaxError(
          `${text.value.text}: source field is ${source.bits} bits wide but destination is ${destination.bits} bits wide`,
          text.value,
        );
      return { kind: "move", source, destination };
    },
  },
  format: ({ source, destination }) => `move:${formatSubfield(source)}->${formatSubfield(destination)}`,
  translate: ({ source, destination }, translation) => moveField(translation, source, destination),
  fields: ({ source, destination }) => [source.field, destination.field],
};

export const PUSH: ActionFamily<StackAction> = {
  kind: "push",
  names: { push: ({ value }) => ({ kind: "push", subfield: parseSubfield(value, "read") }) },
  format: ({ subfield }) => `push:${formatSubfield(subfield)}`,
  translate: ({ subfield }, translation) => pushField(translation, subfield),
  fields: ({ subfield }) => [subfield.field],
};

export const POP: ActionFamily<StackAction> = {
  kind: "pop",
  names: { pop: ({ value }) => ({ kind: "pop", subfield: parseSubfield(value, "write") }) },
  format: ({ subfield }) => `pop:${formatSubfield(subfield)}`,
  translate: ({ subfield }, translation) => popField(translation, subfield),
  fields: ({ subfield }) => [subfield.field],
};
