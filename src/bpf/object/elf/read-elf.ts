import type { Problems } from "../problems.ts";
import { ByteReader } from "./byte-reader.ts";
import { type ElfFile, type ElfSection, SECTION } from "./elf-file.ts";
import { StringTable } from "./string-table.ts";
import { readSymbols } from "./symbols.ts";

const HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const CLASS_64 = 2;
const LITTLE = 1;
const BIG = 2;
const RELOCATABLE = 1;
const EM_BPF = 247;
/** Section number that says: the number is elsewhere (SHN_XINDEX). */
const EXTENDED = 0xffff;

const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

/** What else of an ELF file may be read than an object of BPF programs. */
export interface ReadElfOptions {
  /** Any machine and any kind of file: a kernel, for its BTF. */
  readonly any?: boolean;
}

/** Reads sections and symbols. Every offset and size is checked against the file. Throws ObjectError. */
export function readElf(file: Uint8Array, problems: Problems, options: ReadElfOptions = {}): ElfFile {
  // What is sliced of a Buffer would not be a copy.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const little = readIdentity(bytes, problems);
  const reader = new ByteReader(bytes, little);
  if (options.any !== true) checkKind(reader, problems);
  const sections = readSections(reader, problems);
  problems.throwIfAny();
  const symbols = options.any === true ? [] : readSymbols(sections, little, problems);
  problems.throwIfAny();
  return { little, sections, symbols };
}

/** Returns whether the file is little-endian. */
function readIdentity(bytes: Uint8Array, problems: Problems): boolean {
  if (!isElf(bytes)) problems.fail(undefined, 0, "The file is no ELF object: it does not begin with 7f 45 4c 46.");
  if (bytes.length < HEADER_BYTES)
    problems.fail(
      undefined,
      bytes.length,
      `The ELF header is cut short: ${bytes.length} of its ${HEADER_BYTES} bytes are there.`,
    );
  if (bytes[4] !== CLASS_64) problems.fail(undefined, 4, "The ELF file is not of 64 bits.");
  if (bytes[5] !== LITTLE && bytes[5] !== BIG)
    problems.fail(undefined, 5, `The ELF file's byte order is ${bytes[5]}, which is neither little- nor big-endian.`);
  return bytes[5] === LITTLE;
}

function checkKind(reader: ByteReader, problems: Problems): void {
  const [kind, machine] = [reader.u16(16), reader.u16(18)];
  // Compilers before clang 4 wrote machine 0.
  if (machine !== EM_BPF && machine !== 0)
    problems.fail(
      undefined,
      18,
      `The object is for machine ${machine}, not for BPF (${EM_BPF}).`,
      "Compile it with 'clang -target bpf -O2 -g -c' or 'bpf-gcc -O2 -gbtf -c'.",
    );
  if (kind !== RELOCATABLE)
    problems.fail(undefined, 16, `The ELF file is of type ${kind}; programs are loaded from relocatable objects (1).`);
}

function readSections(reader: ByteReader, problems: Problems): ElfSection[] {
  const table = reader.u64(40);
  const entryBytes = reader.u16(58);
  if (table === 0) problems.fail(undefined, 40, "The object has no sections.");
  if (entryBytes !== SECTION_HEADER_BYTES)
    problems.fail(
      undefined,
      58,
      `Section headers are said to be of ${entryBytes} bytes; they are of ${SECTION_HEADER_BYTES}.`,
    );
  if (!reader.holds(table, SECTION_HEADER_BYTES))
    problems.fail(
      undefined,
      40,
      `The section headers are said to begin at byte ${table}, but the file has ${reader.length}.`,
    );
  const count = reader.u16(60) || reader.u64(table + 32);
  if (!reader.holds(table, count * SECTION_HEADER_BYTES))
    problems.fail(
      undefined,
      60,
      `${count} section headers from byte ${table} on do not fit into a file of ${reader.length} bytes.`,
    );
  const given = reader.u16(62);
  const namesIndex = given === EXTENDED ? reader.u32(table + 40) : given;
  if (namesIndex >= count)
    problems.fail(
      undefined,
      62,
      `The names of sections are said to be in section ${namesIndex}, but there are ${count}.`,
    );
  const headerAt = (index: number): number => table + index * SECTION_HEADER_BYTES;
  const names = new StringTable(contents(reader, headerAt(namesIndex), problems) ?? new Uint8Array());
  const sections: ElfSection[] = [];
  let total = 0;
  for (let index = 0; index < count; index++) {
    const header = headerAt(index);
    const bytes = contents(reader, header, problems);
    const name = names.at(reader.u32(header));
    if (name === undefined) {
      problems.add(
        undefined,
        header,
        `The name of section ${index} is at byte ${reader.u32(header)} of the names, outside of them.`,
      );
      continue;
    }
    if (bytes === undefined) continue;
    total += bytes.length;
    sections[index] = {
      index,
      name,
      type: reader.u32(header + 4),
      flags: reader.u32(header + (reader.little ? 8 : 12)),
      offset: reader.u64(header + 24),
      size: reader.u64(header + 32),
      link: reader.u32(header + 40),
      info: reader.u32(header + 44),
      bytes,
    };
  }
  if (total > reader.length)
    problems.add(
      undefined,
      table,
      `The sections have ${total} bytes in all, more than the file: some lie on top of others.`,
    );
  return sections;
}

/** The bytes of the section whose header is at `header`. */
function contents(reader: ByteReader, header: number, problems: Problems): Uint8Array | undefined {
  const type = reader.u32(header + 4);
  if (type === SECTION.nobits || type === 0) return new Uint8Array();
  const [offset, size] = [reader.u64(header + 24), reader.u64(header + 32)];
  if (reader.holds(offset, size)) return reader.bytes.subarray(offset, offset + size);
  const message = `A section of ${size} bytes from byte ${offset} on does not fit into a file of ${reader.length} bytes.`;
  problems.add(undefined, header + 24, message);
  return undefined;
}
