import type { Skb } from "../../packet/skb.ts";
import type { PppSite } from "../places.ts";
import type { ClassicContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import { PacketView } from "../skb/packet-view.ts";

/** Bytes before the packet: a direction and PPP's protocol. */
const HEADER = 4;
/** PPP_FILTER_OUTBOUND_TAG; of what comes in it is 0. */
const OUTBOUND = 0x01;
/** PPP's numbers of protocols, by ethertype (ethertype_to_npindex). */
const PROTOCOLS: Readonly<Record<number, number>> = { 2048: 0x0021, 34525: 0x0057 };

/** What filters of a PPP device are given: before the packet two bytes that say its direction, and two with its protocol. */
export class PppContext implements ClassicContext<Skb, PppSite> {
  readonly kind = "classic";
  readonly view: PacketView;
  private readonly pool: HookServices["pool"];
  /** What the header takes the place of while the program runs. */
  private readonly before = new Uint8Array(HEADER);

  constructor({ pool, chance }: Pick<HookServices, "pool" | "chance">) {
    this.pool = pool;
    this.view = new PacketView(pool.store, chance);
  }

  enter(skb: Skb, { dataAddress, length, outgoing = false }: PppSite): number {
    const { view, before } = this;
    const { bytes } = this.pool.store;
    const at = dataAddress - HEADER;
    for (let i = 0; i < HEADER; i++) before[i] = bytes[at + i]!;
    const protocol = PROTOCOLS[skb.protocol] ?? 0;
    bytes[at] = outgoing ? OUTBOUND : 0;
    bytes[at + 1] = 0;
    bytes[at + 2] = protocol >>> 8;
    bytes[at + 3] = protocol;
    view.show(skb);
    view.data = at;
    view.length = length + HEADER;
    return 0;
  }

  leave(_skb: Skb, { dataAddress }: PppSite): void {
    this.pool.store.bytes.set(this.before, dataAddress - HEADER);
  }
}
