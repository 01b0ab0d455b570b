import { QuantityError } from "../quantity/quantity.ts";

/** How bytes of a map's key or value are written and read by people. */
export type ValueLayout = ScalarLayout | StructLayout;

export interface ScalarLayout {
  readonly kind: "unsigned" | "signed" | "network" | "ipv4" | "ipv6" | "mac" | "bytes" | "text" | "device" | "program";
  /** Bytes. */
  readonly size: number;
  /** A boundary that it begins at inside a structure. */
  readonly alignment: number;
}

export interface StructLayout {
  readonly kind: "struct";
  readonly size: number;
  readonly alignment: number;
  /** In the order of their offsets. */
  readonly fields: readonly { readonly name: string; readonly offset: number; readonly layout: ValueLayout }[];
}

const scalar = (kind: ScalarLayout["kind"], size: number, alignment = size): ScalarLayout => ({
  kind,
  size,
  alignment,
});

/** Layouts with a name. */
export const NAMED_LAYOUTS: Readonly<Record<string, ScalarLayout>> = {
  u8: scalar("unsigned", 1),
  u16: scalar("unsigned", 2),
  u32: scalar("unsigned", 4),
  u64: scalar("unsigned", 8),
  s8: scalar("signed", 1),
  s16: scalar("signed", 2),
  s32: scalar("signed", 4),
  s64: scalar("signed", 8),
  be16: scalar("network", 2),
  be32: scalar("network", 4),
  be64: scalar("network", 8),
  ipv4: scalar("ipv4", 4),
  ipv6: scalar("ipv6", 16, 4),
  mac: scalar("mac", 6, 1),
  device: scalar("device", 4),
};

const HINT = `A number of bytes, one of ${Object.keys(NAMED_LAYOUTS).join(", ")}, char[16] or the like, or fields with theirs: { port: be16, hits: u64 }.`;
/** Bytes of the largest key or value (KMALLOC_MAX_SIZE). */
const LARGEST = 4 << 20;

/** Reads a layout as a topology gives it. Fields of a structure lie where C puts them. Throws QuantityError. */
export function parseLayout(spec: unknown): ValueLayout {
  if (typeof spec === "number" || typeof spec === "bigint") return sized(Number(spec));
  if (typeof spec === "string") {
    if (/^\d+$/.test(spec)) return sized(Number(spec));
    const [, characters] = /^char\[(\d+)\]$/.exec(spec) ?? [];
    if (characters !== undefined) return textLayout(Number(characters));
    const named = Object.hasOwn(NAMED_LAYOUTS, spec) ? NAMED_LAYOUTS[spec] : undefined;
    if (named === undefined) throw new QuantityError(`'${spec}' is no layout of a key or value.`, HINT);
    return named;
  }
  if (typeof spec !== "object" || spec === null || Array.isArray(spec) || Object.keys(spec).length === 0)
    throw new QuantityError("This is no layout of a key or value.", HINT);
  let end = 0;
  let alignment = 1;
  const fields = Object.entries(spec).map(([name, part]) => {
    const layout = parseLayout(part);
    const offset = roundUp(end, layout.alignment);
    end = offset + layout.size;
    alignment = Math.max(alignment, layout.alignment);
    return { name, offset, layout };
  });
  return { kind: "struct", size: roundUp(end, alignment), alignment, fields };
}

function sized(bytes: number): ScalarLayout {
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > LARGEST)
    throw new QuantityError(`${bytes} is no size of a key or value.`, HINT);
  return bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8
    ? scalar("unsigned", bytes)
    : scalar("bytes", bytes, 1);
}

/** Characters up to the first zero. */
export function textLayout(bytes: number): ScalarLayout {
  if (bytes > LARGEST) throw new QuantityError(`${bytes} is no size of a key or value.`, HINT);
  return scalar("text", bytes, 1);
}

const roundUp = (bytes: number, boundary: number): number => Math.ceil(bytes / boundary) * boundary;
