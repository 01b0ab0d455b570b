import { copy } from "./block.ts";
import { ERRNO } from "./errno.ts";
import { RECORD, RECORD_HEADER, recordSpace } from "./ring.ts";
import { RingMap } from "./ring-map.ts";

/** RINGBUF_MAX_RECORD_SZ */
const LONGEST_RECORD = 0x3fff_ffff;

/** Flags of bpf_ringbuf_submit, _discard and _output: user space is told in no case, or in any (BPF_RB_*). */
export const RING_WAKEUP = { never: 1, always: 2 } as const;

/** What bpf_ringbuf_query asks for. */
export const RING_QUERY = { available: 0, size: 1, consumer: 2, producer: 3 } as const;

/** BPF_MAP_TYPE_RINGBUF (kernel/bpf/ringbuf.c): records that programs write and user space takes out in their order. */
export class RingBufferMap extends RingMap {
  /** Wakes the user space that waits for records (the epoll of libbpf's ring_buffer__poll). */
  onRecord: (() => void) | undefined;
  /** Position of the oldest record that is not committed. */
  private pending = 0;

  /** Address of `length` bytes for a record, which is there for user space once it is submitted; 0: there is no room. */
  reserve(length: number): number {
    const { ring, memory } = this;
    if (length > LONGEST_RECORD) return 0;
    const space = recordSpace(length);
    if (space > ring.size) return 0;
    this.advancePending();
    const end = ring.producer + space;
    if (end - ring.consumer >= ring.size || end - this.pending >= ring.size) return 0;
    const header = ring.addressOf(ring.producer);
    ring.producer = end;
    memory.setUint32(header, length + RECORD.busy);
    memory.setUint32(header + 4, 0);
    return header + RECORD_HEADER;
  }

  private advancePending(): void {
    const { ring } = this;
    while (this.pending < ring.producer) {
      const word = this.memory.uint32(ring.addressOf(this.pending));
      if (word >= RECORD.busy) return;
      this.pending += recordSpace(word & RECORD.length);
    }
  }

  /** Is a record at this address waiting to be submitted or discarded? */
  isReserved(record: number): boolean {
    return this.ring.has(record - RECORD_HEADER) && this.memory.uint32(record - RECORD_HEADER) >= RECORD.busy;
  }

  /** @param wakeup RING_WAKEUP; 0: user space is told where it has read everything before this record. */
  submit(record: number, wakeup = 0): void {
    this.commit(record, 0, wakeup);
  }

  /** User space never sees the record. */
  discard(record: number, wakeup = 0): void {
    this.commit(record, RECORD.discarded, wakeup);
  }

  private commit(record: number, flag: number, wakeup: number): void {
    const { ring, memory } = this;
    const header = record - RECORD_HEADER;
    memory.setUint32(header, ((memory.uint32(header) & RECORD.length) | flag) >>> 0);
    const hasCaughtUp = ring.addressOf(ring.consumer) === header;
    const wakes = (wakeup & RING_WAKEUP.always) !== 0 || (hasCaughtUp && (wakeup & RING_WAKEUP.never) === 0);
    if (wakes) this.onRecord?.();
  }

  /** bpf_ringbuf_output: a record of `length` bytes at `data`. @param wakeup as of `submit`. */
  output(data: number, length: number, wakeup = 0): number {
    const record = this.reserve(length);
    if (record === 0) return -ERRNO.EAGAIN;
    copy(this.memory.bytes, record, data, length);
    this.submit(record, wakeup);
    return 0;
  }

  /** @param what one of RING_QUERY; 0 for anything else. */
  query(what: number): number {
    const { ring } = this;
    switch (what) {
      case RING_QUERY.available:
        return ring.producer - ring.consumer;
      case RING_QUERY.size:
        return ring.size;
      case RING_QUERY.consumer:
        return ring.consumer;
      case RING_QUERY.producer:
        return ring.producer;
      default:
        return 0;
    }
  }

  /** User space's side: the oldest record, a copy; undefined where none is committed (ring_buffer__consume of libbpf). */
  consume(): Uint8Array | undefined {
    const { ring, memory } = this;
    while (ring.consumer < ring.producer) {
      const header = ring.addressOf(ring.consumer);
      const word = memory.uint32(header);
      if (word >= RECORD.busy) return undefined;
      const length = word & RECORD.length;
      ring.consumer += recordSpace(length);
      if ((word & RECORD.discarded) === 0)
        return memory.bytes.slice(header + RECORD_HEADER, header + RECORD_HEADER + length);
    }
    return undefined;
  }
}
