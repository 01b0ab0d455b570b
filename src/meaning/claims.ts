import { formatIpv4, formatIpv6, formatMac } from "../packet/address.ts";
import type { AddressPart, Claim, Phrase } from "./claim.ts";
import type { PacketContext } from "./context.ts";
import type { Facts } from "./facts.ts";
import { flagNames, hex, writeNumber } from "./headers/number-kind.ts";
import { bitsOf, type Subject, subjectOf } from "./subject.ts";
import type { Test } from "./test.ts";

/** What a test says of a packet, in words. `facts`: what is known where it stands. */
export function claimOf(test: Test, facts: Facts, context: PacketContext): Claim {
  const { left, comparison, right } = test;
  const subject = subjectOf(left, facts, context);
  const question = { about: `${left.key} ${comparison} ${right.key}`, test };
  if (right.kind !== "number") {
    const other = subjectOf(right, facts, context).text;
    const [yes, no] = VERBS[comparison];
    return { ...question, ...pair(subject.text, [yes, other], [no, other]) };
  }
  const operand = right.number;
  switch (comparison) {
    case "=":
      return { ...question, about: left.key, equals: operand, ...equality(subject, operand) };
    case "&":
      return { ...question, ...anyBit(subject, operand) };
    default: {
      const [yes, no] = VERBS[comparison];
      const bound = writtenBound(subject, operand);
      return { ...question, ...pair(subject.text, [yes, bound], [no, bound]) };
    }
  }
}

const VERBS = {
  "=": ["is equal to", "is not equal to"],
  ">": ["is more than", "is at most"],
  ">=": ["is at least", "is less than"],
  "&": ["has a bit set of", "has no bit set of"],
} as const;

type Words = Pick<Claim, "yes" | "no" | "part" | "partOfNo">;

function pair(
  subject: string,
  yes: readonly [verb: string, object: string],
  no: readonly [verb: string, object: string],
): Words {
  const phrase = ([verb, object]: readonly [string, string]): Phrase => ({ subject, verb, object });
  return { yes: phrase(yes), no: phrase(no) };
}

function is(subject: string, object: string): Words {
  const verb = isPlural(subject) ? "are" : "is";
  return pair(subject, [verb, object], [`${verb} not`, object]);
}

/** `bytes 0-3 of ...` */
function isPlural(subject: string): boolean {
  return /\bbytes\b/.test(subject);
}

function equality(subject: Subject, operand: number): Words {
  const { text, kind, mask, bits, size } = subject;
  if (bits !== undefined) {
    if (isFlag(bits.mask) && bits.kind === "number" && (operand === 0 || operand === mask))
      return operand === 0
        ? pair(text, ["is", "not set"], ["is", "set"])
        : pair(text, ["is", "set"], ["is", "not set"]);
    return is(text, written(subject, operand));
  }
  const part = addressPart(subject, operand, mask);
  if (part !== undefined) {
    const words = addressWords([part]);
    return { ...(words === undefined ? is(text, hex(operand, size)) : pair(part.field, words.yes, words.no)), part };
  }
  if (kind !== "tcp-flags") return is(text, mask === undefined ? written(subject, operand) : hex(operand));
  const set = flagNames(operand).join(" and ");
  if (mask === undefined)
    return pair(
      text,
      ["are", set === "" ? "none" : `exactly ${set}`],
      ["are not", set === "" ? "none" : `exactly ${set}`],
    );
  const clear = flagNames(mask & ~operand).join(" and ");
  const wanted = [set === "" ? "" : `${set} set`, clear === "" ? "" : `${clear} not set`]
    .filter((each) => each !== "")
    .join(", and ");
  return pair("TCP flags", ["have", wanted], ["do not have", wanted]);
}

function written({ kind, size, factor, field }: Subject, operand: number): string {
  const number = operand * factor;
  if (kind === "hex" && field === undefined && size === 4) return withLetters(number);
  return Number.isInteger(number) ? writeNumber(kind, number, size) : `${number}`;
}

