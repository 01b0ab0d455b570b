import { ProgramArray } from "../vm/program-array.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { nextIndex } from "./indexed-map.ts";
import { BpfMap } from "./map.ts";
import type { MapPlace } from "./map-place.ts";
import { type HeldProgram, type OwnedMap, ProgramOwner } from "./program-owner.ts";

/** BPF_MAP_TYPE_PROG_ARRAY (kernel/bpf/arraymap.c): what bpf_tail_call goes to. User space puts programs in, programs only call. */
export class ProgramArrayMap extends BpfMap implements OwnedMap {
  readonly owner = new ProgramOwner(true);
  private readonly programs: ProgramArray;
  private readonly held = new Map<number, HeldProgram>();

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.programs = new ProgramArray(place.machine.memory, definition.maxEntries);
  }

  get address(): number {
    return this.programs.address;
  }

  lookup(): number {
    return 0;
  }

  /** Puts a program at the index that lies at `key`. */
  put(key: number, program: HeldProgram): number {
    if (!this.owner.admits(program)) return -ERRNO.EINVAL;
    const index = this.memory.uint32(key);
    this.place.programs?.hold(program);
    this.letGo(index);
    this.programs.set(index, program.slot);
    this.held.set(index, program);
    return 0;
  }

  /** The value is the program's id. */
  override userLookup(key: number, value: number): number {
    const program = this.held.get(this.memory.uint32(key));
    if (program === undefined) return -ERRNO.ENOENT;
    this.memory.setUint32(value, program.id);
    return 0;
  }

  override userDelete(key: number): number {
    const index = this.memory.uint32(key);
    if (index >= this.definition.maxEntries) return -ERRNO.E2BIG;
    if (!this.letGo(index)) return -ERRNO.ENOENT;
    this.programs.set(index, 0);
    return 0;
  }

  override nextKey(key: number, next: number): number {
    return nextIndex(this.memory, this.definition.maxEntries, key, next);
  }

  private letGo(index: number): boolean {
    const program = this.held.get(index);
    if (program !== undefined) this.place.programs?.letGo(program);
    return this.held.delete(index);
  }

  release(): void {
    for (const index of [...this.held.keys()]) this.letGo(index);
    this.programs.release();
  }
}
