/** A set of registers: bit n is Rn. */
export type RegisterSet = number;

export function contains(set: RegisterSet, register: number): boolean {
  return ((set >> register) & 1) === 1;
}
