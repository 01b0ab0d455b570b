import { ByteReader } from "../elf/byte-reader.ts";
import type { Problems } from "../problems.ts";
import { BTF_MAGIC } from "./format.ts";
import type { ParsedBtf } from "./parse-btf.ts";

/** What `.BTF.ext` says of the code in one section; offsets are bytes in that section. */
export interface CodeInformation {
  readonly functions: FunctionInformation[];
  /** In the order of their offsets. */
  readonly lines: LineInformation[];
  readonly relocations: CoreRelocation[];
}

export interface FunctionInformation {
  readonly offset: number;
  readonly typeId: number;
}

/** Names are bytes of BTF's strings: most lines are never shown. */
export interface LineInformation {
  readonly offset: number;
  readonly file: number;
  readonly text: number;
  readonly line: number;
  readonly column: number;
}

/** `struct bpf_core_relo`: an instruction that depends on the kernel's types. */
export interface CoreRelocation {
  readonly offset: number;
  readonly typeId: number;
  /** Which member, or value of an enumeration: `0:1:2`. */
  readonly access: string;
  /** Number of `enum bpf_core_relo_kind`. */
  readonly kind: number;
  /** Byte of it in `.BTF.ext`. */
  readonly at: number;
}

/** `.BTF.ext` is a header and three tables, each in parts: one for each section of code. */
const TABLES = [
  { name: "function information", header: 8, least: 8 },
  { name: "line information", header: 16, least: 16 },
  { name: "CO-RE relocations", header: 24, least: 16 },
] as const;
/** The header of the first version, which had no relocations. */
const SHORT_HEADER_BYTES = 24;

const SECTION = ".BTF.ext";

/** Reads `.BTF.ext`: what is known of each section of code, by its name. Throws ObjectError. */
export function readBtfExt(
  bytes: Uint8Array,
  little: boolean,
  btf: ParsedBtf,
  problems: Problems,
): ReadonlyMap<string, CodeInformation> {
  const reader = new ByteReader(bytes, little);
  if (!reader.holds(0, SHORT_HEADER_BYTES))
    problems.fail(
      SECTION,
      bytes.length,
      `The header is cut short: ${bytes.length} of its ${SHORT_HEADER_BYTES} bytes are there.`,
    );
  if (reader.u16(0) !== BTF_MAGIC) problems.fail(SECTION, 0, "This is no BTF: it does not begin with eb9f.");
  if (reader.u8(2) !== 1) problems.fail(SECTION, 2, `BTF is of version ${reader.u8(2)}; version 1 is known.`);
  const headerBytes = reader.u32(4);
  if (headerBytes < SHORT_HEADER_BYTES || headerBytes > bytes.length)
    problems.fail(SECTION, 4, `The header is said to be of ${headerBytes} bytes.`);
  const found = new Map<string, CodeInformation>();
  for (const [index, table] of TABLES.entries()) {
    if (table.header + 8 > headerBytes) break;
    const begin = headerBytes + reader.u32(table.header);
    const length = reader.u32(table.header + 4);
    if (length === 0) continue;
    if (!reader.holds(begin, length))
      problems.fail(SECTION, table.header, `The ${table.name} does not fit: ${length} bytes from byte ${begin} on.`);
    readTable(reader, begin, begin + length, index, btf, found, problems);
  }
  for (const { lines } of found.values()) lines.sort((a, b) => a.offset - b.offset);
  return found;
}

function readTable(
  reader: ByteReader,
  begin: number,
  end: number,
  index: number,
  btf: ParsedBtf,
  found: Map<string, CodeInformation>,
  problems: Problems,
): void {
  const { name, least } = TABLES[index]!;
  const size = begin + 4 > end ? 0 : reader.u32(begin);
  if (size < least || size % 4 !== 0)
    problems.fail(
      SECTION,
      begin,
      `Entries of the ${name} are said to be of ${size} bytes; they are of ${least} at least.`,
    );
  for (let at = begin + 4; at < end; ) {
    if (at + 8 > end) problems.fail(SECTION, at, `The ${name} is cut short.`);
    const section = btf.strings.at(reader.u32(at));
    if (section === undefined) problems.fail(SECTION, at, `The ${name} is for a section without a name.`);
    const count = reader.u32(at + 4);
    at += 8;
    if (at + count * size > end)
      problems.fail(
        SECTION,
        at - 4,
        `The ${name} of '${section}' is said to have ${count} entries, more than there is room for.`,
      );
    const part = found.get(section) ?? { functions: [], lines: [], relocations: [] };
    found.set(section, part);
    for (let i = 0; i < count; i++, at += size) readEntry(reader, at, index, part, btf, problems);
  }
}

function readEntry(
  reader: ByteReader,
  at: number,
  table: number,
  { functions, lines, relocations }: CodeInformation,
  btf: ParsedBtf,
  problems: Problems,
): void {
  const offset = reader.u32(at);
  const second = reader.u32(at + 4);
  if (table !== 1 && second >= btf.count)
    problems.fail(SECTION, at + 4, `An entry names type ${second}, but there are ${btf.count - 1}.`);
  if (table === 0) functions.push({ offset, typeId: second });
  else if (table === 1) {
    const position = reader.u32(at + 12);
    lines.push({ offset, file: second, text: reader.u32(at + 8), line: position >>> 10, column: position & 0x3ff });
  } else {
    const access = btf.strings.at(reader.u32(at + 8));
    if (access === undefined)
      problems.fail(SECTION, at + 8, "A CO-RE relocation does not say which member it is about.");
    relocations.push({ offset, typeId: second, access, kind: reader.u32(at + 12), at });
  }
}
