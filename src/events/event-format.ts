/** A field of an event's record, as its format file has it. */
export interface EventField {
  readonly name: string;
  /** The C declaration, the name in it: `const char * buf`, `__u8 saddr[4]`. */
  readonly declaration: string;
  /** Bytes from the record's beginning. */
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  /** `text`: 32 bits that say where in the record a text of varying length is (`__data_loc char[]`). */
  readonly kind: "number" | "bytes" | "text";
}

/** What a tracepoint tells: events/SYSTEM/NAME/format. */
export interface EventFormat {
  readonly system: string;
  readonly name: string;
  /** netsim's own number for it: a kernel gives numbers as it boots. */
  readonly id: number;
  /** Behind the common fields, which are 8 bytes that programs may not read. */
  readonly fields: readonly EventField[];
  /** Bytes of the fields, without texts of varying length. */
  readonly size: number;
  /** How the kernel prints it. */
  readonly print: string;
}

/** `syscalls:sys_enter_write` */
export const nameOf = ({ system, name }: EventFormat): string => `${system}:${name}`;

/** Reads `const char * buf` as a field. */
export function eventField(declaration: string, offset: number, size: number, signed: boolean): EventField {
  const name = /(\w+)(\[\w*\])?$/.exec(declaration)![1]!;
  const isText = declaration.startsWith("__data_loc");
  return {
    name,
    declaration,
    offset,
    size,
    signed,
    kind: isText ? "text" : size > 8 || isArray(declaration) ? "bytes" : "number",
  };
}

const isArray = (declaration: string): boolean => declaration.endsWith("]");
