import { and, type Condition, firstBlock, or, test } from "../ir/condition.ts";
import { ALU, absoluteLoad, JUMP, OP } from "../ir/opcode.ts";
import { type Statement, statement } from "../ir/statement.ts";
import type { Context } from "./context.ts";
import type { HeaderOffset } from "./header-offset.ts";
import { linkProtocol } from "./link-protocol.ts";
import { load } from "./load.ts";
import { ANCILLARY } from "./metadata.ts";
import { ETHERTYPE } from "./protocol-numbers.ts";

const TAG_SIZE = 4;
const LARGEST_ID = 0x0fff;

/** `vlan`: a tag, with that number if one is given. What stands behind it in the expression is meant inside the tag. */
export function vlan(c: Context, id: number | undefined): Condition {
  if (c.mplsDepth > 0) return c.fail("Behind 'mpls' there are no VLAN tags to test.");
  const isEthernet = c.on("EN10MB", "NETANALYZER", "NETANALYZER_TRANSPARENT");
  if (!isEthernet && !c.on("IEEE802_11", "PRISM_HEADER", "IEEE802_11_RADIO_AVS", "IEEE802_11_RADIO"))
    return c.fail(`VLAN tags cannot be told on link type ${c.linkTypeName}.`);
  if (id !== undefined && id > LARGEST_ID) return c.fail(`VLAN numbers go up to ${LARGEST_ID}.`);
  const isOutermost = c.vlanDepth === 0 && !c.header.variable && c.header.constant === c.outermostHeader.constant;
  const found =
    isEthernet && isOutermost && c.options.kernelVlan === true ? vlanFromKernel(c, id) : vlanInPacket(c, id);
  c.vlanDepth++;
  return found;
}

function vlanInPacket(c: Context, id: number | undefined): Condition {
  const found = hasTag(c);
  const tag = id === undefined ? found : and(found, test(loadId(c), JUMP.EQ, id));
  c.payload.constant += TAG_SIZE;
  c.typeField.constant += TAG_SIZE;
  return tag;
}

/** Any of the three EtherTypes that tags have. */
function hasTag(c: Context): Condition {
  const customerOrService = or(linkProtocol(c, ETHERTYPE.VLAN), linkProtocol(c, ETHERTYPE.SERVICE_VLAN));
  return or(customerOrService, linkProtocol(c, ETHERTYPE.OLD_SERVICE_VLAN));
}

function loadId(c: Context): Statement[] {
  return [...load(c, "network", 0, 2), statement(ALU.AND, LARGEST_ID)];
}

/**
 * The kernel has mostly taken the tag out of the packet and knows it. Where it has not, everything behind the tag is 4
 * bytes further on, which the program notes in scratch slots on its way.
 */
function vlanFromKernel(c: Context, id: number | undefined): Condition {
  const knows = test([statement(absoluteLoad(1), ANCILLARY.VLAN_TAG_PRESENT)], JUMP.EQ, 1);
  const inPacket = hasTag(c);
  const idLoad = id === undefined ? undefined : loadId(c);
  c.vlanMoves = true;
  const moved = [...moveOn(c, c.payload), ...moveOn(c, c.typeField)];
  firstBlock(inPacket).statements.unshift(...moved);
  const found = or(knows, inPacket);
  return idLoad === undefined ? found : and(found, test(idFromKernelOr(idLoad), JUMP.EQ, id!));
}

function moveOn(c: Context, offset: HeaderOffset): Statement[] {
  offset.variable = true;
  const slot = c.slotOf(offset);
  return [statement(OP.LD_MEM, slot), statement(ALU.ADD, TAG_SIZE), statement(OP.ST, slot)];
}

/** The kernel's tag where it has one, else what is loaded; then both are masked. */
function idFromKernelOr(loaded: Statement[]): Statement[] {
  const fromKernel = statement(absoluteLoad(1), ANCILLARY.VLAN_TAG);
  const knows = statement(JUMP.EQ, 1);
  knows.whenTrue = fromKernel;
  knows.whenFalse = loaded[0]!;
  return [
    statement(absoluteLoad(1), ANCILLARY.VLAN_TAG_PRESENT),
    knows,
    fromKernel,
    statement(OP.JA, loaded.length - 1),
    ...loaded,
  ];
}
