import type { ValueField } from "../maps/definition.ts";
import type { LinearMemory } from "../vm/memory.ts";
import type { Regions } from "../vm/regions.ts";
import { freeFields } from "./free-fields.ts";

/** What a program allocates: a struct of its own types. */
export interface AllocatedType {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Parts that only helpers and kernel functions change. */
  readonly fields: readonly ValueField[];
}

/** An object of the heap. */
export interface AllocatedObject {
  readonly address: number;
  readonly type: AllocatedType;
}

/** Bytes that objects of one size are carved from at a time. */
const SLAB_BYTES = 65_536;
/** Sizes that the kernel's allocator for programs has caches of (bpf_mem_alloc), and its own bytes in each. */
const SIZES = [16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096] as const;
const OWN_BYTES = 8;

interface Slab {
  readonly base: number;
  readonly stride: number;
  /** What is there, by place; undefined: nothing. */
  readonly types: (AllocatedType | undefined)[];
}

/**
 * Objects that programs allocate (bpf_obj_new and the like). What lies in one is known by its address alone, so that who gives it
 * back, or a map value that holds it, need not say its type.
 */
export class ObjectHeap {
  readonly memory: LinearMemory;
  private readonly regions: Regions;
  private readonly free = new Map<number, number[]>();
  /** By the pages that they lie in. */
  private readonly slabs = new Map<number, Slab[]>();

  constructor(memory: LinearMemory, regions: Regions) {
    this.memory = memory;
    this.regions = regions;
  }

  /** Address of a new object, all zeroes but a count of references, which is 1; 0: there is no memory, or it is larger than such objects may be. */
  allocate(type: AllocatedType): number {
    const stride = SIZES.find((size) => size >= type.size + OWN_BYTES);
    if (stride === undefined) return 0;
    const address = this.free.get(stride)?.pop() ?? this.carve(stride);
    if (address === 0) return 0;
    const slab = this.slabAt(address)!;
    slab.types[(address - slab.base) / stride] = type;
    this.memory.bytes.fill(0, address, address + type.size);
    const count = countOf(type);
    if (count !== undefined) this.memory.setUint32(address + count, 1);
    return address;
  }

  /** The object that an address lies in. */
  objectAt(address: number): AllocatedObject | undefined {
    const slab = this.slabAt(address);
    if (slab === undefined) return undefined;
    const place = Math.floor((address - slab.base) / slab.stride);
    const type = slab.types[place];
    return type === undefined ? undefined : { address: slab.base + place * slab.stride, type };
  }

  /** One more reference (bpf_refcount_acquire); false where the object is not counted or going. */
  acquire({ address, type }: AllocatedObject): boolean {
    const at = countOf(type);
    if (at === undefined) return false;
    const count = this.memory.uint32(address + at);
    if (count === 0) return false;
    this.memory.setUint32(address + at, count + 1);
    return true;
  }

  /** One reference less; with the last one the object goes, and what it holds (__bpf_obj_drop_impl). */
  drop({ address, type }: AllocatedObject): void {
    const at = countOf(type);
    if (at !== undefined) {
      const left = this.memory.uint32(address + at) - 1;
      this.memory.setUint32(address + at, left);
      if (left > 0) return;
    }
    freeFields(this, type.fields, address);
    const slab = this.slabAt(address)!;
    slab.types[(address - slab.base) / slab.stride] = undefined;
    this.free.get(slab.stride)!.push(address);
  }

  private slabAt(address: number): Slab | undefined {
    return this.slabs.get(address >>> 16)?.find(({ base }) => address >= base && address < base + SLAB_BYTES);
  }

  /** Makes room for objects of a size, and gives the first. */
  private carve(stride: number): number {
    let base: number;
    try {
      base = this.memory.allocate(SLAB_BYTES);
    } catch (error) {
      if (error instanceof RangeError) return 0;
      throw error;
    }
    this.regions.add(base, SLAB_BYTES, true);
    const slab: Slab = { base, stride, types: [] };
    for (const page of new Set([base >>> 16, (base + SLAB_BYTES - 1) >>> 16]))
      this.slabs.set(page, [...(this.slabs.get(page) ?? []), slab]);
    const places = Math.floor(SLAB_BYTES / stride);
    // The lowest is taken first.
    const free = Array.from({ length: places - 1 }, (_, i) => base + (places - 1 - i) * stride);
    this.free.set(stride, free);
    return base;
  }
}

const countOf = ({ fields }: AllocatedType): number | undefined =>
  fields.find(({ kind }) => kind === "reference-count")?.offset;
