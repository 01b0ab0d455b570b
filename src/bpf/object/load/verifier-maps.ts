import type { VerifierMap } from "../../verifier/map.ts";
import { valueFields } from "../maps/value-fields.ts";
import type { ObjectFile, ObjectMap } from "../object-file.ts";

/** What of a value the verifier has to know of, as it calls it. */
const SPECIAL = {
  spin_lock: "bpf_spin_lock",
  timer: "bpf_timer",
  workqueue: "bpf_wq",
  kptr: "kptr",
  list: "bpf_list_head",
  tree: "bpf_rb_root",
  "reference-count": "bpf_refcount",
} as const;

/** An object's maps as the verifier knows them, by the indexes that instructions name. */
export function verifierMaps(object: ObjectFile, possibleCpus: number): ReadonlyMap<number, VerifierMap> {
  return new Map(object.maps.map((map, index) => [index, verifierMap(map, object, possibleCpus)]));
}

function verifierMap(map: ObjectMap, object: ObjectFile, possibleCpus: number): VerifierMap {
  const { name, type, keySize, valueSize, flags, inner, contents, frozen, valueTypeId } = map;
  const special = object.btf === undefined || valueTypeId === undefined ? [] : valueFields(object.btf, valueTypeId);
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries: map.maxEntries === 0 ? possibleCpus : map.maxEntries,
    flags,
    ...(inner === undefined ? {} : { inner: verifierMap(inner, object, possibleCpus) }),
    // Frozen, they are constants; what is not frozen may change before the program runs.
    ...(frozen && contents !== undefined ? { constants: contents } : {}),
    ...(valueTypeId === undefined ? {} : { hasBtf: true }),
    ...(special.length === 0
      ? {}
      : { fields: special, special: [...new Set(special.map(({ kind }) => SPECIAL[kind]))] }),
  };
}
