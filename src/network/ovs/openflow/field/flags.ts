import { CT_STATE, TUNNEL_FLAGS } from "../../flow/layout.ts";
import { hex } from "../text/number.ts";

/** Names of the flags of TCP from the lowest bit up (RFC 9293, RFC 3540, RFC 3168). */
const TCP_FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]"] as const;

/** Flag names with their bits. */
export type FlagNames = readonly (readonly [name: string, bit: number])[];

export const TCP_FLAG_NAMES: FlagNames = TCP_FLAGS.map((name, i) => [name, 1 << i]);
export const CT_STATE_NAMES: FlagNames = (["new", "est", "rel", "rpl", "inv", "trk", "snat", "dnat"] as const).map(
  (name) => [name, CT_STATE[name]],
);
/** The one that flows match on (FLOW_TNL_PUB_F_MASK). */
export const TUNNEL_FLAG_NAMES: FlagNames = [["oam", TUNNEL_FLAGS.oam]];
/** Those that a datapath looks at (flow_tun_flag_to_string). */
export const ALL_TUNNEL_FLAG_NAMES: FlagNames = (["oam", "df", "csum", "key"] as const).map((name) => [
  name,
  TUNNEL_FLAGS[name],
]);

/** `+syn-ack`; bits without a name as a number. */
export function formatFlagsMasked(value: number, mask: number, names: FlagNames): string {
  let text = "";
  let rest = mask;
  for (const [name, bit] of names) {
    if ((mask & bit) === 0) continue;
    text += `${(value & bit) === 0 ? "-" : "+"}${name}`;
    rest &= ~bit;
  }
  for (let bit = 1; bit <= rest; bit *= 2)
    if ((rest & bit) !== 0) text += `${(value & bit) === 0 ? "-" : "+"}[${bit.toString(16)}]`;
  return text;
}

/** `syn|ack`; 0 without any. */
export function formatFlags(value: number, names: FlagNames): string {
  const set = names.filter(([, bit]) => (value & bit) !== 0).map(([name]) => name);
  const rest = names.reduce((left, [, bit]) => left & ~bit, value);
  if (rest !== 0) set.push(hex(rest));
  return set.length === 0 ? "0" : set.join("|");
}

/** What a word is no flag for. */
export interface WrongFlag {
  readonly unknown?: string;
  readonly twice?: string;
}

/** Value and mask of `+syn-ack` (the mask has the bits named), or the word that is no flag. */
export function parseFlagsMasked(text: string, names: FlagNames): { value: number; mask: number } | WrongFlag {
  let value = 0;
  let mask = 0;
  for (const [word] of text.matchAll(/[+-]?[^+-]*/g)) {
    if (word === "") continue;
    const bit = names.find(([name]) => name === word.slice(1))?.[1];
    if (bit === undefined || !/^[+-]/.test(word)) return { unknown: word.replace(/^[+-]/, "") };
    if ((mask & bit) !== 0) return { twice: word.slice(1) };
    mask |= bit;
    if (word.startsWith("+")) value |= bit;
  }
  return { value, mask };
}

/** Value of `syn|ack`, or the word that is no flag. */
export function parseFlags(text: string, names: FlagNames): { value: number; mask?: undefined } | WrongFlag {
  let value = 0;
  const words = text.split("|");
  // A bar at the end is none.
  if (words.at(-1) === "") words.pop();
  for (const word of words) {
    const bit = names.find(([name]) => name === word)?.[1];
    if (bit === undefined) return { unknown: word };
    value |= bit;
  }
  return { value };
}
