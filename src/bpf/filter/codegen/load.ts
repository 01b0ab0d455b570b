import { type Condition, not, test } from "../ir/condition.ts";
import { ALU, absoluteLoad, indirectLoad, JUMP, OP, type Size } from "../ir/opcode.ts";
import { type Statement, statement } from "../ir/statement.ts";
import type { Context } from "./context.ts";
import type { HeaderOffset } from "./header-offset.ts";

/** What an offset counts from. */
export type Base =
  | "packet"
  | "header"
  | "previous-header"
  | "llc"
  | "mpls-label-before"
  | "network"
  | "network-without-snap"
  | "type"
  | "transport4"
  | "transport6";

const IPV6_HEADER = 40;

/** Statements that load into A what is at an offset from something. */
export function load(c: Context, base: Base, offset: number, size: Size): Statement[] {
  switch (base) {
    case "packet":
      return [statement(absoluteLoad(size), offset)];
    case "header":
      return loadFrom(c, c.header, offset, size);
    case "previous-header":
      return loadFrom(c, c.previousHeader, offset, size);
    case "llc":
      return loadFrom(c, c.payload, offset, size);
    case "mpls-label-before":
      return loadFrom(c, c.payload, c.network - 4 + offset, size);
    case "network":
      return loadFrom(c, c.payload, c.network + offset, size);
    case "network-without-snap":
      return loadFrom(c, c.payload, c.networkWithoutSnap + offset, size);
    case "type":
      return loadFrom(c, c.typeField, offset, size);
    case "transport4":
      return [...loadIpv4HeaderLength(c), statement(indirectLoad(size), c.payload.constant + c.network + offset)];
    case "transport6":
      return loadFrom(c, c.payload, c.network + IPV6_HEADER + offset, size);
  }
}

function loadFrom(c: Context, from: HeaderOffset, offset: number, size: Size): Statement[] {
  const at = from.constant + offset;
  if (!from.variable) return [statement(absoluteLoad(size), at)];
  return [...loadVaryingPart(c, from), statement(indirectLoad(size), at)];
}

/** Statements that load the varying part of an offset into X; none where it has none. */
export function loadVaryingPart(c: Context, offset: HeaderOffset): Statement[] {
  return offset.variable ? [statement(OP.LDX_MEM, c.slotOf(offset))] : [];
}

/** Statements that load the length of the IPv4 header, and with it the varying part of the payload's offset, into X. */
export function loadIpv4HeaderLength(c: Context): Statement[] {
  const at = c.payload.constant + c.network;
  if (!c.payload.variable) return [statement(OP.LDX_MSH, at)];
  return [
    ...loadVaryingPart(c, c.payload),
    statement(indirectLoad(1), at),
    statement(ALU.AND, 0xf),
    statement(ALU.LSH, 2),
    statement(ALU.ADD | 0x08),
    statement(OP.TAX),
  ];
}

/** A field of the packet compared with a number. */
export function compare(
  c: Context,
  base: Base,
  offset: number,
  size: Size,
  jump: number,
  value: number,
  mask = 0xffff_ffff,
): Condition {
  const statements = load(c, base, offset, size);
  if (mask !== 0xffff_ffff) statements.push(statement(ALU.AND, mask));
  return test(statements, jump, value);
}

/** The field, under a mask, is the number. */
export function equals(c: Context, base: Base, offset: number, size: Size, value: number, mask?: number): Condition {
  return compare(c, base, offset, size, JUMP.EQ, value, mask);
}

/** The field has some of the bits. */
export function hasBits(c: Context, base: Base, offset: number, size: Size, bits: number): Condition {
  return compare(c, base, offset, size, JUMP.SET, bits);
}

/** The field is at most the number. */
export function atMost(c: Context, base: Base, offset: number, size: Size, value: number): Condition {
  return not(compare(c, base, offset, size, JUMP.GT, value));
}

/** These bytes are there. The last ones are compared first: of addresses they differ most. */
export function equalsBytes(c: Context, base: Base, offset: number, bytes: Uint8Array): Condition {
  let all: Condition | undefined;
  const also = (next: Condition) => {
    all = all === undefined ? next : { kind: "and", left: all, right: next };
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let left = bytes.length;
  for (; left >= 4; left -= 4) also(equals(c, base, offset + left - 4, 4, view.getUint32(left - 4)));
  for (; left >= 2; left -= 2) also(equals(c, base, offset + left - 2, 2, view.getUint16(left - 2)));
  if (left > 0) also(equals(c, base, offset, 1, view.getUint8(0)));
  return all!;
}

/** A condition that holds of every packet, or of none. */
export function always(holds: boolean): Condition {
  return test([statement(OP.LD_IMM, holds ? 0 : 1)]);
}
