import type { AllocatedType } from "../heap/object-heap.ts";
import type { VerifierMap } from "./map.ts";
import { baseOf, FLAG, isAllocated, TYPE } from "./state/register-type.ts";

/** What the walk learnt about an instruction that an engine may use. */
export interface InstructionInsight {
  /** No path comes here. */
  readonly dead: boolean;
  /** The branch always, or never, jumps; undefined where it may do either, or where it is no branch. */
  readonly alwaysJumps?: boolean;
  /** The one map that a call is always given; undefined where there are several. */
  readonly map?: VerifierMap;
  /** The one kind of pointer that a load or store always goes through (one of TYPE with FLAGs). */
  readonly pointerType?: number;
  /** What a call allocates (bpf_obj_new). */
  readonly allocates?: AllocatedType;
}

const NEVER = 1;
const ALWAYS = 2;

/** Gathers what all paths have in common. */
export class Insights {
  readonly #reached: Uint8Array;
  readonly #ways: Uint8Array;
  readonly #maps = new Map<number, VerifierMap | null>();
  readonly #pointers: Int32Array;
  readonly #allocations = new Map<number, AllocatedType>();
  /** Bytes of the context from its beginning on that any path touches (bpf_prog_aux::max_ctx_offset). */
  contextBytes = 0;

  constructor(instructions: number) {
    this.#reached = new Uint8Array(instructions);
    this.#ways = new Uint8Array(instructions);
    this.#pointers = new Int32Array(instructions);
  }

  noteReached(index: number): void {
    this.#reached[index] = 1;
  }

  noteBranch(index: number, outcome: boolean | undefined): void {
    this.#ways[index]! |= outcome === undefined ? NEVER | ALWAYS : outcome ? ALWAYS : NEVER;
  }

  noteMap(index: number, map: VerifierMap): void {
    const known = this.#maps.get(index);
    if (known === undefined) this.#maps.set(index, map);
    else if (known !== map) this.#maps.set(index, null);
  }

  /** Paths come to the call with different maps. */
  hasSeveralMaps(index: number): boolean {
    return this.#maps.get(index) === null;
  }

  noteAccess(index: number, type: number): void {
    const known = this.#pointers[index]!;
    this.#pointers[index] = known === 0 || known === type ? type : merged(known, type);
  }

  /** The kernel, too, goes by the path that it walked last. */
  noteAllocation(index: number, type: AllocatedType): void {
    this.#allocations.set(index, type);
  }

  noteContext(end: number): void {
    this.contextBytes = Math.max(this.contextBytes, end);
  }

  of(index: number): InstructionInsight {
    const way = this.#ways[index]!;
    const map = this.#maps.get(index);
    const type = this.#pointers[index]!;
    const allocates = this.#allocations.get(index);
    return {
      dead: this.#reached[index] === 0,
      ...(way === NEVER || way === ALWAYS ? { alwaysJumps: way === ALWAYS } : {}),
      ...(map === undefined || map === null ? {} : { map }),
      ...(type > 0 ? { pointerType: type } : {}),
      ...(allocates === undefined ? {} : { allocates }),
    };
  }
}

/** Of two kinds of pointers to structs the less trusted (save_aux_ptr_type); of others none. */
function merged(known: number, type: number): number {
  const areStructs = known > 0 && baseOf(known) === TYPE.struct && baseOf(type) === TYPE.struct;
  return areStructs && !isAllocated(known) && !isAllocated(type) ? TYPE.struct | FLAG.untrusted : -1;
}
