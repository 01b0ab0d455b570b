/** What a program gets when it reads a field of its context. */
export type ContextValue =
  | "scalar"
  | "packet"
  | "packet-meta"
  | "packet-end"
  | "flow-keys"
  | "socket"
  | "socket-or-null"
  | "socket-common-or-null";

/**
 * Which accesses a field allows beside those of its whole size.
 *
 * | access | allowed |
 * |---|---|
 * | `narrow` | reads of 1, 2 and 4 bytes of a 4-byte field; writes of 4 |
 * | `whole` | the field's size only |
 * | `bytes` | any aligned access inside the field |
 */
export type FieldAccess = "narrow" | "whole" | "bytes";

/** A field of a context: bytes that programs name by their offset. */
export interface ContextField {
  readonly name: string;
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  readonly access: FieldAccess;
  readonly value: ContextValue;
  readonly writable: boolean;
  /** Only programs for this attach type may touch it (`enum bpf_attach_type`). */
  readonly attachType?: number;
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

/** What an access to the context gives, or undefined where it is not allowed (the is_valid_access functions). */
export function accessContext(
  layout: ContextLayout,
  offset: number,
  size: number,
  access: "read" | "write",
  signed: boolean,
  attachType: number,
): ContextValue | undefined {
  if (offset < 0 || offset >= layout.size || offset % size !== 0) return undefined;
  const field = layout.fields.find((it) => offset >= it.offset && offset < it.offset + it.size);
  if (field === undefined || (field.attachType !== undefined && field.attachType !== attachType)) return undefined;
  if (access === "write" && !field.writable) return undefined;
  if (!allows(field, offset, size, access)) return undefined;
  if (field.value !== "scalar" && signed && field.size === 4) return undefined;
  return field.value;
}

function allows(field: ContextField, offset: number, size: number, access: "read" | "write"): boolean {
  switch (field.access) {
    case "bytes":
      return offset + size <= field.offset + field.size;
    case "narrow":
      return access === "read" ? size <= field.size : size === field.size;
    case "whole":
      return size === field.size;
  }
}
