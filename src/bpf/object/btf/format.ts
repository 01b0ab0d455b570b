/** The first two bytes of BTF, as a number in the file's byte order. */
export const BTF_MAGIC = 0xeb9f;

/** Kinds by their numbers (BTF_KIND_*, linux/btf.h). */
export const KIND = {
  int: 1,
  pointer: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  forward: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  function: 12,
  prototype: 13,
  variable: 14,
  section: 15,
  float: 16,
  declarationTag: 17,
  typeTag: 18,
  enum64: 19,
} as const;

/** Bytes of the part that every type has: name, info, and size or type. */
export const TYPE_BYTES = 12;

/** Bytes behind that part: `once`, and `each` as many times as the type says that it has members. */
export const EXTRA: readonly ({ readonly once: number; readonly each: number } | undefined)[] = [
  undefined,
  { once: 4, each: 0 },
  { once: 0, each: 0 },
  { once: 12, each: 0 },
  { once: 0, each: 12 },
  { once: 0, each: 12 },
  { once: 0, each: 8 },
  { once: 0, each: 0 },
  { once: 0, each: 0 },
  { once: 0, each: 0 },
  { once: 0, each: 0 },
  { once: 0, each: 0 },
  { once: 0, each: 0 },
  { once: 0, each: 8 },
  { once: 4, each: 0 },
  { once: 0, each: 12 },
  { once: 0, each: 0 },
  { once: 4, each: 0 },
  { once: 0, each: 0 },
  { once: 0, each: 12 },
];
