import { ERRNO } from "../maps/errno.ts";
import { CREATE_FLAG, MAP_TYPES } from "../maps/map-type.ts";
import type { LinearMemory } from "../vm/memory.ts";
import type { MapObject } from "./objects.ts";

const PAGE = 4096;

/** What mmap(2) of a map is asked for: MAP_SHARED, to be read. */
export interface MappingRequest {
  /** Bytes. */
  readonly length: number;
  /** Bytes of the map before it: whole pages. Default 0. */
  readonly offset?: number;
  /** PROT_WRITE as well. */
  readonly writable?: boolean;
}

/** A map's values as a process sees them that has mapped them. */
export class MappedMemory {
  private readonly memory: LinearMemory;
  private readonly address: number;
  private readonly length: number;
  private onUnmap: (() => void) | undefined;

  constructor(memory: LinearMemory, address: number, length: number, onUnmap: () => void) {
    this.memory = memory;
    this.address = address;
    this.length = length;
    this.onUnmap = onUnmap;
  }

  /** The bytes themselves. Memory may move when something is created: ask anew after that. */
  get bytes(): Uint8Array {
    return this.memory.bytes.subarray(this.address, this.address + this.length);
  }

  /** munmap(2) */
  unmap(): void {
    this.onUnmap?.();
    this.onUnmap = undefined;
  }
}

/** Where a mapping begins in memory, or the error number of mmap(2): its own, then bpf_map_mmap's and array_map_mmap's. */
export function mappingAddress(
  { map, frozen }: MapObject,
  { length, offset = 0, writable = false }: MappingRequest,
): number {
  const { type, flags, maxEntries, valueSize, fields = [] } = map.definition;
  if (length <= 0 || offset % PAGE !== 0) return -ERRNO.EINVAL;
  if ((flags & CREATE_FLAG.WRONLY) !== 0 || (writable && (flags & CREATE_FLAG.RDONLY) !== 0)) return -ERRNO.EACCES;
  if (type !== MAP_TYPES.array || fields.length > 0) return -ERRNO.ENOTSUPP;
  // A descriptor that only reads shares no memory with others.
  if ((flags & CREATE_FLAG.RDONLY) !== 0) return -ERRNO.EINVAL;
  if (writable && frozen) return -ERRNO.EPERM;
  if (writable && (flags & CREATE_FLAG.RDONLY_PROG) !== 0) return -ERRNO.EACCES;
  if ((flags & CREATE_FLAG.MMAPABLE) === 0) return -ERRNO.EINVAL;
  const pages = (bytes: number) => Math.ceil(bytes / PAGE) * PAGE;
  if (offset + pages(length) > pages(maxEntries * Math.ceil(valueSize / 8) * 8)) return -ERRNO.EINVAL;
  return map.indexedValues()!.address + offset;
}
