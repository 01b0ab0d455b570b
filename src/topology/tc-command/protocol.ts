import { suggestion } from "../../packet/describe/did-you-mean.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { tcInteger } from "./units.ts";

/** Protocols of filters by the names that tc has for them, as it prints them (lib/ll_proto.c of iproute2); of two the first is printed. */
const NAMES: Readonly<Record<string, number>> = {
  loop: 0x0060,
  pup: 0x0200,
  pupat: 0x0201,
  ip: 0x0800,
  ipv4: 0x0800,
  x25: 0x0805,
  arp: 0x0806,
  bpq: 0x08ff,
  ieeepup: 0x0a00,
  ieeepupat: 0x0a01,
  dec: 0x6000,
  dna_dl: 0x6001,
  dna_rc: 0x6002,
  dna_rt: 0x6003,
  lat: 0x6004,
  diag: 0x6005,
  cust: 0x6006,
  sca: 0x6007,
  rarp: 0x8035,
  atalk: 0x809b,
  aarp: 0x80f3,
  ipx: 0x8137,
  ipv6: 0x86dd,
  ppp_disc: 0x8863,
  ppp_ses: 0x8864,
  atmmpoa: 0x884c,
  atmfate: 0x8884,
  "802_3": 0x0001,
  ax25: 0x0002,
  all: 0x0003,
  "802_2": 0x0004,
  snap: 0x0005,
  ddcmp: 0x0006,
  wan_ppp: 0x0007,
  ppp_mp: 0x0008,
  localtalk: 0x0009,
  can: 0x000c,
  ppptalk: 0x0010,
  tr_802_2: 0x0011,
  mobitex: 0x0015,
  control: 0x0016,
  irda: 0x0017,
  econet: 0x0018,
  tipc: 0x88ca,
  profinet: 0x8892,
  aoe: 0x88a2,
  ethercat: 0x88a4,
  "802.1Q": 0x8100,
  "802.1ad": 0x88a8,
  mpls_uc: 0x8847,
  mpls_mc: 0x8848,
  teb: 0x6558,
  LLDP: 0x88cc,
};
const VALUES = new Map(Object.entries(NAMES).map(([name, value]) => [name.toLowerCase(), value]));

/** A protocol by its name, whatever its case, or by its number. Throws a QuantityError. */
export function tcProtocol(text: string): number {
  const named = VALUES.get(text.toLowerCase());
  if (named !== undefined) return named;
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? tcInteger(text) : 0;
  if (number >= 1 && number <= 0xffff) return number;
  throw new QuantityError(
    `'${text}' is no protocol of filters.`,
    suggestion(text, [...VALUES.keys()]) ??
      "Give its number, from 1 to 0xffff, or a name as `all`, `ip`, `ipv6`, `arp` or `802.1q`.",
  );
}

/** `ip`, or `[4660]` where there is no name. */
export const tcProtocolName = (protocol: number): string =>
  Object.entries(NAMES).find(([, value]) => value === protocol)?.[0] ?? `[${protocol}]`;
