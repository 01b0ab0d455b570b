import type { DataStart } from "./data-start.ts";

/** What an expression is compiled for. */
export interface FilterOptions {
  /** LINKTYPE_ value of the packets (https://www.tcpdump.org/linktypes.html); default: 1, Ethernet. */
  readonly linkType?: number;
  /** What the program returns for a packet that it takes, from 1 to 2^32 - 1; default: 262144, tcpdump's. */
  readonly snapLength?: number;
  /** False: leave the program as it is generated. Default: true. */
  readonly optimize?: boolean;
  /** Netmask of the network that packets are from, for `ip broadcast`; absent: not known. */
  readonly netmask?: number;
  /**
   * The program is for packets in a capture file, in which there is no metadata that `inbound` or `ifindex` could look
   * at: the byte order of the machine that wrote it, which some link types depend on.
   */
  readonly savedBy?: "little" | "big";
  /** The program is for the Linux kernel, which has taken the outer VLAN tag out of the packet. Ethernet only. Default: false. */
  readonly kernelVlan?: boolean;
  /**
   * Where the data begins of the socket that the program is for. Ethernet only, and what is not at its start is of the
   * kernel's packets, so `kernelVlan` goes without saying. Default: "link".
   */
  readonly dataStart?: DataStart;
  /** Finds what hosts are called by names; absent: no names are known. */
  readonly resolver?: HostResolver;
}

/** What tcpdump compiles with where no network interface tells it one: broadcasts of IP are then 255.255.255.255 and 0.0.0.0. */
export const NO_NETMASK = 0;

/** An address that a name stands for: 4 or 16 bytes. */
export type HostAddress = Uint8Array;

/** Knows hosts by their names. */
export interface HostResolver {
  /** IPv4 and IPv6 addresses, in the order in which they are to be tested; none: unknown. */
  addresses(name: string): readonly HostAddress[];
  /** MAC addresses, 6 bytes each, of which the first counts; none: unknown. Absent: not known of any. */
  macAddresses?(name: string): readonly Uint8Array[];
  /** Names it knows, for a suggestion. */
  readonly names: Iterable<string>;
}
