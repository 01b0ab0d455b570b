import type { PacketContext } from "./context.ts";
import type { Facts } from "./facts.ts";
import type { BitField, Field } from "./headers/header.ts";
import { hex, type NumberKind } from "./headers/number-kind.ts";
import { locate } from "./locate.ts";
import type { Position, Value } from "./value.ts";

/** What a value is called, and how numbers that it is compared with are written. */
export interface Subject {
  readonly text: string;
  readonly kind: NumberKind;
  readonly size: number;
  /** What is named is so many times the value. */
  readonly factor: number;
  /** The field that the value is, or is part of. */
  readonly field?: Field;
  /** Where in the field. */
  readonly at?: number;
  /** The bits of the field that the value is made of. */
  readonly mask?: number;
  /** The mask's own name. */
  readonly bits?: BitField;
  /** Bits of metadata that have names. */
  readonly known?: readonly BitField[];
}

interface Metadata {
  readonly text: string;
  readonly kind: NumberKind;
  readonly bits?: readonly BitField[];
}

const METADATA: Readonly<Record<string, Metadata>> = {
  proto: { text: "EtherType", kind: "ethertype" },
  type: { text: "packet type", kind: "packet-type" },
  ifidx: { text: "interface's index", kind: "number" },
  nla: { text: "place of the netlink attribute", kind: "number" },
  nlan: { text: "place of the nested netlink attribute", kind: "number" },
  mark: { text: "packet's mark", kind: "hex" },
  queue: { text: "queue", kind: "number" },
  hatype: { text: "device type", kind: "number" },
  rxhash: { text: "packet's hash", kind: "hex" },
  cpu: { text: "CPU", kind: "number" },
  vlan_tci: {
    text: "tag that the kernel took out",
    kind: "hex",
    bits: [
      { mask: 0x0fff, name: "VLAN id that the kernel took out", kind: "number" },
      { mask: 0xe000, name: "VLAN priority that the kernel took out", kind: "number" },
    ],
  },
  vlanp: { text: "number of VLAN tags that the kernel took out", kind: "number" },
  poff: { text: "payload's offset", kind: "number" },
  random: { text: "random number", kind: "number" },
  vlan_tpid: { text: "EtherType of the tag that the kernel took out", kind: "ethertype" },
};

/** Names a value. `facts`: what is known where it is looked at. */
export function subjectOf(value: Value, facts: Facts, context: PacketContext): Subject {
  switch (value.kind) {
    case "number":
      return plain(`${value.number}`);
    case "length":
      return plain("packet length");
    case "metadata": {
      const { text, kind, bits = [] } = METADATA[value.name] ?? { text: value.name, kind: "number" };
      return { text, kind, size: 4, factor: 1, known: bits };
    }
    case "load":
      return loaded(value.from, value.size, facts, context);
    case "operation":
      return computed(value, facts, context);
    case "either":
      return plain(value.values.map((each) => subjectOf(each, facts, context).text).join(" or "));
    case "unknown":
      return plain("a value that depends on the way to here");
  }
}

function plain(text: string): Subject {
  return { text, kind: "number", size: 4, factor: 1 };
}

function loaded(from: Position, size: number, facts: Facts, context: PacketContext): Subject {
  const placed = locate(from, facts, context);
  if (placed === undefined)
    return { ...plain(`${bytes(size)} at offset ${offsetText(from, facts, context)}`), kind: "hex", size };
  const { header, start } = placed;
  const at = from.offset - start.offset;
  const field = header.fields.find((each) => each.at <= at && at + size <= each.at + each.size);
  if (field === undefined) {
    const text = `${header.name} ${range(at, size)}`;
    return { text, kind: "hex", size, factor: 1 };
  }
  if (field.size === size) return { text: field.name, kind: field.kind, size, factor: 1, field, at: 0 };
  const text = `${range(at - field.at, size)} of ${field.name}`;
  return { text, kind: "hex", size, factor: 1, field, at: at - field.at };
}

/** `byte 3`, `bytes 3-4`. */
function range(at: number, size: number): string {
  return size === 1 ? `byte ${at}` : `bytes ${at}-${at + size - 1}`;
}

function bytes(size: number): string {
  return size === 1 ? "byte" : `${size} bytes`;
}

const ORIGINS = { data: "", network: "network header + ", link: "link-layer header + " } as const;

function offsetText({ origin, offset, terms }: Position, facts: Facts, context: PacketContext): string {
  const parts = terms.map((term) => inside(term, facts, context));
  if (offset !== 0 || parts.length === 0) parts.push(`${offset}`);
  return `${ORIGINS[origin]}${parts.join(" + ")}`;
}

function inside(value: Value, facts: Facts, context: PacketContext): string {
  const { text, factor } = subjectOf(value, facts, context);
  const isSimple = value.kind !== "operation" && value.kind !== "either";
  return isSimple || (factor !== 1 && !text.startsWith("(")) ? text : text.startsWith("(") ? text : `(${text})`;
}

function computed(value: Value & { kind: "operation" }, facts: Facts, context: PacketContext): Subject {
  const { operator, left, right } = value;
  if (right.kind === "number") {
    const inner = subjectOf(left, facts, context);
    const k = right.number;
    if (operator === "&" && inner.mask === undefined && (left.kind === "load" || left.kind === "metadata")) {
      const bits = bitsOf(inner, k);
      if (bits !== undefined)
        return { ...inner, text: bits.name, kind: bits.kind, factor: (bits.unit ?? 1) / lowest(k), bits, mask: k };
      if (inner.field !== undefined) return { ...inner, text: `${inner.text} & ${hex(k)}`, mask: k };
    }
    // A multiple of a number that is named by another multiple.
    if (inner.bits !== undefined && operator === "*" && k > 0) return { ...inner, factor: inner.factor / k };
    if (inner.bits !== undefined && operator === "/" && k > 0 && lowest(inner.mask!) % k === 0)
      return { ...inner, factor: inner.factor * k };
  }
  const operand =
    right.kind === "number" && "&|^".includes(operator) ? hex(right.number) : inside(right, facts, context);
  return plain(`${inside(left, facts, context)} ${operator} ${operand}`);
}

/** What those bits of the value are called, which may be part of a field. */
export function bitsOf({ field, at, size, known }: Subject, mask: number): BitField | undefined {
  if (field === undefined) return known?.find((bits) => bits.mask === mask >>> 0);
  if (field.size > 4) return undefined;
  const shift = 8 * (field.size - (at ?? 0) - size);
  return field.bits?.find((bits) => bits.mask === mask * 2 ** shift);
}

/** The lowest bit that is set. */
export function lowest(mask: number): number {
  return (mask & -mask) >>> 0;
}
