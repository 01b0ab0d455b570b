import { transportChecksum } from "../../packet/checksum.ts";
import type { Skb } from "../../packet/skb.ts";
import { get16 } from "../../packet/wire.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { OffloadModel } from "../../topology/model.ts";
import { ETH_P_IP, ETH_P_IPV6, ETHERNET_HEADER } from "../ethernet-frame.ts";
import { IPV4_HEADER, IPV6_HEADER } from "../ip/header.ts";
import type { Ledger } from "../ledger.ts";

const TCP = 6;
const UDP = 17;
const MORE_FRAGMENTS_OR_OFFSET = 0x3fff;
/** MIN_NAPI_ID less one, on a kernel for 8192 processors. */
const NAPI_IDS = 8192;
/** ifindex of a node's first device. */
const FIRST_INDEX = 2;

/** What a device and its driver do to a frame that comes in, before its host sees it. */
export class Arrival {
  private readonly linear: number | undefined;
  private readonly verifies: boolean;
  private readonly stamps: boolean;
  private readonly napiId: number;
  private readonly ledger: Ledger;
  private readonly simulation: Simulation;

  /** @param linear bytes of a frame that lie in the linear part; absent: what lay there where it was sent. */
  constructor(
    index: number,
    offload: OffloadModel,
    linear: number | undefined,
    ledger: Ledger,
    simulation: Simulation,
  ) {
    this.linear = linear;
    this.verifies = offload.verifies;
    this.stamps = offload.stamps;
    this.napiId = offload.polls ? NAPI_IDS + 1 + index - FIRST_INDEX : 0;
    this.ledger = ledger;
    this.simulation = simulation;
  }

  /** `skb`'s data begins at its MAC header. */
  receive(skb: Skb): void {
    const { linear, napiId, simulation } = this;
    if (linear !== undefined) skb.dataLength = Math.max(0, skb.length - Math.max(linear, ETHERNET_HEADER));
    if (napiId !== 0) skb.napiId = napiId;
    if (this.stamps) {
      const { now } = simulation;
      skb.hardwareTimeLow = now | 0;
      skb.hardwareTimeHigh = Math.floor(now / 0x1_0000_0000);
    }
    if (this.verifies && skb.checksumStart === 0 && this.isRight(skb)) skb.checksumLevel = 1;
  }

  /** Has the packet a checksum of TCP or UDP, and is it right? */
  private isRight(skb: Skb): boolean {
    const { bytes } = this.ledger.store;
    const { data, length } = skb;
    if (length < ETHERNET_HEADER + IPV4_HEADER) return false;
    const type = get16(bytes, data + 12);
    const ip = data + ETHERNET_HEADER;
    const family = type === ETH_P_IP ? 4 : type === ETH_P_IPV6 ? 6 : undefined;
    if (family === undefined || (family === 6 && length < ETHERNET_HEADER + IPV6_HEADER)) return false;
    if (family === 4 && (get16(bytes, ip + 6) & MORE_FRAGMENTS_OR_OFFSET) !== 0) return false;
    const protocol = bytes[ip + (family === 4 ? 9 : 6)]!;
    const header = family === 4 ? (bytes[ip]! & 15) * 4 : IPV6_HEADER;
    const total = family === 4 ? get16(bytes, ip + 2) : get16(bytes, ip + 4) + IPV6_HEADER;
    const message = total - header;
    if (total > length - ETHERNET_HEADER || message < (protocol === UDP ? 8 : 20)) return false;
    if (protocol !== TCP && protocol !== UDP) return false;
    if (protocol === UDP && get16(bytes, ip + header + 6) === 0) return false;
    return transportChecksum(bytes, family, ip, protocol, ip + header, message) === 0;
  }
}

/** True where there is something to be done. */
export function handlesArrival({ verifies, polls, stamps }: OffloadModel, linear: number | undefined): boolean {
  return verifies || polls || stamps || linear !== undefined;
}
