import type { MapDefinition } from "../definition.ts";
import { ERRNO } from "../errno.ts";
import { HandledMap } from "../handled-map.ts";
import type { MapPlace } from "../map-place.ts";
import { UPDATE_FLAG } from "../map-type.ts";
import { HashTable, NONE } from "./hash-table.ts";

/** What all maps with a hash table have in common. */
export abstract class HashedMap extends HandledMap {
  protected readonly table: HashTable;
  /** @param valuesEach values of an element: one, or one a processor. */
  constructor(definition: MapDefinition, place: MapPlace, elements: number, valuesEach = 1) {
    super(definition, place);
    this.table = new HashTable(place.machine, definition, elements, valuesEach);
  }

  lookup(key: number): number {
    const element = this.table.find(key, this.table.hash(key));
    return element === NONE ? 0 : this.table.valueOf(element);
  }

  /** May an update with these flags go on where the key has, or has not, an element? (check_flags) */
  protected permits(flags: number, element: number): number {
    if (element !== NONE) return flags === UPDATE_FLAG.NOEXIST ? -ERRNO.EEXIST : 0;
    return flags === UPDATE_FLAG.EXIST ? -ERRNO.ENOENT : 0;
  }

  override delete(key: number): number {
    const element = this.table.find(key, this.table.hash(key));
    if (element === NONE) return -ERRNO.ENOENT;
    this.drop(element);
    this.free(element);
    return 0;
  }

  /** Takes an element out of its bucket; what its value holds is given back. False where it is in none. */
  protected drop(element: number): boolean {
    const linked = this.table.unlink(element);
    if (linked) this.giveBack(element);
    return linked;
  }

  /** What an element's values hold is given back (check_and_free_fields). */
  protected giveBack(element: number): void {
    this.onFree(this.table.valueOf(element), this.table.valueBytes);
  }

  /** An element that is in no bucket any more may be used again. */
  protected abstract free(element: number): void;

  override walk(visit: (key: number, value: number) => boolean): number {
    return this.table.walk((element) => visit(this.table.keyOf(element), this.valueFor(element)));
  }

  /** Address of an element's value as programs see it. */
  protected valueFor(element: number): number {
    return this.table.valueOf(element);
  }

  override elementAt(address: number): { readonly key: number; readonly value: number } | undefined {
    const element = this.table.elementAt(address);
    return element === NONE ? undefined : { key: this.table.keyOf(element), value: this.table.valueOf(element) };
  }

  /** Keys of a bucket, the newest first; undefined where there is no such bucket. */
  keysOfBucket(bucket: number): Uint8Array[] | undefined {
    return this.table.keysOfBucket(bucket);
  }

  override userTake(key: number, value: number): number {
    return this.userLookup(key, value) || this.userDelete(key);
  }

  override nextKey(key: number, next: number): number {
    return this.table.nextKey(key, next);
  }

  override release(): void {
    super.release();
    this.table.release();
  }
}
