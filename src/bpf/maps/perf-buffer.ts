import { ERRNO } from "./errno.ts";
import type { PerfEvent } from "./kernel-objects.ts";

/** What user space finds in the buffer: a record, and how many were lost just before it (PERF_RECORD_LOST). */
export interface PerfSample {
  readonly record: Uint8Array;
  readonly lost: number;
}

/** sizeof(struct perf_event_header) */
const HEADER = 8;
/** The word in front of a raw record that says how long it is. */
const RAW_SIZE = 4;
/** Bytes of a PERF_RECORD_LOST without sample ids. */
const LOST_RECORD = 24;

/**
 * An event for records of programs with its buffer (kernel/events/ring_buffer.c), opened as libbpf's perf_buffer__new opens it: PERF_SAMPLE_RAW
 * and nothing else, and user space is woken by each record.
 */
export class PerfBuffer implements PerfEvent {
  readonly cpu: number;
  /** Wakes the user space that waits for records. */
  onRecord: (() => void) | undefined;
  private readonly size: number;
  private used = 0;
  /** Records that found no room since the last one that did. */
  private missed = 0;
  private waiting: PerfSample[] = [];

  /** @param size bytes of the buffer: pages, a power of two. */
  constructor(cpu: number, size: number) {
    this.cpu = cpu;
    this.size = size;
  }

  output(record: Uint8Array): number {
    const { missed } = this;
    const bytes = HEADER + Math.ceil((RAW_SIZE + record.length) / 8) * 8 + (missed > 0 ? LOST_RECORD : 0);
    // One byte stays free, so that a full buffer does not look empty.
    if (this.used + bytes >= this.size) {
      this.missed++;
      return -ERRNO.ENOSPC;
    }
    this.used += bytes;
    this.missed = 0;
    this.waiting.push({ record, lost: missed });
    this.onRecord?.();
    return 0;
  }

  /** User space's side: everything that waits, oldest first. */
  take(): readonly PerfSample[] {
    const { waiting } = this;
    this.waiting = [];
    this.used = 0;
    return waiting;
  }

  /** Records lost since the last one that was written, which user space has not been told of. */
  get untold(): number {
    return this.missed;
  }
}
