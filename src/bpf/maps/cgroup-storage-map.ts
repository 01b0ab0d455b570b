import { Block, copy, roundUp8 } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import type { MapPlace } from "./map-place.ts";
import { MAP_TYPES, UPDATE_FLAG } from "./map-type.ts";

interface Storage {
  readonly cgroup: bigint;
  readonly attachType: number;
  readonly values: Block;
}

/**
 * BPF_MAP_TYPE_CGROUP_STORAGE and BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE (kernel/bpf/local_storage.c): a value for each control group
 * that a program is attached to. Keys are the group's id, or that and the attach type (`struct bpf_cgroup_storage_key`).
 */
export class CgroupStorageMap extends HandledMap {
  /** The newest first. */
  private readonly storages: Storage[] = [];
  private readonly stride: number;
  private readonly copies: number;
  /** What programs see: that of the group for which one runs. */
  private selected: Storage | undefined;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.stride = roundUp8(definition.valueSize);
    this.copies = definition.type === MAP_TYPES.percpu_cgroup_storage ? place.possibleCpus : 1;
  }

  /** A program was attached to the group: its storage is made, of zeroes, where there is none yet. */
  attach(cgroup: bigint, attachType: number): void {
    if (this.storageOf(cgroup, attachType) === undefined) this.storages.unshift(this.newStorage(cgroup, attachType));
  }

  /** No program is attached to the group any more. */
  detach(cgroup: bigint, attachType: number): void {
    const storage = this.storageOf(cgroup, attachType);
    if (storage === undefined) return;
    this.storages.splice(this.storages.indexOf(storage), 1);
    if (this.selected === storage) this.selected = undefined;
    storage.values.release();
  }

  /** Programs run for this group from now on. */
  select(cgroup: bigint, attachType: number): void {
    this.selected = this.storageOf(cgroup, attachType);
  }

  /** Address of what bpf_get_local_storage gives: outside of any group, as in a test run, a value that no key reaches. */
  current(): number {
    this.selected ??= this.newStorage(0n, 0);
    return this.selected.values.address + (this.copies === 1 ? 0 : this.place.cpu() * this.stride);
  }

  lookup(): number {
    return 0;
  }

  override get userValueSize(): number {
    return this.copies === 1 && this.definition.type === MAP_TYPES.cgroup_storage
      ? this.definition.valueSize
      : this.stride * this.copies;
  }

  override userLookup(key: number, value: number): number {
    const storage = this.storageAt(key);
    if (storage === undefined) return -ERRNO.ENOENT;
    copy(this.memory.bytes, value, storage.values.address, this.userValueSize);
    return 0;
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const perCpu = this.definition.type === MAP_TYPES.percpu_cgroup_storage;
    if (perCpu ? flags !== UPDATE_FLAG.ANY && flags !== UPDATE_FLAG.EXIST : (flags & ~UPDATE_FLAG.EXIST) !== 0)
      return -ERRNO.EINVAL;
    const storage = this.storageAt(key);
    if (storage === undefined) return -ERRNO.ENOENT;
    copy(this.memory.bytes, storage.values.address, value, this.userValueSize);
    return 0;
  }

  override nextKey(key: number, next: number): number {
    const before = key === 0 ? undefined : this.storageAt(key);
    if (key !== 0 && before === undefined) return -ERRNO.ENOENT;
    const storage = this.storages[before === undefined ? 0 : this.storages.indexOf(before) + 1];
    if (storage === undefined) return -ERRNO.ENOENT;
    this.memory.setUint32(next, Number(storage.cgroup & 0xffff_ffffn));
    this.memory.setUint32(next + 4, Number(storage.cgroup >> 32n));
    if (!this.sharesTypes) {
      this.memory.setUint32(next + 8, storage.attachType);
      this.memory.setUint32(next + 12, 0);
    }
    return 0;
  }

  /** Keys are groups only: programs of all attach types have one value. */
  private get sharesTypes(): boolean {
    return this.definition.keySize === 8;
  }

  private storageAt(key: number): Storage | undefined {
    const cgroup = BigInt(this.memory.uint32(key)) | (BigInt(this.memory.uint32(key + 4)) << 32n);
    return this.storageOf(cgroup, this.sharesTypes ? 0 : this.memory.uint32(key + 8));
  }

  private storageOf(cgroup: bigint, attachType: number): Storage | undefined {
    return this.storages.find((it) => it.cgroup === cgroup && (this.sharesTypes || it.attachType === attachType));
  }

  private newStorage(cgroup: bigint, attachType: number): Storage {
    const { machine } = this.place;
    const values = Block.ofValues(machine, this.stride * this.copies, this.definition.flags);
    return { cgroup, attachType, values };
  }

  override release(): void {
    super.release();
    for (const { values } of this.storages) values.release();
  }
}
