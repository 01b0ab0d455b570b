import { and, type Condition, not, test } from "../ir/condition.ts";
import { ALU, indirectLoad, JUMP, OP, type Size, SOURCE_X } from "../ir/opcode.ts";
import { type Statement, statement } from "../ir/statement.ts";
import type { Arithmetic, ArithmeticOperator, Protocol, RelationOperator } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import type { HeaderOffset } from "./header-offset.ts";
import { equals, loadIpv4HeaderLength, loadVaryingPart } from "./load.ts";
import { isFirstFragment } from "./port.ts";
import { IP_PROTOCOL } from "./protocol-numbers.ts";
import { isOfProtocol } from "./protocol-test.ts";

/** A value while code for it is generated. */
interface Value {
  /** Compute it and leave it in the slot. */
  readonly statements: Statement[];
  readonly slot: number;
  /** What the packet must be for the value to mean anything. */
  readonly check: Condition | undefined;
}

const OPERATIONS: Readonly<Record<ArithmeticOperator, number>> = {
  "+": ALU.ADD,
  "-": ALU.SUB,
  "*": ALU.MUL,
  "/": ALU.DIV,
  "%": ALU.MOD,
  "&": ALU.AND,
  "|": ALU.OR,
  "^": ALU.XOR,
  "<<": ALU.LSH,
  ">>": ALU.RSH,
};

/** The jump for a comparison, and whether it is the opposite that is asked for. */
export const COMPARISONS: Readonly<Record<RelationOperator, readonly [jump: number, opposite: boolean]>> = {
  "=": [JUMP.EQ, false],
  ">": [JUMP.GT, false],
  ">=": [JUMP.GE, false],
  "!=": [JUMP.EQ, true],
  "<=": [JUMP.GT, true],
  "<": [JUMP.GE, true],
};

/** Two values compared. False where a packet is not of a protocol that the values are of. */
export function relation(c: Context, operator: RelationOperator, left: Arithmetic, right: Arithmetic): Condition {
  const a = value(c, left);
  const b = value(c, right);
  const [jump, opposite] = COMPARISONS[operator];
  const statements = [
    ...a.statements,
    ...b.statements,
    statement(OP.LDX_MEM, b.slot),
    statement(OP.LD_MEM, a.slot),
    // An equality becomes one with 0, which the optimizer can do more with.
    ...(jump === JUMP.EQ ? [statement(ALU.SUB | SOURCE_X)] : []),
  ];
  const compared = test(statements, jump === JUMP.EQ ? jump : jump | SOURCE_X);
  c.scratch.giveBack(a.slot);
  c.scratch.giveBack(b.slot);
  return and(a.check, b.check, opposite ? not(compared) : compared);
}

function value(c: Context, source: Arithmetic): Value {
  switch (source.kind) {
    case "number":
      return stored(c, [statement(OP.LD_IMM, source.value)]);
    case "length":
      return stored(c, [statement(OP.LD_LEN)]);
    case "negation": {
      const of = value(c, source.operand);
      const statements = [
        ...of.statements,
        statement(OP.LD_MEM, of.slot),
        statement(OP.NEG),
        statement(OP.ST, of.slot),
      ];
      return { ...of, statements };
    }
    case "binary":
      return binary(c, source.operator, source.left, source.right);
    case "load":
      return loaded(c, source.protocol, source.index, source.size);
  }
}

function stored(c: Context, statements: Statement[]): Value {
  const slot = c.takeSlot();
  return { statements: [...statements, statement(OP.ST, slot)], slot, check: undefined };
}

function binary(c: Context, operator: ArithmeticOperator, left: Arithmetic, right: Arithmetic): Value {
  const a = value(c, left);
  const b = value(c, right);
  refuseConstant(c, operator, b.statements[0]!);
  const statements = [
    ...a.statements,
    ...b.statements,
    statement(OP.LDX_MEM, b.slot),
    statement(OP.LD_MEM, a.slot),
    statement(OPERATIONS[operator] | SOURCE_X),
  ];
  c.scratch.giveBack(a.slot);
  c.scratch.giveBack(b.slot);
  // As in libpcap, only the first operand says what the packet must be.
  return { ...stored(c, statements), check: a.check };
}

