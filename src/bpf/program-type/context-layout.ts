/** What a program gets when it reads a field of its context. */
export type ContextValue =
  | "scalar"
  | "packet"
  | "packet-meta"
  | "packet-end"
  | "flow-keys"
  | "socket"
  | "socket-or-null"
  | "socket-common-or-null"
  | "writable-buffer"
  | "hook-state"
  | "kernel-skb";

/**
 * Which accesses a field allows beside those of its whole size.
 *
 * | access | allowed |
 * |---|---|
 * | `narrow` | reads of 1, 2 and 4 bytes of a 4-byte field; writes of 4 |
 * | `leading` | reads of 1, 2 and 4 bytes that begin where the field does; writes of 4 |
 * | `whole` | the field's size only |
 * | `halves` | reads of 2 and 4 bytes |
 * | `port` | reads of 4 bytes, and any aligned one of the first two bytes |
 * | `words` | any aligned read inside the field, and writes of 4 and 8 bytes |
 * | `bytes` | any aligned access inside the field |
 */
export type FieldAccess = "narrow" | "leading" | "whole" | "halves" | "port" | "words" | "bytes";

/** A field of a context: bytes that programs name by their offset. */
export interface ContextField {
  readonly name: string;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  readonly access: FieldAccess;
  readonly value: ContextValue;
  readonly writable: boolean;
  /** Only programs for these attach types may touch it (`enum bpf_attach_type`). */
  readonly attachTypes?: readonly number[];
  /** Only these attach types' programs may write it. */
  readonly writableFor?: readonly number[];
  /** Programs of users without CAP_BPF may not touch it, or not write it. */
  readonly needs?: "bpf" | "bpf-to-write";
}

/** The context of a program type: what programs may read and write of it. */
export interface ContextLayout {
  /** `__sk_buff` */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** In the order of their offsets; bytes in none of them may not be touched. */
  readonly fields: readonly ContextField[];
}

/** A row of a table of fields: name, offset, size, access, and what is special about it. */
export type FieldRow = readonly [
  name: string,
  offset: number,
  size: number,
  access: FieldAccess,
  rest?: Partial<Omit<ContextField, "name" | "offset" | "size" | "access">>,
];

export const contextLayout = (name: string, size: number, rows: readonly FieldRow[]): ContextLayout => ({
  name,
  size,
  fields: rows.map(([field, offset, bytes, access, rest]) => ({
    name: field,
    offset,
    size: bytes,
    access,
    value: "scalar",
    writable: false,
    ...rest,
  })),
});

/** An access that a program makes. */
export interface ContextAccess {
  readonly offset: number;
  readonly size: number;
  readonly access: "read" | "write";
  /** The value read is sign-extended. */
  readonly signed: boolean;
  readonly attachType: number;
  /** The loading user has CAP_BPF. */
  readonly privileged: boolean;
}

/** What an access to the context gives, or undefined where it is not allowed (the is_valid_access functions). */
export function accessContext(layout: ContextLayout, request: ContextAccess): ContextValue | undefined {
  const { offset, size, access, signed, attachType, privileged } = request;
  if (offset < 0 || offset >= layout.size || offset % size !== 0) return undefined;
  const field = layout.fields.find(
    (it) =>
      offset >= it.offset &&
      offset < it.offset + it.size &&
      (it.attachTypes === undefined || it.attachTypes.includes(attachType)),
  );
  if (field === undefined) return undefined;
  if (!privileged && (field.needs === "bpf" || (field.needs === "bpf-to-write" && access === "write")))
    return undefined;
  if (access === "write" && !(field.writable || field.writableFor?.includes(attachType) === true)) return undefined;
  if (!allows(field, offset, size, access)) return undefined;
  if (field.value !== "scalar" && signed && field.size === 4) return undefined;
  return field.value;
}

function allows(field: ContextField, offset: number, size: number, access: "read" | "write"): boolean {
  const isInside = offset + size <= field.offset + field.size;
  if (access === "write" && field.access !== "bytes")
    return field.access === "words" ? isInside && size >= 4 : offset === field.offset && size === field.size;
  switch (field.access) {
    case "bytes":
    case "words":
      return isInside;
    case "narrow":
      return size <= field.size;
    case "leading":
      return offset === field.offset && size <= field.size;
    case "halves":
      return size === 2 || size === 4;
    case "port":
      return size === 4 || offset + size <= field.offset + 2;
    case "whole":
      return size === field.size;
  }
}
