import type { HookPlace } from "../hooks/hook.ts";
import type { OvsSite } from "../hooks/ovs/site.ts";
import { extractHeaders, extractMetadata } from "../network/ovs/flow/extract.ts";
import { blankKey } from "../network/ovs/flow/layout.ts";
import { exportKeys } from "../network/ovs/programs/keys-codec.ts";
import type { Skb } from "../packet/skb.ts";

/** What programs at one of Open vSwitch's places are shown of a packet without a datapath: its key, where the packet's device is the port. */
export class FlowKeys implements Pick<OvsSite, "exportKeys"> {
  private readonly key = blankKey();
  private readonly isParser: boolean;

  constructor(isParser: boolean) {
    this.isParser = isParser;
  }

  /** Takes the key of a packet, whose outermost tag moves into its metadata unless a parser is to see it. */
  take(bytes: Uint8Array, skb: Skb): void {
    extractMetadata(skb, skb.ifindex, this.key);
    if (!this.isParser) extractHeaders(bytes, skb, this.key, 1);
  }

  readonly exportKeys = (bytes: Uint8Array, address: number): void =>
    exportKeys(this.key, bytes, address, this.isParser);
}

/** Those for a place; undefined where programs are shown none. */
export function flowKeysAt(place: HookPlace): FlowKeys | undefined {
  return place.startsWith("ovs-") ? new FlowKeys(place === "ovs-parser") : undefined;
}
