import type { BpfMap } from "./map.ts";

/** What programs have in common that may meet in a map. */
export interface ProgramKind {
  /** `enum bpf_prog_type` */
  readonly type: number;
  /** `enum bpf_attach_type` that it was loaded for. */
  readonly attachType: number;
  /** LOAD_FLAG; those count that say what a program may do or meet. */
  readonly flags: number;
}

/** A program as maps hold it. */
export interface HeldProgram extends ProgramKind {
  readonly id: number;
  /** Its number in `machine.functions`. */
  readonly slot: number;
}

/** Programs by their descriptors, as maps take them in. */
export interface Programs {
  /** The program of a descriptor, or the error number: EBADF, EINVAL. */
  of(descriptor: number): HeldProgram | number;
  /** The program stays as long as the map has it. */
  hold(program: HeldProgram): void;
  letGo(program: HeldProgram): void;
}

/** BPF_F_SLEEPABLE, BPF_F_XDP_HAS_FRAGS */
const TELLING_FLAGS = 16 | 32;

/** Which programs may be in a map or use it: those like the first that was or did (__bpf_prog_map_compatible). */
export class ProgramOwner {
  private readonly ofOneAttachType: boolean;
  private kind: ProgramKind | undefined;

  /** @param ofOneAttachType arrays that programs call one another through also tell attach types apart. */
  constructor(ofOneAttachType: boolean) {
    this.ofOneAttachType = ofOneAttachType;
  }

  /** Whether a program is like those before it; the first one decides. */
  admits({ type, attachType, flags }: ProgramKind): boolean {
    this.kind ??= { type, attachType, flags };
    const { kind } = this;
    if (kind.type !== type || ((kind.flags ^ flags) & TELLING_FLAGS) !== 0) return false;
    return !this.ofOneAttachType || kind.attachType === attachType;
  }
}

/** A map whose programs, and those that use it, are alike (map_type_contains_progs). */
export interface OwnedMap {
  readonly owner: ProgramOwner;
}

export const isOwned = (map: BpfMap): map is BpfMap & OwnedMap => "owner" in map;
