import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import { jenkinsHash } from "./hash/jenkins-hash.ts";
import type { MapPlace } from "./map-place.ts";
import { CREATE_FLAG } from "./map-type.ts";

/** The sysctl kernel.perf_event_max_stack. */
export const MOST_FRAMES = 127;
/** sizeof(struct bpf_stack_build_id) */
export const BUILD_ID_BYTES = 32;

interface Trace {
  readonly hash: number;
  /** As user space sees them. */
  readonly frames: Uint8Array;
}

/** BPF_MAP_TYPE_STACK_TRACE (kernel/bpf/stackmap.c): call stacks by numbers that bpf_get_stackid gives them. */
export class StackTraceMap extends HandledMap {
  private readonly buckets: number;
  private readonly traces = new Map<number, Trace>();

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.buckets = 2 ** Math.ceil(Math.log2(definition.maxEntries));
  }

  /** Frames that a trace has room for. */
  get depth(): number {
    return this.definition.valueSize / (this.hasBuildIds ? BUILD_ID_BYTES : 8);
  }

  /** Frames are held as struct bpf_stack_build_id (BPF_F_STACK_BUILD_ID). */
  get hasBuildIds(): boolean {
    return (this.definition.flags & CREATE_FLAG.STACK_BUILD_ID) !== 0;
  }

  lookup(): number {
    return 0;
  }

  /**
   * The number of a trace; -EEXIST where another one has it, -ENOMEM where there is no room for one more.
   * @param frames addresses, 8 bytes each, by which the trace gets its number.
   * @param ids the same frames with their build ids, where the map holds these.
   * @param how.fast two traces with one hash count as the same (BPF_F_FAST_STACK_CMP).
   * @param how.reuse a trace takes the number from another one (BPF_F_REUSE_STACKID).
   */
  store(frames: Uint8Array, ids: Uint8Array | undefined, how: { fast: boolean; reuse: boolean }): number {
    const hash = jenkinsHash(frames, 0, frames.length);
    const id = (hash & (this.buckets - 1)) >>> 0;
    const old = this.traces.get(id);
    const isAlike = old?.hash === hash;
    if (isAlike && how.fast) return id;
    const kept = ids ?? frames;
    const isSame = isAlike && Buffer.compare(old.frames, kept) === 0;
    const isTaken = old !== undefined && !how.reuse;
    // Traces with build ids are compared when they have them, for which they need room.
    if (ids === undefined && isSame) return id;
    if (ids === undefined && isTaken) return -ERRNO.EEXIST;
    if (this.traces.size >= this.definition.maxEntries) return -ERRNO.ENOMEM;
    if (isSame) return id;
    if (isTaken) return -ERRNO.EEXIST;
    this.traces.set(id, { hash, frames: kept });
    return id;
  }

  override userLookup(key: number, value: number): number {
    const trace = this.traces.get(this.memory.uint32(key));
    if (trace === undefined) return -ERRNO.ENOENT;
    const { bytes } = this.memory;
    bytes.set(trace.frames, value);
    bytes.fill(0, value + trace.frames.length, value + this.definition.valueSize);
    return 0;
  }

  override userTake(key: number, value: number): number {
    return this.userLookup(key, value) || this.userDelete(key);
  }

  override delete(key: number): number {
    const id = this.memory.uint32(key);
    if (id >= this.buckets) return -ERRNO.E2BIG;
    return this.traces.delete(id) ? 0 : -ERRNO.ENOENT;
  }

  /** A number without a trace is followed by the first. */
  override nextKey(key: number, next: number): number {
    const from = key === 0 ? -1 : this.memory.uint32(key);
    const after = this.traces.has(from) ? from : -1;
    const behind = [...this.traces.keys()].filter((id) => id > after);
    if (behind.length === 0) return -ERRNO.ENOENT;
    this.memory.setUint32(next, Math.min(...behind));
    return 0;
  }
}
