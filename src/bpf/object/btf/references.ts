import type { ByteReader } from "../elf/byte-reader.ts";
import type { Problems } from "../problems.ts";
import { EXTRA, KIND, TYPE_BYTES } from "./format.ts";

/** Kinds whose third word is a type. */
const REFERRING: ReadonlySet<number> = new Set([
  KIND.pointer,
  KIND.typedef,
  KIND.volatile,
  KIND.const,
  KIND.restrict,
  KIND.function,
  KIND.prototype,
  KIND.variable,
  KIND.declarationTag,
  KIND.typeTag,
]);

/** Words of an entry (a member, a parameter, ...) that are a name and a type, by kind; -1 where it has none. */
const ENTRY: Readonly<Record<number, readonly [name: number, type: number]>> = {
  [KIND.struct]: [0, 1],
  [KIND.union]: [0, 1],
  [KIND.enum]: [0, -1],
  [KIND.prototype]: [0, 1],
  [KIND.section]: [-1, 0],
  [KIND.enum64]: [0, -1],
};

/** Checks that names and types that types refer to exist. @param offsets where each type begins, by id. */
export function checkReferences(
  reader: ByteReader,
  offsets: readonly number[],
  stringBytes: number,
  section: string,
  problems: Problems,
): void {
  const count = offsets.length;
  const checkName = (id: number, at: number): void => {
    if (reader.u32(at) >= stringBytes)
      problems.add(
        section,
        at,
        `Type ${id} has a name at byte ${reader.u32(at)} of the strings, which have ${stringBytes}.`,
      );
  };
  const checkType = (id: number, at: number): void => {
    if (reader.u32(at) >= count)
      problems.add(section, at, `Type ${id} refers to type ${reader.u32(at)}, but there are ${count - 1}.`);
  };
  for (let id = 1; id < count; id++) {
    const at = offsets[id]!;
    const info = reader.u32(at + 4);
    const kind = (info >>> 24) & 0x1f;
    checkName(id, at);
    if (REFERRING.has(kind)) checkType(id, at + 8);
    if (kind === KIND.array) {
      checkType(id, at + TYPE_BYTES);
      checkType(id, at + TYPE_BYTES + 4);
    }
    const entry = ENTRY[kind];
    if (entry === undefined) continue;
    const [name, type] = entry;
    const { each } = EXTRA[kind]!;
    const end = at + TYPE_BYTES + each * (info & 0xffff);
    for (let member = at + TYPE_BYTES; member < end; member += each) {
      if (name >= 0) checkName(id, member + name * 4);
      if (type >= 0) checkType(id, member + type * 4);
    }
  }
}
