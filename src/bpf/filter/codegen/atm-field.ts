import type { Condition } from "../ir/condition.ts";
import { JUMP } from "../ir/opcode.ts";
import type { Context } from "./context.ts";
import { compare, equals } from "./load.ts";

/** Values of the low four bits of the first byte of SunATM's pseudo-header. */
const LANE = 0x01;
const LLC = 0x02;
/** Offset of the message type in a Q.2931 message. */
const MESSAGE_TYPE = 5;

/** The AAL5 frame carries LAN emulation or LLC. */
export function atmField(c: Context, carries: "lane" | "llc"): Condition {
  return equals(c, "header", atm(c, carries).protocol, 1, carries === "lane" ? LANE : LLC, 0x0f);
}

/** A comparison of the virtual path or channel. */
export function atmCircuit(c: Context, field: "vpi" | "vci", value: number, jump: number = JUMP.EQ): Condition {
  const offset = atm(c, field)[field];
  return compare(c, "header", offset, field === "vpi" ? 1 : 2, jump, value);
}

/** A Q.2931 signalling message of this type. */
export function atmMessage(c: Context, type: number): Condition {
  return equals(c, "header", atm(c, "connectmsg").payload + MESSAGE_TYPE, 1, type);
}

function atm(c: Context, word: string): NonNullable<Context["layout"]["atm"]> {
  return c.layout.atm ?? c.fail(`'${word}' is there on raw ATM only (SUNATM), not on link type ${c.linkTypeName}.`);
}
