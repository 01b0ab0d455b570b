import { MAP_TYPE } from "../../maps/map-type.ts";
import type { Btf, BtfMember } from "../btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../btf/resolve.ts";
import type { ObjectMap } from "../object-file.ts";

/** What a struct in `.maps` says of a map (parse_btf_map_def of libbpf). */
export interface MapDefinitionFields
  extends Pick<
    ObjectMap,
    | "type"
    | "keySize"
    | "valueSize"
    | "maxEntries"
    | "flags"
    | "pinning"
    | "numaNode"
    | "extra"
    | "keyTypeId"
    | "valueTypeId"
  > {
  /** Of maps of maps: what theirs are like. */
  readonly inner?: MapDefinitionFields;
  /** Where in the struct the entries of `values` begin. */
  readonly valuesOffset?: number;
}

/** Why a definition cannot be read. */
export class MapDefinitionError extends Error {}

const PINNINGS = ["none", "by-name"] as const;
/** Values of maps that hold maps or programs are descriptors. */
const DESCRIPTOR_BYTES = 4;
const PAGE = 4096;
const RING_BUFFERS: readonly number[] = [MAP_TYPE.ringbuf, MAP_TYPE.user_ringbuf];

const isMapOfMaps = (type: number): boolean => type === MAP_TYPE.array_of_maps || type === MAP_TYPE.hash_of_maps;

/** The mutable draft of a definition. */
type Draft = { -readonly [Field in keyof MapDefinitionFields]?: MapDefinitionFields[Field] };

/** Reads the definition whose struct is `structId`. Throws MapDefinitionError. */
export function readMapDefinition(btf: Btf, structId: number, isInner = false): MapDefinitionFields {
  const id = skipModifiers(btf, structId);
  const type = id === undefined ? undefined : btf.type(id);
  if (type?.kind !== "struct") throw new MapDefinitionError("it is no struct");
  const draft: Draft = {};
  for (const [index, member] of type.members.entries())
    readMember(btf, member, draft, isInner, index === type.members.length - 1);
  if (draft.type === undefined) throw new MapDefinitionError("it has no 'type'");
  const maxEntries = draft.maxEntries ?? 0;
  return {
    pinning: "none",
    flags: 0,
    keySize: 0,
    valueSize: 0,
    ...draft,
    type: draft.type,
    maxEntries: RING_BUFFERS.includes(draft.type) ? ringBufferBytes(maxEntries) : maxEntries,
  };
}

function readMember(btf: Btf, member: BtfMember, draft: Draft, isInner: boolean, isLast: boolean): void {
  switch (member.name) {
    case "type":
      draft.type = numberOf(btf, member);
      break;
    case "max_entries":
      draft.maxEntries = numberOf(btf, member);
      break;
    case "map_flags":
      draft.flags = numberOf(btf, member);
      break;
    case "numa_node":
      draft.numaNode = numberOf(btf, member);
      break;
    case "map_extra":
      draft.extra = BigInt(numberOf(btf, member));
      break;
    case "key_size":
      draft.keySize = agreed("key", draft.keySize, numberOf(btf, member));
      break;
    case "value_size":
      draft.valueSize = agreed("value", draft.valueSize, numberOf(btf, member));
      break;
    case "key":
      draft.keyTypeId = pointedTo(btf, member);
      draft.keySize = agreed("key", draft.keySize, sizeOf(btf, draft.keyTypeId));
      break;
    case "value":
      draft.valueTypeId = pointedTo(btf, member);
      draft.valueSize = agreed("value", draft.valueSize, sizeOf(btf, draft.valueTypeId));
      break;
    case "pinning": {
      const pinning = PINNINGS[numberOf(btf, member)];
      if (isInner) throw new MapDefinitionError("an inner map cannot be pinned");
      if (pinning === undefined) throw new MapDefinitionError(`its 'pinning' is ${numberOf(btf, member)}`);
      draft.pinning = pinning;
      break;
    }
    case "values":
      readValues(btf, member, draft, isInner, isLast);
      break;
    default:
      throw new MapDefinitionError(`it has a member '${member.name}', which no map has`);
  }
}

/** `values` of maps of maps and arrays of programs: an array without a length whose elements point at what they hold. */
function readValues(btf: Btf, member: BtfMember, draft: Draft, isInner: boolean, isLast: boolean): void {
  const type = draft.type ?? 0;
  if (isInner) throw new MapDefinitionError("an inner map cannot hold maps or programs");
  if (!isLast) throw new MapDefinitionError("'values' is not its last member");
  if (!isMapOfMaps(type) && type !== MAP_TYPE.prog_array)
    throw new MapDefinitionError("it has 'values', but its type (said before them) holds neither maps nor programs");
  draft.valueSize = agreed("value", draft.valueSize, DESCRIPTOR_BYTES);
  const array = behind(btf, member.type);
  if (array?.kind !== "array" || array.count !== 0)
    throw new MapDefinitionError("'values' is no array of unknown length");
  const element = behind(btf, array.element);
  const target = element?.kind === "pointer" ? element.type : undefined;
  const held = target === undefined ? undefined : behind(btf, target);
  if (held?.kind !== (isMapOfMaps(type) ? "struct" : "prototype"))
    throw new MapDefinitionError(`'values' does not point at ${isMapOfMaps(type) ? "maps" : "programs"}`);
  if (isMapOfMaps(type)) draft.inner = readMapDefinition(btf, target!, true);
  draft.valuesOffset = member.bitOffset / 8;
}

/** The type behind modifiers; undefined where it is too deep. */
function behind(btf: Btf, id: number) {
  const found = skipModifiers(btf, id);
  return found === undefined ? undefined : btf.type(found);
}

/** A number is written as a pointer to an array of that length (`__uint`), or as an enumeration of one value (`__ulong`). */
function numberOf(btf: Btf, { name, type }: BtfMember): number {
  const it = behind(btf, type);
  if (it?.kind === "pointer") {
    const array = btf.type(it.type);
    if (array.kind === "array") return array.count;
  }
  if ((it?.kind === "enum" || it?.kind === "enum64") && it.values.length === 1) return Number(it.values[0]!.value);
  throw new MapDefinitionError(`its '${name}' is no number as __uint() writes it`);
}

function pointedTo(btf: Btf, { name, type }: BtfMember): number {
  const it = behind(btf, type);
  if (it?.kind !== "pointer") throw new MapDefinitionError(`its '${name}' is no pointer`);
  return it.type;
}

function agreed(what: string, known: number | undefined, size: number | undefined): number {
  if (size === undefined) throw new MapDefinitionError(`its ${what}'s type has no size`);
  if (known !== undefined && known !== size)
    throw new MapDefinitionError(`its ${what} is of ${known} bytes and of ${size} bytes`);
  return size;
}

/** Ring buffers are of whole pages, a power of two of them: libbpf rounds up. */
function ringBufferBytes(declared: number): number {
  if (declared === 0) return 0;
  let size = PAGE;
  while (size < declared) size *= 2;
  return size > 0xffff_ffff ? declared : size;
}
