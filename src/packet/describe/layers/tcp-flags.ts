import { TCP_FLAG } from "../../message-type.ts";
import { suggestion } from "../did-you-mean.ts";
import { toInteger, type ValueKind } from "../value-kind.ts";

/** As scapy writes them, and `.`, `W` and `e` as tcpdump does. */
const LETTERS: Readonly<Record<string, number>> = {
  F: TCP_FLAG.fin,
  S: TCP_FLAG.syn,
  R: TCP_FLAG.rst,
  P: TCP_FLAG.psh,
  A: TCP_FLAG.ack,
  ".": TCP_FLAG.ack,
  U: TCP_FLAG.urg,
  E: TCP_FLAG.ece,
  C: TCP_FLAG.cwr,
  W: TCP_FLAG.cwr,
  N: TCP_FLAG.ae,
  e: TCP_FLAG.ae,
};

const NAMES = Object.keys(TCP_FLAG);
const TAKES = `letters such as SA, a list of ${NAMES.join(", ")}, or a number up to 511`;

export const TCP_FLAGS: ValueKind = {
  schema: {
    anyOf: [
      { type: "string", pattern: `^(?:[FSRPA.UECWNe]+|none|${NAMES.join("|")})$` },
      { type: "array", items: { enum: NAMES } },
      { type: "integer", minimum: 0, maximum: 0x1ff },
    ],
  },
  read(value, reader) {
    const number = toInteger(value);
    if (number !== undefined && number >= 0 && number <= 0x1ff) return number;
    if (typeof value === "string") return fromText(value) ?? reader.refuse(value, TAKES, suggestion(value, NAMES));
    if (!Array.isArray(value)) return reader.refuse(value, TAKES);
    let flags = 0;
    let isGood = true;
    for (const [i, name] of value.entries()) {
      const flag = typeof name === "string" ? named(name) : undefined;
      if (flag === undefined) {
        reader.at(i).refuse(name, `one of ${NAMES.join(", ")}`, suggestion(String(name), NAMES));
        isGood = false;
      }
      flags |= flag ?? 0;
    }
    return isGood ? flags : undefined;
  },
};

function fromText(text: string): number | undefined {
  if (text === "none") return 0;
  const whole = named(text);
  if (whole !== undefined) return whole;
  let flags = 0;
  for (const letter of text) {
    const flag = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined;
    if (flag === undefined) return undefined;
    flags |= flag;
  }
  return text === "" ? undefined : flags;
}

function named(name: string): number | undefined {
  return Object.hasOwn(TCP_FLAG, name) ? TCP_FLAG[name as keyof typeof TCP_FLAG] : undefined;
}
