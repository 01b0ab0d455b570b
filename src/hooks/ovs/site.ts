import type { Skb } from "../../packet/skb.ts";
import type { HostSite } from "../places.ts";

/** What the code at Open vSwitch's places tells a program's hook: a datapath with a packet in it. What is optional is absent where a program is tried without a datapath. */
export interface OvsSite extends HostSite {
  /** Writes the packet's key to memory, as a struct ovs_flow_keys at that address. */
  exportKeys?(bytes: Uint8Array, address: number): void;
  /** Takes over what a parser has written there. */
  importKeys?(bytes: Uint8Array, address: number): void;
  /** The parser has not looked at the key: it is as if it had written nothing. */
  importNoKeys?(): void;
  /**
   * Installs a flow for the packet's key that sends to the port of that interface index. Gives 0 or a negative error number.
   * @param mask address of a struct ovs_flow_keys with a 1 for each bit that matters.
   */
  putFlow?(bytes: Uint8Array, mask: number, ifindex: number, flags: number): number;
}

/** What the place of the contract of 2013 tells its hook: where a program sends its packet, and how. What is optional is absent without a datapath. */
export interface ForwardingSite extends OvsSite {
  /** The program has sent its packet somewhere. */
  hasForwarded?: boolean;
  /** Sends the packet itself by a port, once the program has ended. */
  forward?(port: number): void;
  /** Has the program run on its packet again, as if it had come in by that port. */
  forwardSelf?(port: number): void;
  /** Whether a copy may be sent by that port. */
  mayClone?(port: number): boolean;
  /** Sends a copy by a port that has been asked about, once the program has ended. */
  cloneForward?(copy: Skb, port: number): void;
  /** Sends a copy up. */
  push?(): void;
}

/** What the places want to be told: what happens to the packet. */
export interface OvsVerdict {
  verdict: OvsAnswer;
}

/**
 * On with what the datapath does next; the key is the program's own (of parsers); dropped; refused, because the program said
 * nothing that has a meaning; ended without a drop; to where bpf_redirect has said; looked up anew.
 */
export type OvsAnswer = "continue" | "parsed" | "drop" | "refuse" | "stolen" | "redirect" | "again";
