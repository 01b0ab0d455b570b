import { Block, copy } from "./block.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import { MAP_TYPES, UPDATE_FLAG } from "./map-type.ts";

/**
 * BPF_MAP_TYPE_SK_STORAGE, INODE_STORAGE, TASK_STORAGE and CGRP_STORAGE (kernel/bpf/bpf_local_storage.c): a value for each socket,
 * inode, task or control group. Programs name the owner by its address, user space by a descriptor (the key).
 */
export class LocalStorageMap extends HandledMap {
  private readonly values = new Map<number, Block>();

  lookup(): number {
    return 0;
  }

  /** Address of an owner's value; 0: it has none. */
  ownValue(owner: number): number {
    return this.values.get(owner)?.address ?? 0;
  }

  /** Gives an owner a value, of zeroes where `value` is 0. Returns its address; 0: there is no memory. */
  create(owner: number, value: number): number {
    const { valueSize, flags } = this.definition;
    try {
      const block = Block.ofValues(this.place.machine, valueSize, flags);
      if (value !== 0) copy(this.memory.bytes, block.address, value, valueSize);
      this.values.set(owner, block);
      return block.address;
    } catch (error) {
      if (error instanceof RangeError) return 0;
      throw error;
    }
  }

  /** Takes an owner's value away: by a helper, or as the owner is gone. */
  remove(owner: number): number {
    const block = this.values.get(owner);
    if (block === undefined) return -ERRNO.ENOENT;
    this.values.delete(owner);
    block.release();
    return 0;
  }

  override userLookup(key: number, value: number): number {
    const owner = this.ownerAt(key);
    if (owner < 0) return owner;
    const at = this.ownValue(owner);
    if (at === 0) return -ERRNO.ENOENT;
    copy(this.memory.bytes, value, at, this.definition.valueSize);
    return 0;
  }

  /** An update makes a new value: what programs hold of the old one is void. */
  override userUpdate(key: number, value: number, flags: number): number {
    const owner = this.ownerAt(key);
    if (owner < 0) return owner;
    if (flags > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    const old = this.values.get(owner);
    if (old !== undefined && flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    if (old === undefined && flags === UPDATE_FLAG.EXIST) return -ERRNO.ENOENT;
    if (this.create(owner, value) === 0) return -ERRNO.ENOMEM;
    old?.release();
    return 0;
  }

  override userDelete(key: number): number {
    const owner = this.ownerAt(key);
    return owner < 0 ? owner : this.remove(owner);
  }

  override nextKey(): number {
    return -ERRNO.ENOTSUPP;
  }

  /** Address of the thing whose descriptor lies at `key`, or the error number. */
  private ownerAt(key: number): number {
    const { objects } = this.place;
    if (objects === undefined) return -ERRNO.EBADF;
    const descriptor = this.memory.uint32(key) | 0;
    const owner = (() => {
      switch (this.definition.type) {
        case MAP_TYPES.sk_storage:
          return objects.socket(descriptor);
        case MAP_TYPES.inode_storage:
          return objects.inode(descriptor);
        case MAP_TYPES.task_storage:
          return objects.task(descriptor);
        default:
          return objects.cgroup(descriptor);
      }
    })();
    return typeof owner === "number" ? owner : owner.address;
  }

  override release(): void {
    super.release();
    for (const block of this.values.values()) block.release();
  }
}
