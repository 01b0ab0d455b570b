import { ALU, absoluteLoad, indirectLoad, JUMP, OP, SOURCE_X } from "../ir/opcode.ts";
import { type Statement, statement } from "../ir/statement.ts";
import { LINK_TYPES } from "../names/link-types.ts";
import type { Context } from "./context.ts";

/**
 * Statements that compute the lengths of headers whose length varies, for the scratch slots from which the program takes
 * them; none where it takes none. They go in front of `first`, the first block's own statements.
 */
export function prologue(c: Context, first: readonly Statement[]): Statement[] {
  if (c.payload.slot !== undefined && c.header.variable) c.slotOf(c.header);
  const radio = radioLength(c);
  switch (c.outermostLinkType) {
    case LINK_TYPES.IEEE802_11:
    case LINK_TYPES.PRISM_HEADER:
    case LINK_TYPES.IEEE802_11_RADIO_AVS:
    case LINK_TYPES.IEEE802_11_RADIO:
    case LINK_TYPES.PPI:
      return wlanHeaderLength(c, radio, first);
    case LINK_TYPES.PFLOG:
      return pflogHeaderLength(c);
  }
  if (!c.vlanMoves) return radio;
  return [statement(OP.LD_IMM), statement(OP.ST, c.slotOf(c.payload)), statement(OP.ST, c.slotOf(c.typeField))];
}

/** Leaves the length of the header in front of 802.11 in its slot and in X. */
function radioLength(c: Context): Statement[] {
  if (c.outermostLinkType === LINK_TYPES.PRISM_HEADER) c.optimizable = false;
  const { slot } = c.header;
  if (slot === undefined) return [];
  switch (c.outermostLinkType) {
    case LINK_TYPES.PRISM_HEADER:
      return prismLength(slot);
    case LINK_TYPES.IEEE802_11_RADIO_AVS:
      return [statement(absoluteLoad(4), 4), statement(OP.ST, slot), statement(OP.TAX)];
    // Radiotap and PPI: two bytes, the lower one first.
    case LINK_TYPES.IEEE802_11_RADIO:
    case LINK_TYPES.PPI:
      return [
        statement(absoluteLoad(1), 3),
        statement(ALU.LSH, 8),
        statement(OP.TAX),
        statement(absoluteLoad(1), 2),
        statement(ALU.OR | SOURCE_X),
        statement(OP.ST, slot),
        statement(OP.TAX),
      ];
    default:
      return [];
  }
}

/** Where a Prism header is announced there may be an AVS header, which begins with a magic number and tells its length. */
function prismLength(slot: number): Statement[] {
  const isAvs = statement(JUMP.EQ, 0x8021_1000);
  const avs = statement(absoluteLoad(4), 4);
  const prism = statement(OP.LD_IMM, 144);
  isAvs.whenTrue = avs;
  isAvs.whenFalse = prism;
  return [
    statement(absoluteLoad(4), 0),
    statement(ALU.AND, 0xffff_f000),
    isAvs,
    avs,
    statement(OP.JA, 1),
    prism,
    statement(OP.ST, slot),
    statement(OP.TAX),
  ];
}

/** OpenBSD's header tells its length without padding to 4 bytes. */
function pflogHeaderLength(c: Context): Statement[] {
  const { slot } = c.payload;
  if (slot === undefined) return [];
  return [
    statement(absoluteLoad(1), 0),
    statement(ALU.ADD, 3),
    statement(ALU.AND, 0xffff_fffc),
    statement(OP.ST, slot),
    statement(OP.TAX),
  ];
}

const HEADER = 24;
const QOS_FIELD = 2;

/** The 802.11 header (IEEE 802.11-2020, 9.3.2): 24 bytes, 2 more in QoS data frames, and padding where radiotap says so. */
function wlanHeaderLength(c: Context, radio: Statement[], first: readonly Statement[]): Statement[] {
  const { slot } = c.payload;
  if (slot === undefined) return radio;
  c.optimizable = false;
  const go = first[0];
  const isData = statement(JUMP.SET, 0x08);
  const isOther = statement(JUMP.SET, 0x04);
  const isQos = statement(JUMP.SET, 0x80);
  const addQos = [statement(OP.LD_MEM, slot), statement(ALU.ADD, QOS_FIELD), statement(OP.ST, slot)];
  const padding = c.linkType === LINK_TYPES.IEEE802_11_RADIO ? radiotapPadding(slot, go) : [];
  target(isData, isOther, go);
  target(isOther, go, isQos);
  target(isQos, addQos[0], padding[0] ?? go);
  return [
    ...(radio.length > 0 ? radio : [statement(OP.LDX_IMM, c.outermostHeader.constant)]),
    statement(OP.TXA),
    statement(ALU.ADD, HEADER),
    statement(OP.ST, slot),
    statement(indirectLoad(1), 0),
    isData,
    isOther,
    isQos,
    ...addQos,
    ...padding,
  ];
}

/** Bits of radiotap's first word, which is little-endian (radiotap.org): a timestamp, flags, and another such word. */
const TIMESTAMP = 0x0100_0000;
const FLAGS = 0x0200_0000;
const EXTENDED = 0x0000_0080;
/** Of the flags: the 802.11 header is padded to 4 bytes. */
const PADDED = 0x20;

/** The flags are at 16 behind a timestamp, else at 8; they are not looked for where there is more than one word. */
function radiotapPadding(slot: number, go: Statement | undefined): Statement[] {
  const hasFlags = statement(JUMP.SET, FLAGS);
  const isExtended = statement(JUMP.SET, EXTENDED);
  const hasTimestamp = statement(JUMP.SET, TIMESTAMP);
  const flagsBehind = statement(absoluteLoad(1), 16);
  const isPaddedBehind = statement(JUMP.SET, PADDED);
  const flags = statement(absoluteLoad(1), 8);
  const isPadded = statement(JUMP.SET, PADDED);
  const roundUp = [statement(OP.LD_MEM, slot), statement(ALU.ADD, 3), statement(ALU.AND, ~3), statement(OP.ST, slot)];
  target(hasFlags, isExtended, go);
  target(isExtended, go, hasTimestamp);
  target(hasTimestamp, flagsBehind, flags);
  target(isPaddedBehind, roundUp[0], go);
  target(isPadded, roundUp[0], go);
  return [
    statement(absoluteLoad(4), 4),
    hasFlags,
    isExtended,
    hasTimestamp,
    flagsBehind,
    isPaddedBehind,
    flags,
    isPadded,
    ...roundUp,
  ];
}

function target(jump: Statement, whenTrue: Statement | undefined, whenFalse: Statement | undefined): void {
  if (whenTrue !== undefined) jump.whenTrue = whenTrue;
  if (whenFalse !== undefined) jump.whenFalse = whenFalse;
}
