import { and, type Condition, not } from "../ir/condition.ts";
import { JUMP } from "../ir/opcode.ts";
import type { Context } from "./context.ts";
import type { Ss7Layout } from "./link-layout.ts";
import { compare, equals } from "./load.ts";

const LENGTH_MASK = 0x3f;
const HIGH_SPEED_LENGTH_MASK = 0xff80;
/** Length indicators up to this one are of link status units, 0 is of fill-in units (Q.703, 2.3.3). */
const LONGEST_STATUS = 2;
const HIGH_SPEED_LONGEST_STATUS = 0x0100;
/** Bytes by which the high-speed variant's fields are further on. */
const HIGH_SPEED_SHIFT = 3;

/** `fisu`, `lssu`, `msu` and, with an `h` in front, the same of the high-speed variant (Q.703 annex A). */
export function mtp2Type(c: Context, name: string): Condition {
  const ss7 = layout(c, name);
  const fast = name.startsWith("h");
  const [offset, size, mask] = fast
    ? ([ss7.highSpeedLength, 2, HIGH_SPEED_LENGTH_MASK] as const)
    : ([ss7.length, 1, LENGTH_MASK] as const);
  const longest = fast ? HIGH_SPEED_LONGEST_STATUS : LONGEST_STATUS;
  const longerThan = (length: number) => compare(c, "packet", offset, size, JUMP.GT, length, mask);
  switch (name.replace(/^h/, "")) {
    case "fisu":
      return equals(c, "packet", offset, size, 0, mask);
    case "lssu":
      return and(longerThan(0), not(longerThan(longest)));
    default:
      return longerThan(longest);
  }
}

/** A field of MTP3: `sio`, `opc`, `dpc`, `sls`, with an `h` in front for the high-speed variant. */
export function mtp3Field(c: Context, field: string, jump: number, value: number): Condition {
  const ss7 = layout(c, field);
  const shift = field.startsWith("h") ? HIGH_SPEED_SHIFT : 0;
  const limit = (largest: number) => {
    if (value > largest) c.fail(`'${field}' goes up to ${largest}.`);
  };
  switch (field.replace(/^h/, "")) {
    case "sio":
      limit(0xff);
      return compare(c, "packet", ss7.sio + shift, 1, jump, value);
    case "opc":
      limit(0x3fff);
      return compare(c, "packet", ss7.opc + shift, 4, jump, originating(value), 0x00c0ff0f);
    case "dpc":
      limit(0x3fff);
      return compare(c, "packet", ss7.dpc + shift, 4, jump, destination(value), 0xff3f0000);
    default:
      limit(0xf);
      return compare(c, "packet", ss7.sls + shift, 1, jump, value << 4, 0xf0);
  }
}

/** The 14 bits of a point code lie little-endian in the routing label (Q.704, 2.2), the originating one from bit 14 on. */
function originating(code: number): number {
  return ((code & 0x3c00) >> 10) + ((code & 0x03fc) << 6) + ((code & 0x0003) << 22);
}

function destination(code: number): number {
  return ((code & 0x00ff) << 24) + ((code & 0x3f00) << 8);
}

function layout(c: Context, word: string): Ss7Layout {
  return c.layout.ss7 ?? c.fail(`'${word}' is there on SS7 only (MTP2), not on link type ${c.linkTypeName}.`);
}
