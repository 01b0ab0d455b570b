/** A packet described layer by layer, outermost first. */
export interface PacketDescription {
  readonly layers: readonly LayerDescription[];
}

/** One layer: the fields that the user gave; all others take their defaults or are computed. */
export interface LayerDescription {
  /** Name of the layer: `ether`, `vlan`, `ipv4`, `tcp`, `payload`, ... */
  readonly kind: string;
  /** Each field as the header holds it: a number (flags 0 or 1, offsets of fragments in units of 8 bytes), or bytes (addresses, options, data). */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export type FieldValue = number | Uint8Array;

/** Something wrong in a description, with the way to it from the value that was parsed. */
export interface DescriptionProblem {
  readonly path: readonly (string | number)[];
  /** A full sentence. */
  readonly message: string;
  readonly hint?: string;
}

/** What a description leaves open and its sender knows. */
export interface EncodingDefaults {
  /** 6 bytes; absent: 00:00:00:00:00:00. */
  readonly sourceMac?: Uint8Array;
  /** 6 bytes; absent: ff:ff:ff:ff:ff:ff. Packets to an IP multicast or broadcast address go to the MAC address made from it instead. */
  readonly destinationMac?: Uint8Array;
  /** 4 bytes; absent: 0.0.0.0. */
  readonly source4?: Uint8Array;
  readonly destination4?: Uint8Array;
  /** 16 bytes; absent: `::`. */
  readonly source6?: Uint8Array;
  readonly destination6?: Uint8Array;
  /** TTL and hop limit. */
  readonly ttl: number;
}

/** The bytes of a described packet, and what they begin with. */
export interface EncodedPacket {
  readonly bytes: Uint8Array;
  /** `ether`: a whole frame; `ipv4` / `ipv6`: a packet that a host still has to route. */
  readonly begins: "ether" | "ipv4" | "ipv6";
}
