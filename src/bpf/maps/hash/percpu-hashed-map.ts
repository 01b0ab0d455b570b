import type { MapDefinition } from "../definition.ts";
import { ERRNO } from "../errno.ts";
import type { MapPlace } from "../map-place.ts";
import { UPDATE_FLAG } from "../map-type.ts";
import { NONE } from "./hash-table.ts";
import { HashedMap } from "./hashed-map.ts";
import { PercpuValues } from "./percpu-values.ts";

/**
 * A hash table with values for each processor. Programs see those of the one that runs them; an update writes over values, and
 * a program's gives the other processors of a new element zeroes.
 */
export abstract class PercpuHashedMap extends HashedMap {
  protected readonly values: PercpuValues;

  constructor(definition: MapDefinition, place: MapPlace, elements: number) {
    super(definition, place, elements, place.possibleCpus);
    this.values = new PercpuValues(place, definition);
  }

  override lookup(key: number): number {
    return this.lookupOn(key, this.place.cpu());
  }

  override lookupOn(key: number, cpu: number): number {
    if (cpu >= this.place.possibleCpus) return 0;
    const all = this.lookupAll(key);
    return all === 0 ? 0 : all + cpu * this.values.stride;
  }

  protected override valueFor(element: number): number {
    return this.table.valueOf(element) + this.place.cpu() * this.values.stride;
  }

  /** Address of an element's first value, looked up by a program. */
  protected lookupAll(key: number): number {
    return super.lookup(key);
  }

  override update(key: number, value: number, flags: number): number {
    return this.write(key, value, flags, false);
  }

  override userUpdate(key: number, values: number, flags: number): number {
    return this.write(key, values, flags, true);
  }

  private write(key: number, from: number, flags: number, all: boolean): number {
    if (flags >>> 0 > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const { table, values } = this;
    const hash = table.hash(key);
    let element = this.takesFirst(flags) ? this.take() : undefined;
    if (this.takesFirst(flags) && element === undefined) return -ERRNO.ENOMEM;
    const old = table.find(key, hash);
    const errno = this.permits(flags, old);
    if (errno === 0 && old === NONE) {
      element ??= this.take();
      if (element === undefined) return -ERRNO.E2BIG;
      values.clear(table.valueOf(element));
      this.set(element, from, all);
      table.link(element, key, hash);
      return 0;
    }
    if (errno === 0) {
      this.used(old);
      this.set(old, from, all);
      if (all) this.giveBack(old);
      else this.giveBackOn(old, this.place.cpu());
    }
    if (element !== undefined) this.free(element);
    return errno;
  }

  private set(element: number, from: number, all: boolean): void {
    const to = this.table.valueOf(element);
    if (all) this.values.setAll(to, from);
    else this.values.set(to, this.place.cpu(), from);
  }

  protected override giveBack(element: number): void {
    for (let cpu = 0; cpu < this.place.possibleCpus; cpu++) this.giveBackOn(element, cpu);
  }

  private giveBackOn(element: number, cpu: number): void {
    this.onFree(this.table.valueOf(element) + cpu * this.values.stride, this.definition.valueSize);
  }

  /** Does an update take an element before it looks whether the key has one? */
  protected takesFirst(_flags: number): boolean {
    return false;
  }

  /** An element that is free; undefined where there is none. */
  protected abstract take(): number | undefined;

  /** An update writes over an element. */
  protected used(_element: number): void {}

  override get userValueSize(): number {
    return this.values.size;
  }

  override userLookup(key: number, values: number): number {
    const element = this.table.find(key, this.table.hash(key));
    if (element === NONE) return -ERRNO.ENOENT;
    this.values.read(this.table.valueOf(element), values);
    return 0;
  }
}