/** What a number is less or more than has no name. */
function writtenBound({ kind, size, factor }: Subject, operand: number): string {
  const number = operand * factor;
  return kind === "hex" || kind.endsWith("address") ? writeNumber(kind, number, size) : `${number}`;
}

/** A word of packet bytes, with its letters where it has only such. */
function withLetters(number: number): string {
  const letters = [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
  const text = String.fromCharCode(...letters);
  return /^[ -~]{4}$/.test(text) ? `${hex(number, 4)} (${JSON.stringify(text)})` : hex(number, 4);
}

function isFlag(mask: number): boolean {
  return (mask & (mask - 1)) === 0;
}

function anyBit(subject: Subject, operand: number): Words {
  const { text, kind, field, at, size, mask } = subject;
  if (kind === "tcp-flags" && mask === undefined && operand <= 0xff) {
    const names = flagNames(operand);
    if (names.length === 1) return pair(`TCP flag ${names[0]}`, ["is", "set"], ["is", "not set"]);
    return pair("TCP flags", ["have", `${names.join(" or ")} set`], ["have", `none of ${names.join(", ")} set`]);
  }
  if (field?.kind === "mac-address" && at === 0 && size === 1 && operand === 1 && mask === undefined)
    return pair(field.name, ["is", "a group address"], ["is", "no group address"]);
  const named = mask === undefined ? bitsOf(subject, operand) : undefined;
  if (named !== undefined)
    return isFlag(operand)
      ? pair(named.name, ["is", "set"], ["is", "not set"])
      : pair(named.name, ["is not", "0"], ["is", "0"]);
  const part = mask === undefined ? addressPart(subject, 0, operand) : undefined;
  const verb = isPlural(text) ? "have" : "has";
  const words = pair(text, [verb, `a bit of ${hex(operand)} set`], [verb, `no bit of ${hex(operand)} set`]);
  return part === undefined ? words : { ...words, part, partOfNo: true };
}

const ADDRESSES: readonly string[] = ["ipv4-address", "ipv6-address", "mac-address"];

function addressPart({ field, at, size }: Subject, value: number, mask: number | undefined): AddressPart | undefined {
  if (field === undefined || at === undefined || !ADDRESSES.includes(field.kind)) return undefined;
  const all = size === 4 ? 0xffff_ffff : 2 ** (8 * size) - 1;
  return { field: field.name, kind: field.kind, fieldSize: field.size, at, size, mask: mask ?? all, value };
}

/** What an address is whose parts are so, or undefined if they leave gaps. */
export function addressWords(
  parts: readonly AddressPart[],
): { yes: [string, string]; no: [string, string] } | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const value = new Uint8Array(first.fieldSize);
  const mask = new Uint8Array(first.fieldSize);
  for (const part of parts)
    for (let i = 0; i < part.size; i++) {
      const shift = 8 * (part.size - 1 - i);
      value[part.at + i] = (part.value >>> shift) & 0xff;
      mask[part.at + i] = (part.mask >>> shift) & 0xff;
    }
  const prefix = prefixLength(mask);
  if (prefix === undefined) return undefined;
  const isWhole = prefix === 8 * first.fieldSize;
  if (!isWhole && first.kind === "mac-address") return undefined;
  const text = addressText(first.kind, value);
  if (!isWhole) return { yes: ["is in", `${text}/${prefix}`], no: ["is not in", `${text}/${prefix}`] };
  const name = first.kind === "mac-address" && text === "ff:ff:ff:ff:ff:ff" ? "the broadcast address" : text;
  return { yes: ["is", name], no: ["is not", name] };
}

function prefixLength(mask: Uint8Array): number | undefined {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const length = bits.indexOf("0") < 0 ? bits.length : bits.indexOf("0");
  return length > 0 && !bits.slice(length).includes("1") ? length : undefined;
}

function addressText(kind: string, bytes: Uint8Array): string {
  if (kind === "mac-address") return formatMac(bytes);
  return kind === "ipv4-address" ? formatIpv4(bytes) : formatIpv6(bytes);
}
