import type { DataStart } from "../bpf/filter/data-start.ts";

/** What is known of the packets that a program is for. */
export interface PacketContext {
  /** LINKTYPE_ value of what the link-layer header is. */
  readonly linkType: number;
  /** Where the data begins. */
  readonly dataStart: DataStart;
  /** With data that begins at a transport header: number of the protocol, where there is one. */
  readonly transport?: number;
}
