import fc from "fast-check";
import { encodePacket } from "../../../src/packet/describe/encode.ts";
import { parseDescription } from "../../../src/packet/describe/parse.ts";
import { hex } from "../../network/frames.ts";
import { DEFAULTS } from "../../packet/describe/cases.ts";

/** A grammar of frames, whose values are few, so that flows meet them. */

const one = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

export const MACS = ["02:00:00:00:00:01", "02:00:00:00:00:02", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:07"] as const;
export const V4 = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "192.168.7.9"] as const;
export const V6 = ["fd00::1", "fd00::2", "fe80::1"] as const;
export const PORTS = [22, 53, 80, 443, 1024, 32768] as const;

type Layer = Readonly<Record<string, unknown>>;
type Layers = fc.Arbitrary<readonly Layer[]>;

/** A layer whose fields are drawn; some of the optional ones are left out. */
function layer(
  name: string,
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  optional: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
): fc.Arbitrary<Layer> {
  return fc
    .record({ ...fields, ...optional }, { requiredKeys: Object.keys(fields) as never[] })
    .map((values) => ({ [name]: values }));
}

const ETHER = layer("ether", { dst: one(...MACS), src: one(...MACS) });
const vlan = (tpid: number) =>
  layer("vlan", {
    tpid: fc.constant(tpid),
    id: one(0, 10, 20, 30),
    priority: one(0, 3),
    dei: one(false, false, false, true),
  });
const TAGS: Layers = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  { weight: 3, arbitrary: fc.tuple(vlan(0x8100)) },
  { weight: 1, arbitrary: fc.tuple(vlan(0x88a8)) },
  { weight: 1, arbitrary: fc.tuple(vlan(0x88a8), vlan(0x8100)) },
  { weight: 1, arbitrary: fc.tuple(vlan(0x8100), vlan(0x8100)) },
);

const PORT = one(...PORTS);
/** Right, none, or wrong. */
const UDP_CHECKSUM = one<number | undefined>(undefined, undefined, 0, 0x1234);
const CHECKSUM = one<number | undefined>(undefined, undefined, undefined, 0x1234);
const given = (fields: Layer) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const withChecksum = (made: fc.Arbitrary<Layer>): fc.Arbitrary<Layer> =>
  made.map((all) => Object.fromEntries(Object.entries(all).map(([name, fields]) => [name, given(fields as Layer)])));

const TCP = withChecksum(
  layer(
    "tcp",
    { sport: PORT, dport: PORT, flags: one("S", "SA", "A", "FA", "R", "PA"), checksum: CHECKSUM },
    { options: one([{ mss: 1460 }], ["nop", "nop", { timestamp: [1, 2] }]), seq: one(0, 77), window: one(0, 512) },
  ),
);
const UDP = withChecksum(layer("udp", { sport: PORT, dport: PORT, checksum: UDP_CHECKSUM }));
const SCTP = withChecksum(layer("sctp", { sport: PORT, dport: PORT, checksum: CHECKSUM }, { tag: one(0, 9) }));
const ICMP = withChecksum(
  layer("icmp", { type: one(0, 8, 13), code: one(0, 1), checksum: CHECKSUM }, { id: one(1, 2) }),
);
const ICMP6 = fc.oneof(
  layer("icmp6", { type: one(128, 129), code: one(0, 0, 1) }, { id: one(1, 2) }),
  layer("icmp6", { type: one(135, 136), target: one(...V6) }),
);
const PAYLOAD: Layers = one(
  [],
  [{ payload: { text: "x" } }],
  [{ payload: { length: 7 } }],
  [{ payload: { length: 100 } }],
  [{ payload: { length: 1200 } }],
);
/** Behind its header, what it carries. */
const transport = (...kinds: fc.Arbitrary<Layer>[]): Layers =>
  fc.tuple(fc.oneof(...kinds), PAYLOAD).map(([header, payload]) => [header, ...payload]);

