import type { NumberKind } from "./headers/number-kind.ts";
import type { Test } from "./test.ts";

/** `TCP source port` `is` `22`: phrases of one subject and verb are told together. */
export interface Phrase {
  readonly subject: string;
  readonly verb: string;
  readonly object: string;
}

/** Part of an address that is compared with a value; parts side by side are told as one address. */
export interface AddressPart {
  /** The field's name and size in bytes. */
  readonly field: string;
  readonly kind: NumberKind;
  readonly fieldSize: number;
  /** Where in the field the part is. */
  readonly at: number;
  readonly size: number;
  readonly mask: number;
  readonly value: number;
}

/** What a test says of a packet when it holds and when it does not. */
export interface Claim {
  /** What is asked: tests for equality of one value have the same, and others if they are the same. */
  readonly about: string;
  readonly yes: Phrase;
  readonly no: Phrase;
  /** The value that it holds of, where it is a comparison for equality with a number. */
  readonly equals?: number;
  readonly part?: AddressPart;
  /** The address has those bits where the test does not hold. */
  readonly partOfNo?: true;
  readonly test: Test;
}

export function sentence({ subject, verb, object }: Phrase): string {
  return `${subject} ${verb} ${object}`;
}
