import { completeChecksum } from "../../packet/partial-checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Carrier, Interface } from "../interface.ts";
import type { Ledger } from "../ledger.ts";
import { segment } from "./segmentation.ts";

/** What a network card makes of packets: it cuts them and completes their checksums, and nothing but bytes leaves it. */
export class Wire implements Carrier {
  private readonly device: Interface;
  private readonly ledger: Ledger;

  constructor(device: Interface, ledger: Ledger) {
    this.device = device;
    this.ledger = ledger;
  }

  get freeAt(): number {
    return this.device.link?.freeAt ?? 0;
  }

  send(skb: Skb): void {
    if (skb.segmentSize === 0) {
      this.put(skb);
      return;
    }
    const { device, ledger } = this;
    // The device counts what is on its wire; the whole was counted already.
    device.sent--;
    device.sentBytes -= skb.length;
    const count = (one: Skb) => {
      device.sent++;
      device.sentBytes += one.length;
      this.put(one);
    };
    if (!segment(skb, ledger, false, count)) ledger.drop(skb, device.label, "SKB_GSO_SEG");
  }

  private put(skb: Skb): void {
    if (skb.checksumStart !== 0) completeChecksum(this.ledger.store.bytes, skb);
    skb.dataLength = 0;
    skb.segments = 0;
    skb.segmentType = 0;
    skb.checksumLevel = 0;
    skb.encapsulated = 0;
    skb.timestampClock = 0;
    skb.timestampLow = 0;
    skb.timestampHigh = 0;
    skb.napiId = 0;
    skb.hardwareTimeLow = 0;
    skb.hardwareTimeHigh = 0;
    skb.hash = 0;
    skb.mark = 0;
    skb.priority = 0;
    this.device.link!.send(skb);
  }
}
