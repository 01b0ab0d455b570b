import { ERRNO } from "./errno.ts";
import { RECORD_HEADER, recordSpace } from "./ring.ts";
import { RingMap } from "./ring-map.ts";

/** A sample of user space, in the machine's memory. */
export interface UserSample {
  readonly address: number;
  readonly length: number;
}

/** BPF_MAP_TYPE_USER_RINGBUF (kernel/bpf/ringbuf.c): samples that user space writes and programs drain. */
export class UserRingBufferMap extends RingMap {
  private draining = false;

  /** User space's side: puts a sample in; -E2BIG or -ENOSPC where it does not fit (user_ring_buffer__reserve of libbpf). */
  produce(sample: Uint8Array): number {
    const { ring, memory } = this;
    const space = recordSpace(sample.length);
    if (space > ring.size) return -ERRNO.E2BIG;
    if (space > ring.size - (ring.producer - ring.consumer)) return -ERRNO.ENOSPC;
    const header = ring.addressOf(ring.producer);
    memory.setUint32(header, sample.length);
    memory.setUint32(header + 4, 0);
    memory.bytes.set(sample, header + RECORD_HEADER);
    ring.producer += space;
    return 0;
  }

  /**
   * Gives samples to `visit`, the oldest first, until it returns anything but 0 or `most` were given. Returns how many were, or
   * -EBUSY inside such a visit.
   */
  drain(most: number, visit: (sample: UserSample) => number): number {
    const { ring, memory } = this;
    if (this.draining) return -ERRNO.EBUSY;
    this.draining = true;
    try {
      let samples = 0;
      for (let stop = 0; samples < most && stop === 0 && ring.consumer < ring.producer; samples++) {
        const header = ring.addressOf(ring.consumer);
        const length = memory.uint32(header);
        stop = visit({ address: header + RECORD_HEADER, length });
        ring.consumer += recordSpace(length);
      }
      return samples;
    } finally {
      this.draining = false;
    }
  }
}
