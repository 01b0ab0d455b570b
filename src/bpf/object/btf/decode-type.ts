import type { ByteReader } from "../elf/byte-reader.ts";
import type { StringTable } from "../elf/string-table.ts";
import type { BtfLinkage, BtfMember, BtfType } from "./btf-type.ts";
import { KIND, TYPE_BYTES } from "./format.ts";

const LINKAGES: readonly BtfLinkage[] = ["static", "global", "extern"];
const INT = { signed: 1, character: 2, boolean: 4 } as const;

/** The type at an offset whose names and references are known to exist. Names longer than any that compilers make are "". */
export function decodeType(reader: ByteReader, at: number, strings: StringTable): BtfType {
  const info = reader.u32(at + 4);
  const word = reader.u32(at + 8);
  const count = info & 0xffff;
  const flag = info >>> 31 === 1;
  const extra = at + TYPE_BYTES;
  const nameAt = (offset: number): string => strings.at(reader.u32(offset)) ?? "";
  const entries = <T>(bytes: number, read: (offset: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => read(extra + i * bytes));
  const members = (): BtfMember[] =>
    entries(12, (offset) => {
      const position = reader.u32(offset + 8);
      return {
        name: nameAt(offset),
        type: reader.u32(offset + 4),
        bitOffset: flag ? position & 0xff_ffff : position,
        bitSize: flag ? position >>> 24 : 0,
      };
    });
  const linkage = (value: number): BtfLinkage => LINKAGES[value] ?? "static";
  const name = nameAt(at);

  switch ((info >>> 24) & 0x1f) {
    case KIND.int: {
      const data = reader.u32(extra);
      const encoding = (data >>> 24) & 15;
      return {
        kind: "int",
        name,
        size: word,
        bits: data & 0xff,
        bitOffset: (data >>> 16) & 0xff,
        signed: (encoding & INT.signed) !== 0,
        meaning: (encoding & INT.boolean) !== 0 ? "boolean" : (encoding & INT.character) !== 0 ? "character" : "number",
      };
    }
    case KIND.pointer:
      return { kind: "pointer", type: word };
    case KIND.array:
      return { kind: "array", element: reader.u32(extra), index: reader.u32(extra + 4), count: reader.u32(extra + 8) };
    case KIND.struct:
      return { kind: "struct", name, size: word, members: members() };
    case KIND.union:
      return { kind: "union", name, size: word, members: members() };
    case KIND.enum:
      return {
        kind: "enum",
        name,
        size: word,
        signed: flag,
        values: entries(8, (offset) => ({
          name: nameAt(offset),
          value: BigInt(flag ? reader.i32(offset + 4) : reader.u32(offset + 4)),
        })),
      };
    case KIND.enum64:
      return {
        kind: "enum64",
        name,
        size: word,
        signed: flag,
        values: entries(12, (offset) => ({
          name: nameAt(offset),
          value:
            (BigInt(flag ? reader.i32(offset + 8) : reader.u32(offset + 8)) << 32n) | BigInt(reader.u32(offset + 4)),
        })),
      };
    case KIND.forward:
      return { kind: "forward", name, of: flag ? "union" : "struct" };
    case KIND.typedef:
      return { kind: "typedef", name, type: word };
    case KIND.volatile:
      return { kind: "volatile", type: word };
    case KIND.const:
      return { kind: "const", type: word };
    case KIND.restrict:
      return { kind: "restrict", type: word };
    case KIND.function:
      return { kind: "function", name, type: word, linkage: linkage(count) };
    case KIND.prototype:
      return {
        kind: "prototype",
        returns: word,
        parameters: entries(8, (offset) => ({ name: nameAt(offset), type: reader.u32(offset + 4) })),
      };
    case KIND.variable:
      return { kind: "variable", name, type: word, linkage: linkage(reader.u32(extra)) };
    case KIND.section:
      return {
        kind: "section",
        name,
        size: word,
        variables: entries(12, (offset) => ({
          type: reader.u32(offset),
          offset: reader.u32(offset + 4),
          size: reader.u32(offset + 8),
        })),
      };
    case KIND.float:
      return { kind: "float", name, size: word };
    case KIND.declarationTag:
      return { kind: "declaration-tag", name, type: word, component: reader.i32(extra) };
    case KIND.typeTag:
      return { kind: "type-tag", name, type: word };
    default:
      throw new RangeError(`BTF kind ${(info >>> 24) & 0x1f} does not exist.`);
  }
}
