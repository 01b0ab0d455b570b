import type { AllocatedType } from "../../heap/object-heap.ts";
import type { ValueField } from "../../maps/definition.ts";
import { valueFields } from "../../object/maps/value-fields.ts";
import { hasLock } from "../map.ts";
import type { Register } from "../state/register.ts";
import { isAllocated, TYPE } from "../state/register-type.ts";
import type { StructType } from "../state/struct-type.ts";

const FIELDS = new WeakMap<StructType, readonly ValueField[]>();
const NONE: readonly ValueField[] = [];

/** The parts of a struct of the program that only helpers change (btf_find_struct_meta). */
export function fieldsOfStruct(struct: StructType): readonly ValueField[] {
  if (!struct.isLocal || struct.btf === null) return NONE;
  let fields = FIELDS.get(struct);
  if (fields === undefined) {
    fields = valueFields(struct.btf, struct.id);
    FIELDS.set(struct, fields);
  }
  return fields;
}

const TYPES = new WeakMap<StructType, AllocatedType>();

/** A struct of the program as the heap knows it: one object for each. */
export function allocatedType(struct: StructType): AllocatedType {
  let type = TYPES.get(struct);
  if (type === undefined) {
    const described = struct.btf!.type(struct.id);
    const size = described.kind === "struct" ? described.size : 0;
    type = { name: struct.name, size, fields: fieldsOfStruct(struct) };
    TYPES.set(struct, type);
  }
  return type;
}

/** The same of what a register points to (reg_btf_record). */
export function fieldsOf({ type, map, struct }: Register): readonly ValueField[] {
  if (type === TYPE.mapValue) return map?.fields ?? NONE;
  return struct !== null && isAllocated(type) ? fieldsOfStruct(struct) : NONE;
}

const isLock = ({ kind }: ValueField): boolean => kind === "spin_lock" || kind === "resilient_lock";

/** A lock may lie behind it: which one is known by the pointer's id (reg_may_point_to_spin_lock). */
export const mayHoldLock = (register: Register): boolean =>
  register.type === TYPE.mapValue ? hasLock(register.map) : fieldsOf(register).some(isLock);
