import { ByteReader } from "../elf/byte-reader.ts";
import { StringTable } from "../elf/string-table.ts";
import type { Problems } from "../problems.ts";
import type { Btf, BtfKind, BtfType } from "./btf-type.ts";
import { decodeType } from "./decode-type.ts";
import { BTF_MAGIC, EXTRA, TYPE_BYTES } from "./format.ts";
import { NamedTypes } from "./named-types.ts";
import { checkReferences } from "./references.ts";

const HEADER_BYTES = 24;
const VERSION = 1;
/** BTF_MAX_TYPE */
const MOST_TYPES = 0x000f_ffff;

const VOID: BtfType = { kind: "void" };

/** BTF in bytes. Types are decoded when they are asked for: a kernel has 150,000 of them. */
export class ParsedBtf implements Btf {
  readonly #reader: ByteReader;
  /** Where each type begins, by id. */
  readonly #offsets: readonly number[];
  readonly #types: BtfType[] = [VOID];
  readonly #names = new NamedTypes(this);
  readonly strings: StringTable;

  constructor(reader: ByteReader, offsets: readonly number[], strings: StringTable) {
    this.#reader = reader;
    this.#offsets = offsets;
    this.strings = strings;
  }

  get count(): number {
    return this.#offsets.length;
  }

  type(id: number): BtfType {
    const known = this.#types[id];
    if (known !== undefined) return known;
    const offset = this.#offsets[id];
    if (offset === undefined) throw new RangeError(`There is no type ${id}.`);
    const type = decodeType(this.#reader, offset, this.strings);
    this.#types[id] = type;
    return type;
  }

  name(id: number): string {
    const offset = this.#offsets[id];
    if (offset === undefined) throw new RangeError(`There is no type ${id}.`);
    // The first of a type's words is where its name is; that of void would be the header's.
    return id === 0 ? "" : (this.strings.at(this.#reader.u32(offset)) ?? "");
  }

  find(kind: BtfKind, name: string): number | undefined {
    return this.#names.find(kind, name);
  }

  /** Gives a type what compilers leave open: sizes and places in sections of data. */
  amend(id: number, type: BtfType): void {
    this.#types[id] = type;
  }
}

/** Reads BTF and checks that every size, name and reference is inside of it. Throws ObjectError. @param section its name. */
export function parseBtf(bytes: Uint8Array, section: string, problems: Problems): ParsedBtf {
  const header = readHeader(bytes, section, problems);
  const strings = new StringTable(bytes.subarray(header.strings, header.strings + header.stringBytes));
  if (strings.bytes[0] !== 0 || strings.bytes.at(-1) !== 0)
    problems.fail(section, header.strings, "BTF's strings do not begin and end with a zero byte.");
  const reader = new ByteReader(bytes, header.little);
  const end = header.types + header.typeBytes;
  const offsets = [0];
  for (let at = header.types; at < end; ) {
    if (at + TYPE_BYTES > end)
      problems.fail(section, at, `Type ${offsets.length} is cut short by the end of the types.`);
    const info = reader.u32(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const extra = EXTRA[kind];
    if (extra === undefined)
      problems.fail(section, at + 4, `Type ${offsets.length} is of kind ${kind}, which does not exist.`);
    const size = TYPE_BYTES + extra.once + extra.each * (info & 0xffff);
    if (at + size > end)
      problems.fail(section, at, `Type ${offsets.length} takes ${size} bytes, but the types end before.`);
    if (offsets.length > MOST_TYPES) problems.fail(section, at, `There are more than ${MOST_TYPES} types.`);
    offsets.push(at);
    at += size;
  }
  checkReferences(reader, offsets, strings.bytes.length, section, problems);
  problems.throwIfAny();
  return new ParsedBtf(reader, offsets, strings);
}

interface Header {
  readonly little: boolean;
  readonly types: number;
  readonly typeBytes: number;
  readonly strings: number;
  readonly stringBytes: number;
}

function readHeader(bytes: Uint8Array, section: string, problems: Problems): Header {
  if (bytes.length < HEADER_BYTES)
    problems.fail(
      section,
      bytes.length,
      `BTF's header is cut short: ${bytes.length} of its ${HEADER_BYTES} bytes are there.`,
    );
  const little = bytes[0] === (BTF_MAGIC & 0xff);
  const reader = new ByteReader(bytes, little);
  if (reader.u16(0) !== BTF_MAGIC) problems.fail(section, 0, "This is no BTF: it does not begin with eb9f.");
  if (reader.u8(2) !== VERSION)
    problems.fail(section, 2, `BTF is of version ${reader.u8(2)}; version ${VERSION} is known.`);
  const length = reader.u32(4);
  if (length < HEADER_BYTES || length > bytes.length)
    problems.fail(section, 4, `BTF's header is said to be of ${length} bytes.`);
  const header: Header = {
    little,
    types: length + reader.u32(8),
    typeBytes: reader.u32(12),
    strings: length + reader.u32(16),
    stringBytes: reader.u32(20),
  };
  if (reader.u32(8) % 4 !== 0) problems.fail(section, 8, "BTF's types do not begin at a multiple of 4.");
  if (header.types + header.typeBytes > bytes.length)
    problems.fail(section, 8, `BTF's types do not fit: ${header.typeBytes} bytes from byte ${header.types} on.`);
  if (header.strings + header.stringBytes > bytes.length || header.stringBytes === 0)
    problems.fail(section, 16, `BTF's strings do not fit: ${header.stringBytes} bytes from byte ${header.strings} on.`);
  return header;
}
