import type { Impairment } from "../model.ts";
import { parseBitRate } from "../quantity/bit-rate.ts";
import { parseDuration } from "../quantity/duration.ts";
import { parseFraction } from "../quantity/fraction.ts";
import { parseSize } from "../quantity/size.ts";
import type { Fields } from "./fields.ts";

/** A cable that does nothing to packets. Its queue is as long as Linux's default txqueuelen. */
export const UNIMPAIRED: Impairment = {
  delay: 0,
  jitter: 0,
  rate: 0,
  loss: 0,
  duplicate: 0,
  corrupt: 0,
  queue: 1000,
  mtu: 0,
};

/** The settings that a mapping gives. */
export function readImpairment(fields: Fields): Partial<Impairment> {
  const settings: { [key in keyof Impairment]: number | undefined } = {
    delay: fields.parsed("delay", parseDuration),
    jitter: fields.parsed("jitter", parseDuration),
    rate: fields.parsed("rate", parseBitRate),
    loss: fields.parsed("loss", parseFraction),
    duplicate: fields.parsed("duplicate", parseFraction),
    corrupt: fields.parsed("corrupt", parseFraction),
    queue: fields.number("queue"),
    mtu: fields.parsed("mtu", parseSize),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
