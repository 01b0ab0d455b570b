import type { PerfSample } from "../../bpf/maps/perf-buffer.ts";
import { decodeValue, type Readable } from "../../topology/map-value/decode.ts";
import type { ValueLayout } from "../../topology/map-value/layout.ts";

/** Records that are kept; of more than that only their number. */
const MOST_RECORDS = 65_536;

/** A record as user space got it. */
export interface RecordResult {
  /** Simulated nanoseconds at which it was read. */
  readonly time: number;
  /** Processor whose buffer it came from; absent where all share one. */
  readonly cpu?: number;
  /** As its layout says; in hexadecimal where there is none, or the record is shorter. */
  readonly value: Readable;
  /** Bytes behind what the layout describes, in hexadecimal. */
  readonly rest?: string;
  /** How many were lost just before it; absent: none. */
  readonly lost?: number;
}

/** What was read of one map. */
export class RecordLog {
  readonly first: RecordResult[] = [];
  /** Records that were read, those not kept among them. */
  count = 0;
  /** Records that the reader was told it has lost. */
  lost = 0;
  private readonly layout: ValueLayout | undefined;

  constructor(layout: ValueLayout | undefined) {
    this.layout = layout;
  }

  add({ record, lost }: PerfSample, time: number, cpu: number | undefined): void {
    this.count++;
    this.lost += lost;
    if (this.first.length === MOST_RECORDS) return;
    this.first.push({
      time,
      ...(cpu !== undefined && { cpu }),
      ...this.read(record),
      ...(lost > 0 && { lost }),
    });
  }

  private read(record: Uint8Array): Pick<RecordResult, "value" | "rest"> {
    const { layout } = this;
    if (layout === undefined || record.length < layout.size) return { value: hex(record) };
    const value = decodeValue(layout, record);
    return record.length === layout.size ? { value } : { value, rest: hex(record.subarray(layout.size)) };
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
