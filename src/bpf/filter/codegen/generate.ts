import { and, type Condition, firstBlock, not, or, test } from "../ir/condition.ts";
import { absoluteLoad, JUMP } from "../ir/opcode.ts";
import { statement } from "../ir/statement.ts";
import { LINK_TYPES } from "../names/link-types.ts";
import type { Expression, Primitive } from "../syntax/ast.ts";
import { addressTest } from "./address.ts";
import { COMPARISONS, relation } from "./arithmetic.ts";
import { atmType } from "./atm.ts";
import { atmCircuit } from "./atm-field.ts";
import type { Context } from "./context.ts";
import { isBroadcast, isMulticast } from "./group-address.ts";
import { atLeastLong, atMostLong, byteTest } from "./length-test.ts";
import { llcTest } from "./llc-frames.ts";
import { isOfInterface, isOutbound } from "./metadata.ts";
import { mpls } from "./mpls.ts";
import { pflogName, pflogNumber } from "./pflog.ts";
import { pppoeDiscovery, pppoeSession } from "./pppoe.ts";
import { prologue } from "./prologue.ts";
import { isOfProtocol } from "./protocol-test.ts";
import { mtp2Type, mtp3Field } from "./ss7.ts";
import { geneve, vxlan } from "./tunnel.ts";
import { vlan } from "./vlan.ts";
import { wlanDirection, wlanType } from "./wlan-frame.ts";

/** Code for a whole expression, structured as libpcap's (gencode.c), so that its optimizer makes of it what libpcap's does. */
export function generate(c: Context, expression: Expression): Condition {
  const condition = combined(c, expression);
  const first = firstBlock(condition);
  first.statements.unshift(...prologue(c, first.statements));
  return c.linkType === LINK_TYPES.PPI ? and(isPpiOfWlan(), condition) : condition;
}

/** From left to right, because `vlan` and others change what stands behind them. */
function combined(c: Context, expression: Expression): Condition {
  const rights: { kind: "and" | "or"; right: Expression }[] = [];
  let leftmost = expression;
  // Long chains grow to the left, which therefore is not a recursion.
  for (; leftmost.kind === "and" || leftmost.kind === "or"; leftmost = leftmost.left)
    rights.push({ kind: leftmost.kind, right: leftmost.right });
  let condition = leftmost.kind === "not" ? not(combined(c, leftmost.operand)) : primitive(c, leftmost as Primitive);
  for (const { kind, right } of rights.reverse())
    condition = (kind === "and" ? and : or)(condition, combined(c, right));
  return condition;
}

function primitive(c: Context, p: Primitive): Condition {
  c.span = { start: p.start, end: p.end };
  switch (p.kind) {
    case "address":
      return addressTest(c, p.qualifiers, p.operand);
    case "protocol":
      return isOfProtocol(c, p.protocol);
    case "relation":
      return relation(c, p.operator, p.left, p.right);
    case "broadcast":
      return isBroadcast(c, p.protocol);
    case "multicast":
      return isMulticast(c, p.protocol);
    case "less":
      return atMostLong(p.value);
    case "greater":
      return atLeastLong(p.value);
    case "byte":
      return byteTest(c, p.index, p.operator, p.value);
    case "inbound":
    case "outbound":
      return isOutbound(c, p.kind === "outbound");
    case "ifindex":
      return isOfInterface(c, p.value);
    case "vlan":
      return vlan(c, p.value);
    case "mpls":
      return mpls(c, p.value);
    case "pppoed":
      return pppoeDiscovery(c);
    case "pppoes":
      return pppoeSession(c, p.value);
    case "geneve":
      return geneve(c, p.value);
    case "vxlan":
      return vxlan(c, p.value);
    case "pflog-name":
      return pflogName(c, p.field, p.text);
    case "pflog-number":
      return pflogNumber(c, p.field, p.value);
    case "wlan-type":
      return wlanType(c, p.value, p.mask);
    case "wlan-direction":
      return wlanDirection(c, p.value);
    case "llc":
      return llcTest(c, p.frames);
    case "atm-type":
      return atmType(c, p.name);
    case "field": {
      const [jump, opposite] = COMPARISONS[p.operator];
      const field =
        p.field === "vpi" || p.field === "vci"
          ? atmCircuit(c, p.field, p.value, jump)
          : mtp3Field(c, p.field, jump, p.value);
      return opposite ? not(field) : field;
    }
    case "mtp2-type":
      return mtp2Type(c, p.name);
  }
}

/** PPI tells in its header, little-endian, what is behind it. */
function isPpiOfWlan(): Condition {
  return test([statement(absoluteLoad(4), 4)], JUMP.EQ, LINK_TYPES.IEEE802_11 << 24);
}
