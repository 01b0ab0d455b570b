import { Block } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { ENTRY_ATTACH_TYPE, entryProgram } from "./entry-program.ts";
import { ERRNO } from "./errno.ts";
import { IndexedMap } from "./indexed-map.ts";
import type { MapPlace } from "./map-place.ts";
import { CREATE_FLAG, UPDATE_FLAG } from "./map-type.ts";
import { type HeldProgram, type OwnedMap, ProgramOwner } from "./program-owner.ts";

/** Packets that a processor's queue may be told to hold. */
const LONGEST_QUEUE = 16_384;

/**
 * BPF_MAP_TYPE_CPUMAP (kernel/bpf/cpumap.c): processors that packets are handed to, by their numbers. A value is the length of
 * the queue (0 empties the entry) and, with 8 bytes, a program that runs there.
 */
export class CpuMap extends IndexedMap implements OwnedMap {
  readonly owner = new ProgramOwner(false);
  private readonly values: Block;
  private readonly programs = new Map<number, HeldProgram>();

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.values = Block.ofValues(place.machine, 8 * definition.maxEntries, CREATE_FLAG.RDONLY_PROG);
  }

  lookup(key: number): number {
    const cpu = this.memory.uint32(key);
    return cpu < this.definition.maxEntries && this.queueLength(cpu) !== 0 ? this.entryOf(cpu) : 0;
  }

  /** Packets that the queue of a processor holds; 0: packets cannot be handed to it. */
  queueLength(cpu: number): number {
    return cpu < this.definition.maxEntries ? this.memory.uint32(this.entryOf(cpu)) : 0;
  }

  /** The program that packets run on a processor; undefined: none. */
  programAt(cpu: number): HeldProgram | undefined {
    return this.programs.get(cpu);
  }

  override userUpdate(key: number, value: number, flags: number): number {
    const { maxEntries, valueSize } = this.definition;
    const cpu = this.memory.uint32(key);
    const length = this.memory.uint32(value);
    if (flags > UPDATE_FLAG.EXIST) return -ERRNO.EINVAL;
    if (cpu >= maxEntries) return -ERRNO.E2BIG;
    if (flags === UPDATE_FLAG.NOEXIST) return -ERRNO.EEXIST;
    if (length > LONGEST_QUEUE) return -ERRNO.EOVERFLOW;
    if (cpu >= this.place.possibleCpus) return -ERRNO.ENODEV;
    const descriptor = length !== 0 && valueSize === 8 ? this.memory.uint32(value + 4) | 0 : 0;
    const program = entryProgram(this.place, this.owner, descriptor, ENTRY_ATTACH_TYPE.cpumap);
    // Whatever is wrong with a program, the entry "could not be allocated" (__cpu_map_entry_alloc).
    if (typeof program === "number") return -ERRNO.ENOMEM;
    this.put(cpu, length, program);
    return 0;
  }

  override delete(key: number): number {
    const cpu = this.memory.uint32(key);
    if (cpu >= this.definition.maxEntries) return -ERRNO.EINVAL;
    this.put(cpu, 0, undefined);
    return 0;
  }

  private put(cpu: number, queueLength: number, program: HeldProgram | undefined): void {
    const { programs } = this.place;
    const old = this.programs.get(cpu);
    if (program === undefined) this.programs.delete(cpu);
    else {
      programs?.hold(program);
      this.programs.set(cpu, program);
    }
    if (old !== undefined) programs?.letGo(old);
    this.memory.setUint32(this.entryOf(cpu), queueLength);
    this.memory.setUint32(this.entryOf(cpu) + 4, program?.id ?? 0);
  }

  private entryOf(cpu: number): number {
    return this.values.address + 8 * cpu;
  }

  override release(): void {
    super.release();
    for (const program of this.programs.values()) this.place.programs?.letGo(program);
    this.values.release();
  }
}
