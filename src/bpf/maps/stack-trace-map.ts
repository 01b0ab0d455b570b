import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import { jenkinsHash } from "./hash/jenkins-hash.ts";
import type { MapPlace } from "./map-place.ts";

interface Trace {
  readonly hash: number;
  /** Addresses, 8 bytes each, little-endian. */
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
    return this.definition.valueSize / 8;
  }

  lookup(): number {
    return 0;
  }

  /**
   * The number of a trace, or -EEXIST where another one has it.
   * @param fast two traces with one hash count as the same (BPF_F_FAST_STACK_CMP).
   * @param reuse a trace takes the number from another one (BPF_F_REUSE_STACKID).
   */
  store(frames: Uint8Array, { fast, reuse }: { fast: boolean; reuse: boolean }): number {
    const hash = jenkinsHash(frames, 0, frames.length);
    const id = (hash & (this.buckets - 1)) >>> 0;
    const old = this.traces.get(id);
    if (old?.hash === hash && (fast || Buffer.compare(old.frames, frames) === 0)) return id;
    if (old !== undefined && !reuse) return -ERRNO.EEXIST;
    this.traces.set(id, { hash, frames });
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