const IP_FIELDS = { tos: one(0, 1, 2, 3, 16, 184, 255), ttl: one(0, 1, 2, 64, 255) };
const IPV4 = layer("ip", { src: one(...V4), dst: one(...V4), ...IP_FIELDS }, { id: one(1, 9), df: fc.boolean() });
const IPV4_OPTIONS = IPV4.map(({ ip }) => ({ ip: { ...(ip as Layer), options: ["nop", "nop", "router-alert"] } }));
const FRAGMENTS = one<Layer>({ mf: true }, { offset: 64 }, { mf: true, offset: 8 });
const IPV4_FRAGMENT = fc.tuple(IPV4, FRAGMENTS).map(([{ ip }, fragment]) => ({
  ip: { ...(ip as Layer), df: false, ...fragment },
}));
const IPV6 = layer(
  "ipv6",
  { src: one(...V6), dst: one(...V6), "traffic-class": IP_FIELDS.tos, "hop-limit": IP_FIELDS.ttl },
  { "flow-label": one(0, 5, 0xfffff) },
);
const EXTENSIONS: Layers = one<readonly Layer[]>(
  [{ "hop-by-hop": null }],
  [{ "destination-options": null }],
  [{ "hop-by-hop": null }, { "destination-options": null }],
  [{ routing: { type: 4, addresses: ["fd00::2", "fd00::9"] } }],
  [{ fragment: { mf: true } }],
  [{ fragment: { offset: 64 } }],
  [{ fragment: {} }],
);

const join = (...parts: readonly Layers[]): Layers => fc.tuple(...parts).map((all) => all.flat());
const single = (made: fc.Arbitrary<Layer>): Layers => fc.tuple(made);
const OVER_V4 = transport(TCP, TCP, UDP, UDP, SCTP, ICMP);
const OVER_V6 = transport(TCP, TCP, UDP, UDP, SCTP, ICMP6);
const IP: Layers = fc.oneof(
  { weight: 8, arbitrary: join(single(IPV4), OVER_V4) },
  { weight: 1, arbitrary: join(single(IPV4_OPTIONS), OVER_V4) },
  { weight: 2, arbitrary: join(single(IPV4_FRAGMENT), OVER_V4) },
  { weight: 5, arbitrary: join(single(IPV6), OVER_V6) },
  { weight: 2, arbitrary: join(single(IPV6), EXTENSIONS, OVER_V6) },
  { weight: 1, arbitrary: join(single(IPV4), single(layer("esp", {})), PAYLOAD) },
);
const LABEL = layer("mpls", { label: one(0, 2, 3, 100), tc: one(0, 5), ttl: one(1, 2, 64) });
const LABELS: Layers = fc.array(LABEL, { minLength: 1, maxLength: 4 });
const ARP = layer("arp", { op: one(1, 2), spa: one(...V4), tpa: one(...V4), sha: one(...MACS) }, { tha: one(...MACS) });
const NETWORK: Layers = fc.oneof(
  { weight: 10, arbitrary: IP },
  { weight: 2, arbitrary: join(LABELS, IP) },
  { weight: 1, arbitrary: single(ARP) },
  { weight: 1, arbitrary: fc.tuple(one<Layer>({ payload: { length: 46 } })) },
);
/** Frames of links are never shorter than 60 bytes; those inside of machines may be. */
const PAD: Layers = one<readonly Layer[]>([], [], [{ pad: 60 }]);

/** A frame: as topology files say it, and its bytes in hexadecimal. */
export interface DrawnFrame {
  readonly layers: readonly Layer[];
  readonly frame: string;
}

/** Frames that are well formed, but for their checksums. */
export const FRAME: fc.Arbitrary<DrawnFrame> = join(single(ETHER), TAGS, NETWORK, PAD).map((layers) => ({
  layers,
  frame: encoded(layers),
}));

/** The bytes of a frame in the notation of topology files, in hexadecimal. */
export function encoded(layers: readonly Layer[]): string {
  const { description, problems } = parseDescription(layers as Record<string, unknown>[]);
  if (description === undefined) throw new Error(`${JSON.stringify(layers)}: ${JSON.stringify(problems)}`);
  return hex(encodePacket(description, DEFAULTS).bytes);
}
