import { readFileSync } from "node:fs";
import { MAP_TYPES } from "../../bpf/maps/map-type.ts";
import type { MapAttributes } from "../../bpf/syscall.ts";
import type { Libc } from "../libc.ts";
import { Attributes } from "./attributes.ts";
import { COMMAND } from "./commands.ts";

const PER_CPU = new Set<number>([MAP_TYPES.percpu_array, MAP_TYPES.percpu_hash, MAP_TYPES.lru_percpu_hash]);
/** Maps whose values user space sees as descriptors or ids. */
const HOLDERS = new Set<number>([MAP_TYPES.array_of_maps, MAP_TYPES.hash_of_maps, MAP_TYPES.prog_array]);

/**
 * The map commands of bpf(2) on this machine, in the shape of BpfSyscall: descriptors, and negative numbers for errors.
 * Descriptors stay open until they are closed or the process ends.
 */
export class KernelMaps {
  /** Processors that per-CPU maps have values for. */
  readonly possibleCpus: number;
  private readonly libc: Libc;
  private readonly sizes = new Map<number, { readonly key: number; readonly value: number }>();

  constructor(libc: Libc) {
    this.libc = libc;
    this.possibleCpus = possibleCpus();
  }

  /** BPF_MAP_CREATE. */
  createMap({ type, keySize, valueSize, maxEntries, flags, innerMap = 0 }: MapAttributes): number {
    const descriptor = new Attributes(this.libc)
      .words(0, type, keySize, valueSize, maxEntries, flags, innerMap)
      .call(COMMAND.mapCreate);
    if (descriptor < 0) return descriptor;
    const whole = PER_CPU.has(type) ? Math.ceil(valueSize / 8) * 8 * this.possibleCpus : valueSize;
    this.sizes.set(descriptor, { key: keySize, value: HOLDERS.has(type) ? 4 : whole });
    return descriptor;
  }

  /** BPF_MAP_LOOKUP_ELEM: a value, of per-CPU maps one for each possible processor. */
  lookup(descriptor: number, key: Uint8Array | undefined, flags = 0): Uint8Array | number {
    return this.reading(COMMAND.mapLookup, descriptor, key, this.valueSize(descriptor), flags);
  }

  /** BPF_MAP_LOOKUP_AND_DELETE_ELEM. */
  take(descriptor: number, key: Uint8Array | undefined, flags = 0): Uint8Array | number {
    return this.reading(COMMAND.mapTake, descriptor, key, this.valueSize(descriptor), flags);
  }

  /** BPF_MAP_UPDATE_ELEM. */
  update(descriptor: number, key: Uint8Array | undefined, value: Uint8Array, flags = 0): number {
    return this.element(COMMAND.mapUpdate, descriptor, key, value, flags);
  }

  /** BPF_MAP_DELETE_ELEM. */
  delete(descriptor: number, key: Uint8Array | undefined): number {
    return this.element(COMMAND.mapDelete, descriptor, key);
  }

  /** BPF_MAP_GET_NEXT_KEY: the key behind `key`, the first behind undefined. */
  nextKey(descriptor: number, key: Uint8Array | undefined): Uint8Array | number {
    return this.reading(COMMAND.mapNextKey, descriptor, key, this.sizes.get(descriptor)?.key ?? 0, 0);
  }

  /** BPF_MAP_FREEZE. */
  freeze(descriptor: number): number {
    return new Attributes(this.libc).words(0, descriptor).call(COMMAND.mapFreeze);
  }

  /** Another descriptor of a loaded program. @param program its descriptor. */
  openProgram(program: number): number {
    return this.libc.dup(program);
  }

  /** What is open, in the order in which it was created. */
  descriptors(): readonly number[] {
    return [...this.sizes.keys()];
  }

  close(descriptor: number): void {
    this.sizes.delete(descriptor);
    this.libc.close(descriptor);
  }

  /** Closes all. */
  release(): void {
    for (const descriptor of this.descriptors()) this.close(descriptor);
  }

  /** Bytes that `update` takes and `lookup` gives, for per-CPU maps of all processors; 0 where the descriptor is of no map. */
  valueSize(descriptor: number): number {
    return this.sizes.get(descriptor)?.value ?? 0;
  }

  private reading(command: number, map: number, key: Uint8Array | undefined, bytes: number, flags: number) {
    const value = Buffer.alloc(bytes);
    const result = this.element(command, map, key, value, flags);
    return result < 0 ? result : Uint8Array.from(value);
  }

  private element(command: number, map: number, key?: Uint8Array, value?: Uint8Array, flags = 0): number {
    return new Attributes(this.libc).words(0, map).pointer(8, key).pointer(16, value).wide(24, flags).call(command);
  }
}

/** /sys/devices/system/cpu/possible is a list as `0-3` or `0`. */
function possibleCpus(): number {
  const last = /(\d+)\s*$/.exec(readFileSync("/sys/devices/system/cpu/possible", "latin1"));
  return Number(last?.[1] ?? 0) + 1;
}
