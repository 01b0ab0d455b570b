import type { Facts } from "../facts.ts";
import { possibleNumbers } from "../facts.ts";
import { load, type Position } from "../value.ts";
import type { NumberKind } from "./number-kind.ts";

/** Part of a field's bits that has a name of its own. */
export interface BitField {
  readonly mask: number;
  readonly name: string;
  readonly kind: NumberKind;
  /** What the part's value is multiplied with to give what the name says; default: 1. */
  readonly unit?: number;
}

export interface Field {
  /** Bytes from the header's start. */
  readonly at: number;
  readonly size: number;
  /** With the header's name: `TCP source port`. */
  readonly name: string;
  readonly kind: NumberKind;
  readonly bits?: readonly BitField[];
}

/** A header as words can tell of it. */
export interface Header {
  readonly name: string;
  readonly fields: readonly Field[];
  /** What comes behind, and where; undefined: not known. */
  next?(start: Position, facts: Facts): PlacedHeader | undefined;
}

export interface PlacedHeader {
  readonly header: Header;
  readonly start: Position;
}

/** `offset` bytes behind a place. */
export function behind(start: Position, offset: number): Position {
  return { ...start, offset: start.offset + offset };
}

/** The numbers that a field of a header is known to hold one of. */
export function knownField(
  start: Position,
  at: number,
  size: 1 | 2 | 4,
  facts: Facts,
): ReadonlySet<number> | undefined {
  return possibleNumbers(facts, load(behind(start, at), size));
}

/** The one thing that all the numbers stand for. */
export function oneFor<T>(
  numbers: Iterable<number> | undefined,
  find: (number: number) => T | undefined,
): T | undefined {
  const found = new Set([...(numbers ?? [])].map(find));
  return found.size === 1 ? [...found][0] : undefined;
}

/** Fields one behind the other: `name size kind`, with what is left out counted by size alone. */
export function fields(prefix: string, ...parts: readonly FieldPart[]): Field[] {
  const made: Field[] = [];
  let at = 0;
  for (const [name, size, kind = "number", bits] of parts) {
    if (name !== "") made.push({ at, size, name: `${prefix} ${name}`, kind, ...(bits && { bits }) });
    at += size;
  }
  return made;
}

type FieldPart = readonly [name: string, size: number, kind?: NumberKind, bits?: readonly BitField[]];
