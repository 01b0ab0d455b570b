/** A meter as OpenFlow configures it; of the kinds of bands the datapath knows `drop` (net/openvswitch/meter.c). */
export interface MeterConfig {
  /** What rates count: kilobits or packets a second. */
  readonly unit: "kbps" | "pktps";
  /** Rate and burst in that unit; a burst of 0 is one of a second's worth at that rate. */
  readonly bands: readonly { readonly rate: number; readonly burst: number }[];
}

interface Band {
  readonly rate: number;
  /** Thousandths of a packet, or bits. */
  readonly capacity: number;
  bucket: number;
  packets: number;
  bytes: number;
}

/** Buckets that fill by the millisecond (ovs_meter_execute). */
export class Meter {
  packets = 0;
  bytes = 0;
  readonly bands: readonly Band[];
  private readonly unit: "kbps" | "pktps";
  /** Milliseconds; when the buckets were last filled, and how long it takes to fill all. */
  private used: number;
  private readonly longest: number;

  constructor({ unit, bands }: MeterConfig, now: number) {
    this.unit = unit;
    this.used = Math.floor(now / 1e6);
    this.bands = bands.map(({ rate, burst }) => {
      const capacity = 1000 * (burst === 0 ? rate : burst);
      return { rate, capacity, bucket: capacity, packets: 0, bytes: 0 };
    });
    this.longest = Math.max(0, ...this.bands.map(({ capacity, rate }) => Math.floor(capacity / rate)));
  }

  /** Whether a packet of `length` bytes is beyond the highest band that it exceeds, at `now` in nanoseconds. */
  exceeds(length: number, now: number): boolean {
    const milliseconds = Math.floor(now / 1e6);
    const elapsed = Math.min(milliseconds - this.used, this.longest);
    this.used = milliseconds;
    this.packets++;
    this.bytes += length;
    const cost = this.unit === "kbps" ? 8 * length : 1000;
    let exceeded: Band | undefined;
    for (const band of this.bands) {
      band.bucket = Math.min(band.bucket + elapsed * band.rate, band.capacity);
      if (band.bucket >= cost) band.bucket -= cost;
      else if (band.rate > (exceeded?.rate ?? 0)) exceeded = band;
    }
    if (exceeded === undefined) return false;
    exceeded.packets++;
    exceeded.bytes += length;
    return true;
  }
}
