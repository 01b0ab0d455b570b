import { Block } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { deviceFrom, dropDevice, putDevice, type RedirectTarget } from "./device-value.ts";
import { ERRNO } from "./errno.ts";
import type { MapPlace } from "./map-place.ts";
import { CREATE_FLAG, UPDATE_FLAG } from "./map-type.ts";
import { ObjectArray } from "./object-array.ts";
import { type OwnedMap, ProgramOwner } from "./program-owner.ts";

/** BPF_MAP_TYPE_DEVMAP (kernel/bpf/devmap.c): devices by index. User space fills it; programs read it and redirect by it. */
export class DeviceMap extends ObjectArray<RedirectTarget> implements OwnedMap {
  readonly owner = new ProgramOwner(false);
  private readonly values: Block;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.values = Block.ofValues(place.machine, 8 * definition.maxEntries, CREATE_FLAG.RDONLY_PROG);
  }

  override lookup(key: number): number {
    return this.heldAt(key) === undefined ? 0 : this.entryOf(key);
  }

  /** All devices in the order of their indexes. */
  targets(): RedirectTarget[] {
    return Array.from({ length: this.definition.maxEntries }, (_, i) => this.at(i) ?? []).flat();
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const { valueSize } = this.definition;
    if (flags > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    if (!this.isIndex(key)) return -ERRNO.E2BIG;
    if (flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    if (this.memory.uint32(value) === 0) {
      if (valueSize === 8 && (this.memory.uint32(value + 4) | 0) > 0) return -ERRNO.EINVAL;
      this.replace(key, undefined);
      return 0;
    }
    const target = deviceFrom(this.place, this.owner, value, valueSize);
    if (typeof target === "number") return target;
    putDevice(this.place, this.entryOf(key), valueSize, target);
    this.replace(key, target);
    return 0;
  }

  override delete(key: number): number {
    if (!this.isIndex(key)) return -ERRNO.EINVAL;
    this.replace(key, undefined);
    return 0;
  }

  override userDelete(key: number): number {
    return this.delete(key);
  }

  private replace(key: number, target: RedirectTarget | undefined): void {
    dropDevice(this.place, this.heldAt(key));
    this.hold(key, target);
  }

  private entryOf(key: number): number {
    return this.values.address + 8 * this.memory.uint32(key);
  }

  override release(): void {
    super.release();
    for (const target of this.targets()) dropDevice(this.place, target);
    this.values.release();
  }
}
