/** What a CO-RE relocation asks, by its number (`enum bpf_core_relo_kind`, linux/bpf.h). */
export const RELOCATION_KINDS = [
  "field-offset",
  "field-size",
  "field-exists",
  "field-signed",
  "field-shift-left",
  "field-shift-right",
  "type-id-local",
  "type-id-target",
  "type-exists",
  "type-size",
  "enumerator-exists",
  "enumerator-value",
  "type-matches",
] as const;

export type RelocationKind = (typeof RELOCATION_KINDS)[number];

/** What a relocation is about, which is how its kind begins. */
export const isAbout = (kind: RelocationKind, what: "field" | "type" | "enumerator"): boolean => kind.startsWith(what);

/** A relocation asks what cannot be answered: the object is at fault. */
export class CoreError extends Error {}
