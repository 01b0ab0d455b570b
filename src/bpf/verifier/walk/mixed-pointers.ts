import { baseOf, FLAG, isSocketPointer, TYPE } from "../state/register-type.ts";
import type { Walk } from "./walk.ts";

/** Accesses through these are rewritten when the program is loaded, each in its own way (reg_type_mismatch_ok). */
const isRewritten = (type: number): boolean => {
  const base = baseOf(type);
  return base === TYPE.context || base === TYPE.struct || isSocketPointer(base);
};

const isProbed = (type: number): boolean => baseOf(type) === TYPE.struct || baseOf(type) === TYPE.memory;

/**
 * An instruction has one meaning on all paths: it cannot read the context on one and the stack on another (save_aux_ptr_type). `probes`: loads
 * from structs and memory that may not be there are made so that none can fault.
 */
export function checkSamePointer(walk: Walk, type: number, probes: boolean): void {
  const { accessTypes, index } = walk;
  const known = accessTypes[index]!;
  if (known === 0) accessTypes[index] = type;
  else if (type !== known && (isRewritten(type) || isRewritten(known))) {
    if (!probes || !isProbed(type) || !isProbed(known))
      walk.refuse("memory-access", "same insn cannot be used with different pointers");
    const isMemory = baseOf(type) === TYPE.memory || baseOf(known) === TYPE.memory;
    accessTypes[index] = (isMemory ? TYPE.memory : TYPE.struct) | ((type | known) & (FLAG.untrusted | FLAG.readOnly));
  }
}
