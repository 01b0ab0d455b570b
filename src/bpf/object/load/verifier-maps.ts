import { FIELD_NAMES, type VerifierMap } from "../../verifier/map.ts";
import { valueFields } from "../maps/value-fields.ts";
import type { ObjectFile, ObjectMap } from "../object-file.ts";

/** An object's maps as the verifier knows them, by the indexes that instructions name. */
export function verifierMaps(object: ObjectFile, possibleCpus: number): ReadonlyMap<number, VerifierMap> {
  return new Map(object.maps.map((map, index) => [index, verifierMap(map, object, possibleCpus)]));
}

/** The kernel keeps no name of what the maps inside are like. */
const innerMap = ({ name: _, ...map }: VerifierMap): VerifierMap => map;

function verifierMap(map: ObjectMap, object: ObjectFile, possibleCpus: number): VerifierMap {
  const { name, type, keySize, valueSize, flags, inner, contents, frozen, valueTypeId } = map;
  const fields = object.btf === undefined || valueTypeId === undefined ? [] : valueFields(object.btf, valueTypeId);
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries: map.maxEntries === 0 ? possibleCpus : map.maxEntries,
    flags,
    ...(inner === undefined ? {} : { inner: innerMap(verifierMap(inner, object, possibleCpus)) }),
    // Frozen, they are constants; what is not frozen may change before the program runs.
    ...(frozen && contents !== undefined ? { constants: contents } : {}),
    ...(valueTypeId === undefined ? {} : { hasBtf: true }),
    ...(fields.length === 0 ? {} : { fields, special: [...new Set(fields.map(({ kind }) => FIELD_NAMES[kind]))] }),
  };
}
