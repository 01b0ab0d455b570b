import { and, type Condition, not } from "../ir/condition.ts";
import type { LlcFrames } from "../syntax/ast.ts";
import { atmField } from "./atm-field.ts";
import type { Context } from "./context.ts";
import { always, atMost, equals, hasBits } from "./load.ts";
import { LARGEST_ETHERNET_LENGTH } from "./protocol-numbers.ts";
import { isDataFrame } from "./wlan-frame.ts";
import { isWlan } from "./wlan-host.ts";

/** Lowest bits of the control field of supervisory and unnumbered frames, and the bits that tell their kinds. */
const FORMATS = { s: { format: 1, kinds: 0x0f }, u: { format: 3, kinds: 0xef } } as const;
const FORMAT_MASK = 0x03;

/** `llc`: frames with an LLC header, of a format or kind if one is given. */
export function llcTest(c: Context, frames: LlcFrames | undefined): Condition {
  const hasLlc = hasLlcHeader(c);
  if (frames === undefined) return hasLlc;
  if (frames.format === "i") return and(hasLlc, not(hasBits(c, "llc", 2, 1, 0x01)));
  const { format, kinds } = FORMATS[frames.format];
  return and(
    hasLlc,
    frames.control === undefined
      ? equals(c, "llc", 2, 1, format, FORMAT_MASK)
      : equals(c, "llc", 2, 1, frames.control, kinds),
  );
}

function hasLlcHeader(c: Context): Condition {
  if (c.on("EN10MB"))
    // Behind a length, and not Novell's frames without LLC.
    return and(atMost(c, "type", 0, 2, LARGEST_ETHERNET_LENGTH), not(equals(c, "llc", 0, 2, 0xffff)));
  if (c.on("SUNATM")) {
    const carriesLlc = atmField(c, "llc");
    c.linkType = c.previousLinkType;
    return carriesLlc;
  }
  if (c.on("IEEE802", "FDDI", "ATM_RFC1483")) return always(true);
  if (isWlan(c)) return isDataFrame(c);
  return c.fail(`'llc' cannot be told on link type ${c.linkTypeName}.`);
}
