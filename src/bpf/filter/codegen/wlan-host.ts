import { and, type Condition, not, or } from "../ir/condition.ts";
import type { Direction } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import { equals, equalsBytes, hasBits } from "./load.ts";

/** Offsets of the four addresses in an 802.11 header (IEEE 802.11-2020, 9.2.4.3). */
const ADDRESS1 = 4;
const ADDRESS2 = 10;
const ADDRESS3 = 16;
const ADDRESS4 = 24;

/** Bits of the two bytes of the frame control field. */
const TYPE_CONTROL = 0x04;
const TYPE_DATA = 0x08;
const TO_DS = 0x01;
const FROM_DS = 0x02;
const TYPE_MASK = 0x0c;
const SUBTYPE_MASK = 0xf0;
const CLEAR_TO_SEND = 0xc0;
const ACKNOWLEDGEMENT = 0xd0;

export function isWlan(c: Context): boolean {
  return c.on("IEEE802_11", "PRISM_HEADER", "IEEE802_11_RADIO_AVS", "IEEE802_11_RADIO", "PPI");
}

/** A host in 802.11: which of the four addresses is its depends on the type of the frame and the way that it goes. */
export function wlanHost(c: Context, address: Uint8Array, direction: Direction | undefined): Condition {
  const is = (offset: number) => equalsBytes(c, "header", offset, address);
  switch (direction) {
    case "src":
      return source(c, is);
    case "dst":
      return wlanDestination(c, is);
    case "and":
      return and(source(c, is), wlanDestination(c, is));
    case "or":
    case undefined:
      return or(source(c, is), wlanDestination(c, is));
    case "addr1":
      return is(ADDRESS1);
    case "addr2":
      return and(hasTransmitter(c), is(ADDRESS2));
    case "addr3":
      return and(not(isControl(c)), is(ADDRESS3));
    case "addr4":
      return and(equals(c, "header", 1, 1, TO_DS | FROM_DS, TO_DS | FROM_DS), is(ADDRESS4));
    case "ra":
      return and(isData(c), is(ADDRESS1));
    case "ta":
      return and(and(isData(c), hasTransmitter(c)), is(ADDRESS2));
  }
}

/** What `is` tests, at the place of the destination; control frames have none. */
export function wlanDestination(c: Context, is: (offset: number) => Condition): Condition {
  const toDs = () => hasBits(c, "header", 1, 1, TO_DS);
  const inData = or(and(not(toDs()), is(ADDRESS1)), and(toDs(), is(ADDRESS3)));
  return and(not(mayBeControl(c)), or(and(not(isData(c)), is(ADDRESS1)), and(isData(c), inData)));
}

function source(c: Context, is: (offset: number) => Condition): Condition {
  const toDs = () => hasBits(c, "header", 1, 1, TO_DS);
  const fromDs = () => hasBits(c, "header", 1, 1, FROM_DS);
  const fromDistribution = or(and(not(toDs()), is(ADDRESS3)), and(toDs(), is(ADDRESS4)));
  const inData = or(and(not(fromDs()), is(ADDRESS2)), and(fromDs(), fromDistribution));
  return and(not(mayBeControl(c)), or(and(not(isData(c)), is(ADDRESS2)), and(isData(c), inData)));
}

function isData(c: Context): Condition {
  return hasBits(c, "header", 0, 1, TYPE_DATA);
}

/** Control frames, and the reserved type. */
function mayBeControl(c: Context): Condition {
  return hasBits(c, "header", 0, 1, TYPE_CONTROL);
}

function isControl(c: Context): Condition {
  return equals(c, "header", 0, 1, TYPE_CONTROL, TYPE_MASK);
}

/** All frames have a second address but two kinds of control frames. */
function hasTransmitter(c: Context): Condition {
  const isNot = (subtype: number) => not(equals(c, "header", 0, 1, subtype, SUBTYPE_MASK));
  return or(not(isControl(c)), and(isNot(CLEAR_TO_SEND), isNot(ACKNOWLEDGEMENT)));
}
