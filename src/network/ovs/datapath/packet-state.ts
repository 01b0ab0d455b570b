import type { Skb } from "../../../packet/skb.ts";
import type { Connection } from "../conntrack/connection.ts";
import { AT, blankKey } from "../flow/layout.ts";
import { wordsOf } from "./flow-mask.ts";

const TUNNEL_BYTES = AT.user - AT.tunId;
/** No `trunc` is in force. */
export const WHOLE = 0xffff_ffff;

/** A packet inside a datapath, with all that is known of it beside its bytes: the flow key, and what the kernel keeps in OVS_CB. */
export class PacketState {
  skb: Skb | undefined;
  readonly key = blankKey();
  readonly words = wordsOf(this.key);
  /** False: an action has changed the packet so that its key must be read anew before the next look-up. */
  isKeyValid = true;
  /** Tags of the packet that are known: those that were read, less those taken off, and those put on. */
  tags = 0;
  /** Bytes of the packet that the next output sends at most. */
  cutLength = WHOLE;
  /** The tunnel that the flow has chosen (`set(tunnel(...))`): the key's bytes from AT.tunId on. */
  readonly tunnel = new Uint8Array(TUNNEL_BYTES);
  hasTunnel = false;
  /** The connection that it belongs to, once tracked, and whether it goes against its first packet's direction. */
  connection: Connection | undefined;
  isReply = false;
  /** How often programs have had it looked up again. */
  reclassified = 0;
  /** Patch ports that it has come through. */
  patches = 0;

  /** For a packet that comes in, with its key still to be made. */
  reset(skb: Skb): void {
    this.skb = skb;
    this.isKeyValid = true;
    this.tags = 0;
    this.cutLength = WHOLE;
    this.hasTunnel = false;
    this.connection = undefined;
    this.isReply = false;
    this.reclassified = 0;
    this.patches = 0;
  }

  /** Everything but the packet. */
  copyFrom(other: PacketState, skb: Skb): void {
    this.skb = skb;
    this.words.set(other.words);
    this.isKeyValid = other.isKeyValid;
    this.tags = other.tags;
    this.cutLength = other.cutLength;
    if (other.hasTunnel) this.tunnel.set(other.tunnel);
    this.hasTunnel = other.hasTunnel;
    this.connection = other.connection;
    this.isReply = other.isReply;
    this.reclassified = other.reclassified;
    this.patches = other.patches;
  }
}
