import { ProgramArray } from "../vm/program-array.ts";
import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { nextIndex } from "./indexed-map.ts";
import { BpfMap } from "./map.ts";
import type { MapPlace } from "./map-place.ts";

/** What programs have in common that may call one another through an array of programs. */
export interface ProgramKind {
  /** `enum bpf_prog_type` */
  readonly type: number;
  /** `enum bpf_attach_type` that it was loaded for. */
  readonly attachType: number;
  /** LOAD_FLAG; those count that say what a program may do or meet. */
  readonly flags: number;
}

/** A program as arrays of programs hold it. */
export interface HeldProgram extends ProgramKind {
  readonly id: number;
  /** Its number in `machine.functions`. */
  readonly slot: number;
}

/** BPF_F_SLEEPABLE, BPF_F_XDP_HAS_FRAGS */
const TELLING_FLAGS = 16 | 32;

/** BPF_MAP_TYPE_PROG_ARRAY (kernel/bpf/arraymap.c): what bpf_tail_call goes to. User space puts programs in, programs only call. */
export class ProgramArrayMap extends BpfMap {
  private readonly programs: ProgramArray;
  private readonly held = new Map<number, HeldProgram>();
  private kind: ProgramKind | undefined;

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

  /**
   * Whether a program may use the array or be in it: the first one that does decides which others may
   * (bpf_prog_map_compatible).
   */
  admits({ type, attachType, flags }: ProgramKind): boolean {
    this.kind ??= { type, attachType, flags };
    const { kind } = this;
    return kind.type === type && kind.attachType === attachType && ((kind.flags ^ flags) & TELLING_FLAGS) === 0;
  }

  /** Puts a program at the index that lies at `key`. */
  put(key: number, program: HeldProgram): number {
    if (!this.admits(program)) return -ERRNO.EINVAL;
    const index = this.memory.uint32(key);
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
    if (!this.held.delete(index)) return -ERRNO.ENOENT;
    this.programs.set(index, 0);
    return 0;
  }

  override nextKey(key: number, next: number): number {
    return nextIndex(this.memory, this.definition.maxEntries, key, next);
  }

  release(): void {
    this.programs.release();
  }
}
