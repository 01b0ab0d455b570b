import type { SkbSocket } from "../packet/skb.ts";

/** A device as helpers know it. */
export interface ProgramDevice {
  readonly index: number;
  /** Bytes of the largest packet behind the link-layer header. */
  readonly mtu: number;
  /** 6 bytes. */
  readonly mac: Uint8Array;
  /** Bytes of its link-layer header (hard_header_len). */
  readonly headerLength: number;
}

/** A question for a host's routes (bpf_fib_lookup). The destination stands at `destination` of `bytes`, 4 or 16 bytes. */
export interface RouteQuery {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  readonly destination: number;
  /** Only routes by this device come into question; undefined: all. */
  readonly device: number | undefined;
  /** `all`: the local table, then the main one; otherwise that one alone. */
  readonly table: "all" | "main" | "local";
}

/** The route to another host. */
export interface ProgramRoute {
  readonly device: ProgramDevice;
  /** Next hop, of the same version of IP; undefined: the destination itself is on the link. */
  readonly via: Uint8Array | undefined;
  /** Priority as the kernel keeps it. */
  readonly metric: number;
  /** Bytes of the largest packet that goes the whole way as one. */
  readonly mtu: number;
  /** Programs stand on it. */
  readonly encapsulated: boolean;
  /** The address that the host uses by it; undefined: it has none. */
  source(): Uint8Array | undefined;
}

/** Addresses and ports of a packet, by whose receiver a socket is looked for; addresses stand in `bytes`. */
export interface SocketQuery {
  readonly protocol: "tcp" | "udp";
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Device by which it came in. */
  readonly ifindex: number;
}

/** The next hop that a program has chosen itself. */
export interface NextHop {
  readonly family: 4 | 6;
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
}

/** What helpers can ask of the network of the host that they run on. */
export interface ProgramNetwork {
  /** Does it forward packets that are not for itself (net.ipv4.ip_forward, net.ipv6.conf.all.forwarding)? */
  readonly forwarding: boolean;
  device(ifindex: number): ProgramDevice | undefined;
  /** The route to another host; undefined: there is none, or the address is the host's own or a broadcast. */
  route(query: RouteQuery): ProgramRoute | undefined;
  /** The MAC of a neighbour whose address stands at `at`; undefined: not known. */
  neighbour(ifindex: number, family: 4 | 6, bytes: Uint8Array, at: number): Uint8Array | undefined;
  /** The socket that such a packet would come to, requests and those in TIME-WAIT among them. */
  socket(query: SocketQuery): SkbSocket | undefined;
}
