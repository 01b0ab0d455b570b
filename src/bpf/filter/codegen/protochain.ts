import { and, type Condition, or, test } from "../ir/condition.ts";
import { ALU, absoluteLoad, indirectLoad, JUMP, OP, SOURCE_X } from "../ir/opcode.ts";
import { type Statement, statement } from "../ir/statement.ts";
import type { Protocol } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { linkProtocol } from "./link-protocol.ts";
import { IP_PROTOCOL as IP, ETHERTYPE as TYPE } from "./protocol-numbers.ts";

const IPV6_HEADER = 40;

/**
 * `protochain`: the protocol is somewhere in the chain of headers that each name the next. The program walks along it in a
 * loop, which tcpdump's own interpreter runs and Linux refuses.
 */
export function protochain(c: Context, protocol: Protocol | undefined, number: number): Condition {
  const slot = c.takeSlot();
  if (protocol === undefined) return or(protochain(c, "ip", number), protochain(c, "ip6", number));
  if (protocol !== "ip" && protocol !== "ip6")
    return c.fail(`'protochain' looks through the headers of ip and ip6, not of '${protocol}'.`);
  if (c.payload.variable)
    return c.fail(`'protochain' cannot be used on link type ${c.linkTypeName}, whose header varies in length.`);
  c.optimizable = false;
  const isIp = linkProtocol(c, protocol === "ip" ? TYPE.IP : TYPE.IPV6);
  const chain = test(walk(c, protocol, number, slot), JUMP.EQ, number);
  c.scratch.giveBack(slot);
  return and(isIp, chain);
}

/** Statements that leave the protocol found, or the one at which the chain ends, in A. X is how far along they are. */
function walk(c: Context, protocol: "ip" | "ip6", number: number, slot: number): Statement[] {
  const header = c.payload.constant + c.network;
  const begin =
    protocol === "ip"
      ? [statement(absoluteLoad(1), header + 9), statement(OP.LDX_MSH, header)]
      : [statement(absoluteLoad(1), header + 6), statement(OP.LDX_IMM, IPV6_HEADER)];
  const isWanted = statement(JUMP.EQ, number);
  const isLast = statement(JUMP.EQ, IP.NONE);
  const options = protocol === "ip6" ? skipOptions(header, slot) : { tests: [], skip: [statement(ALU.ADD, 0)] };
  const isAuthentication = statement(JUMP.EQ, IP.AH);
  const skipAuthentication = skipAuthenticationHeader(header, slot);
  const end = statement(ALU.ADD, 0);

  isWanted.whenTrue = end;
  isWanted.whenFalse = isLast;
  isLast.whenTrue = end;
  isLast.whenFalse = options.tests[0] ?? options.skip[0]!;
  for (const [i, each] of options.tests.entries()) {
    each.whenTrue = options.skip[0]!;
    each.whenFalse = options.tests[i + 1] ?? isAuthentication;
  }
  isAuthentication.whenTrue = skipAuthentication[0]!;
  isAuthentication.whenFalse = end;

  const statements = [
    ...begin,
    isWanted,
    isLast,
    ...options.tests,
    ...options.skip,
    isAuthentication,
    ...skipAuthentication,
    end,
  ];
  const again = statements.indexOf(isWanted);
  for (const [i, each] of statements.entries()) if (each.code === OP.JA) each.k = (again - i - 1) >>> 0;
  return statements;
}

/** IPv6's extension headers with a length in units of 8 bytes, the first not counted (RFC 8200, section 4). */
function skipOptions(header: number, slot: number): { tests: Statement[]; skip: Statement[] } {
  return {
    tests: [IP.HOP_BY_HOP, IP.DESTINATION_OPTIONS, IP.ROUTING, IP.FRAGMENT].map((each) => statement(JUMP.EQ, each)),
    skip: [
      statement(indirectLoad(1), header),
      statement(OP.ST, slot),
      statement(indirectLoad(1), header + 1),
      statement(ALU.ADD, 1),
      statement(ALU.MUL, 8),
      statement(ALU.ADD | SOURCE_X),
      statement(OP.TAX),
      statement(OP.LD_MEM, slot),
      statement(OP.JA),
    ],
  };
}

/** The authentication header counts in units of 4 bytes, without the first two (RFC 4302, section 2.2). As in libpcap, what X was is lost. */
function skipAuthenticationHeader(header: number, slot: number): Statement[] {
  return [
    statement(OP.TXA),
    statement(indirectLoad(1), header),
    statement(OP.ST, slot),
    statement(OP.TXA),
    statement(ALU.ADD, 1),
    statement(OP.TAX),
    statement(indirectLoad(1), header),
    statement(ALU.ADD, 2),
    statement(ALU.MUL, 4),
    statement(OP.TAX),
    statement(OP.LD_MEM, slot),
    statement(OP.JA),
  ];
}