/** libpcap looks at the first statement of the second operand only, whatever follows. */
function refuseConstant(c: Context, operator: ArithmeticOperator, { code, k }: Statement): void {
  if (code !== OP.LD_IMM) return;
  if ((operator === "/" || operator === "%") && k === 0) c.fail("This divides by zero.");
  if ((operator === "<<" || operator === ">>") && k > 31) c.fail(`A 32-bit value cannot be shifted by ${k} bits.`);
}

/** Bytes of the packet, counted from the beginning of a protocol's header. */
function loaded(c: Context, protocol: Protocol, index: Arithmetic, size: number): Value {
  const at = value(c, index);
  const slot = c.takeSlot();
  c.scratch.giveBack(at.slot);
  if (size !== 1 && size !== 2 && size !== 4) return c.fail(`1, 2 or 4 bytes can be read at once, not ${size}.`);
  const { statements, check } = reader(c, protocol, at, size);
  return { statements: [...at.statements, ...statements, statement(OP.ST, slot)], slot, check };
}

function reader(c: Context, protocol: Protocol, at: Value, size: Size): { statements: Statement[]; check?: Condition } {
  switch (protocol) {
    case "radio":
      if (!c.on("IEEE802_11_RADIO_AVS", "IEEE802_11_RADIO", "PRISM_HEADER"))
        return c.fail(`Packets of link type ${c.linkTypeName} have no radio header.`);
      return check(at, { statements: [statement(OP.LDX_MEM, at.slot), statement(indirectLoad(size))] });
    case "ether":
      return check(at, { statements: indexed(c, c.header, c.header.constant, at, size) });
    case "ip":
    case "arp":
    case "rarp":
    case "atalk":
    case "decnet":
    case "sca":
    case "lat":
    case "moprc":
    case "mopdl":
    case "ip6": {
      const statements = indexed(c, c.payload, c.payload.constant + c.network, at, size);
      return check(at, { statements, check: isOfProtocol(c, protocol) });
    }
    case "sctp":
    case "tcp":
    case "udp":
    case "icmp":
    case "igmp":
    case "igrp":
    case "pim":
    case "vrrp":
    case "carp": {
      const statements = [
        ...loadIpv4HeaderLength(c),
        statement(OP.LD_MEM, at.slot),
        statement(ALU.ADD | SOURCE_X),
        statement(OP.TAX),
        statement(indirectLoad(size), c.payload.constant + c.network),
      ];
      // Over IPv6 these headers are not looked for.
      const transport = and(isOfProtocol(c, protocol), isFirstFragment(c));
      return { statements, check: and(isOfProtocol(c, "ip"), at.check, transport) };
    }
    case "icmp6": {
      const isIp6 = isOfProtocol(c, "ip6");
      const isIcmp6 = equals(c, "network", 6, 1, IP_PROTOCOL.ICMPV6);
      const statements = indexed(c, c.payload, c.payload.constant + c.network + 40, at, size);
      return { statements, check: and(at.check, isIp6, isIcmp6) };
    }
    default:
      return c.fail(`Bytes of '${protocol}' cannot be read by an index.`);
  }
}

/** A load at `constant`, the index and the varying part of an offset. */
function indexed(c: Context, offset: HeaderOffset, constant: number, at: Value, size: Size): Statement[] {
  const load = statement(indirectLoad(size), constant);
  if (!offset.variable) return [statement(OP.LDX_MEM, at.slot), load];
  return [
    ...loadVaryingPart(c, offset),
    statement(OP.LD_MEM, at.slot),
    statement(ALU.ADD | SOURCE_X),
    statement(OP.TAX),
    load,
  ];
}

/** Adds what the index needs of the packet. */
function check(
  at: Value,
  read: { statements: Statement[]; check?: Condition },
): { statements: Statement[]; check?: Condition } {
  const all = read.check === undefined ? at.check : and(at.check, read.check);
  return { statements: read.statements, ...(all === undefined ? {} : { check: all }) };
}
