import type { HostSite } from "../places.ts";

/** What the code at Open vSwitch's places tells a program's hook: a datapath with a packet in it. What is optional is absent where a program is tried without a datapath. */
export interface OvsSite extends HostSite {
  /** Writes the packet's key to memory, as a struct ovs_flow_keys at that address. */
  exportKeys?(bytes: Uint8Array, address: number): void;
  /** Takes over what a parser has written there. */
  importKeys?(bytes: Uint8Array, address: number): void;
  /**
   * Installs a flow for the packet's key that sends to the port of that interface index. Gives 0 or a negative error number.
   * @param mask address of a struct ovs_flow_keys with a 1 for each bit that matters.
   */
  putFlow?(bytes: Uint8Array, mask: number, ifindex: number, flags: number): number;
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
