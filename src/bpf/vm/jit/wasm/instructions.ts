/*
 * The instructions of WebAssembly that the compiler uses (core specification 2.0 section 5.4, and return_call_indirect of the
 * tail-call extension, which Node 20 has). Their text names follow from the keys: `I64.extendI32U` is i64.extend_i32_u.
 */

/** Control and variables: each has its own kind of immediate. */
export const CORE = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  memorySize: 0x3f,
  i32Const: 0x41,
  i64Const: 0x42,
  /** First byte of instructions that have two. */
  prefix: 0xfc,
  vectorPrefix: 0xfd,
} as const;

/** Second byte after CORE.prefix. */
export const MEMORY_FILL = 11;

export const I32 = {
  eqz: 0x45,
  eq: 0x46,
  ne: 0x47,
  ltS: 0x48,
  ltU: 0x49,
  gtS: 0x4a,
  gtU: 0x4b,
  leS: 0x4c,
  leU: 0x4d,
  geS: 0x4e,
  geU: 0x4f,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  divS: 0x6d,
  divU: 0x6e,
  remS: 0x6f,
  remU: 0x70,
  and: 0x71,
  or: 0x72,
  xor: 0x73,
  shl: 0x74,
  shrS: 0x75,
  shrU: 0x76,
  rotl: 0x77,
  rotr: 0x78,
  wrapI64: 0xa7,
  extend8S: 0xc0,
  extend16S: 0xc1,
} as const;

export const I64 = {
  eqz: 0x50,
  eq: 0x51,
  ne: 0x52,
  ltS: 0x53,
  ltU: 0x54,
  gtS: 0x55,
  gtU: 0x56,
  leS: 0x57,
  leU: 0x58,
  geS: 0x59,
  geU: 0x5a,
  add: 0x7c,
  sub: 0x7d,
  mul: 0x7e,
  divS: 0x7f,
  divU: 0x80,
  remS: 0x81,
  remU: 0x82,
  and: 0x83,
  or: 0x84,
  xor: 0x85,
  shl: 0x86,
  shrS: 0x87,
  shrU: 0x88,
  rotl: 0x89,
  rotr: 0x8a,
  extendI32S: 0xac,
  extendI32U: 0xad,
  extend8S: 0xc2,
  extend16S: 0xc3,
  extend32S: 0xc4,
} as const;

/** Loads and stores: alignment and offset follow. */
export const I32_MEMORY = {
  load: 0x28,
  load8S: 0x2c,
  load8U: 0x2d,
  load16S: 0x2e,
  load16U: 0x2f,
  store: 0x36,
  store8: 0x3a,
  store16: 0x3b,
} as const;

export const I64_MEMORY = {
  load: 0x29,
  load8S: 0x30,
  load8U: 0x31,
  load16S: 0x32,
  load16U: 0x33,
  load32S: 0x34,
  load32U: 0x35,
  store: 0x37,
  store8: 0x3c,
  store16: 0x3d,
  store32: 0x3e,
} as const;

/** Second bytes after CORE.vectorPrefix. */
export const VECTOR = { const: 12, swizzle: 14, splatI64: 18, extractLaneI64: 29 } as const;

/** Types of values and, for `block`, of blocks. */
export const TYPE = { i32: 0x7f, i64: 0x7e, function: 0x60, functionReference: 0x70, emptyBlock: 0x40 } as const;

export type ValueType = "i32" | "i64";
