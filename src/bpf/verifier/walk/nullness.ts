import { MAP_TYPE } from "../../maps/map-type.ts";
import { hasLock } from "../map.ts";
import { NOT_INIT, type Register, scalarRegister, UNKNOWN_SCALAR } from "../state/register.ts";
import { baseOf, FLAG, isBorrowed, isOfPacket, mayBeNull, TYPE } from "../state/register-type.ts";
import type { WalkState } from "../state/walk-state.ts";
import { ZERO } from "../values/scalar.ts";
import { fieldsOfStruct, mayHoldLock } from "./object-fields.ts";

/** A comparison with 0 has shown whether a pointer, and all its copies, are null (mark_ptr_or_null_regs). */
export function settleNull(state: WalkState, number: number, isNull: boolean): void {
  const { id, reference } = state.frame.registers[number]!;
  if (isNull && reference !== 0 && reference === id)
    state.references = state.references.filter((acquired) => acquired.id !== id);
  state.changeAll((register) => {
    if (!mayBeNull(register.type) || register.id !== id) return register;
    return isNull ? scalarRegister(ZERO) : asNotNull(register);
  });
}

/** mark_ptr_not_null_reg: what a look-up found is by the kind of its map a value, an inner map or a socket. */
export function asNotNull(register: Register): Register {
  const type = register.type & ~FLAG.orNull;
  const { map } = register;
  if (baseOf(type) === TYPE.struct && mayHoldLock(register)) return { ...register, type };
  if (baseOf(type) !== TYPE.mapValue || map === null) return { ...register, type, id: 0 };
  if (map.inner !== undefined) return { ...register, type: TYPE.map, map: map.inner, id: 0 };
  if (map.type === MAP_TYPE.xskmap) return { ...register, type: TYPE.xdpSocket, id: 0 };
  if (map.type === MAP_TYPE.sockmap || map.type === MAP_TYPE.sockhash) return { ...register, type: TYPE.socket, id: 0 };
  // Whose lock is held goes by the id of the look-up.
  return hasLock(map) ? { ...register, type } : { ...register, type, id: 0 };
}

/** A reference was given back: what belonged to it is a mere number, or nothing to users who may not see addresses (release_reference). */
export function invalidateReference(state: WalkState, reference: number, addressesSecret: boolean): void {
  state.references = state.references.filter((acquired) => acquired.id !== reference);
  const lost = addressesSecret ? NOT_INIT : UNKNOWN_SCALAR;
  state.changeAll((register) => (register.reference === reference ? lost : register));
}

/** What belongs to a lock's owner is no more once it is released (invalidate_non_owning_refs). */
export function invalidateBorrowed(state: WalkState, addressesSecret: boolean): void {
  const lost = addressesSecret ? NOT_INIT : UNKNOWN_SCALAR;
  state.changeAll((register) => (isBorrowed(register.type) ? lost : register));
}

/** The packet may lie elsewhere, or be another one (clear_all_pkt_pointers). */
export function forgetPacket(state: WalkState, addressesSecret: boolean): void {
  const lost = addressesSecret ? NOT_INIT : UNKNOWN_SCALAR;
  state.changeAll((register) => (isOfPacket(register.type) ? lost : register));
}

/** A list or a tree has the object now; the program may use it as long as it holds the lock (ref_set_non_owning). */
export function lend(register: Register): Register {
  if (isBorrowed(register.type)) return register;
  const counted =
    register.struct !== null && fieldsOfStruct(register.struct).some(({ kind }) => kind === "reference-count");
  return { ...register, reference: 0, type: register.type | FLAG.borrowed | (counted ? FLAG.rcu : 0) };
}
