import { isCharacter } from "../bpf/codec/plain-type.ts";
import { mapTypeName } from "../bpf/maps/map-type.ts";
import type { Btf } from "../bpf/object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../bpf/object/btf/resolve.ts";
import type { ObjectFile, ObjectMap } from "../bpf/object/object-file.ts";
import {
  NAMED_LAYOUTS,
  parseLayout,
  type StructLayout,
  textLayout,
  type ValueLayout,
} from "../topology/map-value/layout.ts";
import type { MapModel } from "../topology/model.ts";

/** What reports need of an object's map: its keys and values as their types say. Undefined for types that there are not. */
export function modelOfObjectMap({ btf }: ObjectFile, map: ObjectMap, file: string): MapModel | undefined {
  const type = mapTypeName(map.type);
  if (type === undefined) return undefined;
  const { name, keySize, valueSize, maxEntries, flags, keyTypeId, valueTypeId, variables } = map;
  return {
    name,
    type,
    key: layoutOf(btf, keyTypeId, keySize),
    value:
      variables === undefined
        ? layoutOf(btf, valueTypeId, valueSize)
        : struct(
            valueSize,
            variables.map((it) => ({ name: it.name, offset: it.offset, layout: layoutOf(btf, it.typeId, it.size) })),
          ),
    maxEntries: Math.max(maxEntries, 1),
    flags,
    contents: [],
    place: { file },
  };
}

/** How values of a type of that name are read; undefined where the object has none. */
export function layoutOfTypeNamed(btf: Btf, name: string): ValueLayout | undefined {
  for (const kind of ["struct", "union", "typedef", "enum", "int"] as const) {
    const id = btf.find(kind, name);
    const size = id === undefined ? undefined : sizeOf(btf, id);
    if (size !== undefined) return layoutOf(btf, id, size);
  }
  return undefined;
}

/** Structures inside one another up to which fields are shown one by one. */
const MOST_DEPTH = 8;

/** Names by which headers of the kernel say that a number is in network order. Four bytes are nearly always an address. */
const IN_NETWORK_ORDER: Readonly<Record<string, ValueLayout>> = {
  __be16: NAMED_LAYOUTS.be16!,
  __be32: NAMED_LAYOUTS.ipv4!,
  __be64: NAMED_LAYOUTS.be64!,
};

/** A type as a layout; whatever has none is bytes. */
function layoutOf(btf: Btf | undefined, id: number | undefined, size: number, depth = 0): ValueLayout {
  if (btf === undefined || id === undefined) return parseLayout(size);
  const inNetworkOrder = namesOf(btf, id).flatMap((name) => IN_NETWORK_ORDER[name] ?? [])[0];
  if (inNetworkOrder?.size === size) return inNetworkOrder;
  const resolved = skipModifiers(btf, id);
  const type = resolved === undefined || depth > MOST_DEPTH ? undefined : btf.type(resolved);
  const bytes: ValueLayout = { kind: "bytes", size, alignment: 1 };
  const part = (of: number, name: string, offset: number) => {
    const length = sizeOf(btf, of) ?? 0;
    return { name, offset, layout: layoutOf(btf, of, length, depth + 1) };
  };
  switch (type?.kind) {
    case "variable":
      return layoutOf(btf, type.type, size, depth + 1);
    case "int":
      return type.size === size && [1, 2, 4, 8].includes(size) ? number(size, type.signed) : bytes;
    case "enum":
    case "enum64":
      return type.size === size ? number(size, type.signed) : bytes;
    case "struct": {
      if (type.members.some(({ bitSize, bitOffset }) => bitSize > 0 || bitOffset % 8 !== 0)) return bytes;
      const fields = type.members.map((member) => part(member.type, member.name, member.bitOffset / 8));
      return struct(size, fields);
    }
    case "array": {
      if (type.count === size && isCharacter(btf, type.element)) return textLayout(size);
      if (type.count > MOST_ELEMENTS) return bytes;
      const step = sizeOf(btf, type.element) ?? 0;
      const fields = Array.from({ length: type.count }, (_, i) => part(type.element, String(i), i * step));
      return struct(size, fields);
    }
    default:
      return bytes;
  }
}

/** The names that typedefs give a type, the outermost first. */
function namesOf(btf: Btf, id: number): string[] {
  const names: string[] = [];
  for (let depth = 0, type = btf.type(id); depth < MOST_DEPTH; depth++) {
    if (type.kind === "typedef") names.push(type.name);
    else if (!MODIFIERS.includes(type.kind)) break;
    type = btf.type((type as { type: number }).type);
  }
  return names;
}

const MODIFIERS: readonly string[] = ["const", "volatile", "restrict", "type-tag"];

/** Elements up to which an array is shown one by one. */
const MOST_ELEMENTS = 64;

function number(size: number, signed: boolean): ValueLayout {
  return { kind: signed ? "signed" : "unsigned", size, alignment: size };
}

/** Fields that lie within the bytes; just bytes where they do not. */
function struct(size: number, fields: StructLayout["fields"]): ValueLayout {
  const isWhole = fields.every(({ offset, layout }) => offset + layout.size <= size);
  if (fields.length === 0 || !isWhole) return { kind: "bytes", size, alignment: 1 };
  return { kind: "struct", size, alignment: 1, fields };
}
