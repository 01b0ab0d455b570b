import type { Names } from "../message-type.ts";
import type { FieldFormat } from "./layer-format.ts";
import { FLAG, HEX, IPV4, IPV6, MAC, unsigned, type ValueKind } from "./value-kind.ts";

/* Rows of a layer's table. `at` is the first bit in the fixed header; undefined: not in it. */

type Default = FieldFormat["default"];

export function uint(
  at: number | undefined,
  width: number,
  description: string,
  more: { readonly default?: Default; readonly names?: Names; readonly unit?: number } = {},
): FieldFormat {
  return field(unsigned(width, more.names, more.unit), at, width, description, more.default);
}

export function flag(at: number | undefined, description: string, initial?: Default): FieldFormat {
  return field(FLAG, at, 1, description, initial);
}

export function mac(at: number | undefined, description: string, initial?: Default): FieldFormat {
  return field(MAC, at, 48, description, initial);
}

export function ipv4Address(at: number | undefined, description: string, initial?: Default): FieldFormat {
  return field(IPV4, at, 32, description, initial);
}

export function ipv6Address(at: number | undefined, description: string, initial?: Default): FieldFormat {
  return field(IPV6, at, 128, description, initial);
}

/** Bytes of any number behind the fixed header. */
export function bytes(description: string, initial?: Default, kind: ValueKind = HEX): FieldFormat {
  return field(kind, undefined, 0, description, initial);
}

export function field(
  kind: ValueKind,
  bit: number | undefined,
  width: number,
  description: string,
  initial?: Default,
): FieldFormat {
  return {
    kind,
    width,
    description,
    ...(bit !== undefined && { bit }),
    ...(initial !== undefined && { default: initial }),
  };
}
