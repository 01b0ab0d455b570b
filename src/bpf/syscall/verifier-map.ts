import type { MapDefinition } from "../maps/definition.ts";
import { isMapOfMaps } from "../maps/map-of-maps.ts";
import { CREATE_FLAG } from "../maps/map-type.ts";
import { FIELD_NAMES, type VerifierMap } from "../verifier/map.ts";
import type { MapObject } from "./objects.ts";

/** An open map as the verifier knows it. @param values bytes of all its values, where it has direct ones. */
export function verifierMapOf({ map, name, frozen, types }: MapObject, values: Uint8Array | undefined): VerifierMap {
  const isConstant = frozen && (map.definition.flags & CREATE_FLAG.RDONLY_PROG) !== 0;
  return {
    ...described(map.definition),
    name,
    ...(types.value === 0 ? {} : { hasBtf: true }),
    ...(isMapOfMaps(map) ? { inner: described(map.inner) } : {}),
    ...(isConstant && values !== undefined ? { constants: values } : {}),
  };
}

function described({ type, keySize, valueSize, maxEntries, flags, fields = [] }: MapDefinition): VerifierMap {
  const special = [...new Set(fields.map(({ kind }) => FIELD_NAMES[kind]))];
  return { type, keySize, valueSize, maxEntries, flags, ...(fields.length === 0 ? {} : { fields, special }) };
}
