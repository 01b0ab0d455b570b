import { familyOf, sumOf } from "../state/register.ts";

/** Which id of one state plays the part of which id of another (`struct bpf_idmap`). */
export class IdMap {
  readonly #old: number[] = [];
  readonly #current: number[] = [];
  #next = 0;

  /** `lastId` is the last one that the walk gave out. */
  begin(lastId: number): void {
    this.#old.length = 0;
    this.#current.length = 0;
    this.#next = lastId;
  }

  /** Whether `current` may stand for `old`: both are none, or they stand for each other everywhere. */
  matches(old: number, current: number): boolean {
    if ((old !== 0) !== (current !== 0)) return false;
    if (old === 0) return true;
    for (let i = 0; i < this.#old.length; i++) {
      if (this.#old[i] === old) return this.#current[i] === current;
      if (this.#current[i] === current) return false;
    }
    this.#old.push(old);
    this.#current.push(current);
    return true;
  }

  /** The same for scalars, where a scalar without bonds may stand for one with. */
  matchesScalar(old: number, current: number): boolean {
    if (old === 0) return true;
    const stand = current === 0 ? ++this.#next : current;
    if (!this.matches(old, stand)) return false;
    if (sumOf(old) === 0) return true;
    return this.matches(familyOf(old), familyOf(stand));
  }
}
