import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EncodingDefaults, LayerDescription } from "../../../src/packet/describe/description.ts";
import { encodePacket } from "../../../src/packet/describe/encode.ts";
import { LAYERS } from "../../../src/packet/describe/layer-table.ts";
import { parseDescription } from "../../../src/packet/describe/parse.ts";
import { CASES, DEFAULTS } from "./cases.ts";
import { checksumsOf } from "./verify-checksums.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const encode = (have: unknown, defaults: EncodingDefaults = DEFAULTS) => {
  const { description, problems } = parseDescription(have as Record<string, unknown>);
  expect(problems).toEqual([]);
  return encodePacket(description!, defaults);
};

describe("encodePacket", () => {
  it.each(CASES)("$name", ({ have, want }) => expect(hex(encode(have).bytes)).toBe(want));

  it.each([
    { name: "a transport alone is routed", have: { tcp: null }, want: "ipv4" },
    { name: "so is IPv6", have: { ipv6: null }, want: "ipv6" },
    { name: "an Ethernet header makes a frame", have: { ether: null, tcp: null }, want: "ether" },
    { name: "a tag implies one", have: { vlan: null, tcp: null }, want: "ether" },
    { name: "ARP implies one", have: { arp: null }, want: "ether" },
    { name: "LLC implies one", have: { llc: null }, want: "ether" },
    { name: "SNAP implies LLC and one", have: { snap: null }, want: "ether" },
    { name: "MPLS implies one", have: { mpls: null }, want: "ether" },
  ])("$name: $want", ({ have, want }) => expect(encode(have).begins).toBe(want));

  const { source4, destination4, source6, destination6 } = DEFAULTS;
  it.each([
    { name: "both families", defaults: { source4, destination4, source6, destination6 }, want: "ipv4" },
    { name: "IPv6 only", defaults: { source6, destination6 }, want: "ipv6" },
    { name: "a receiver with IPv6 only", defaults: { source4, source6, destination6 }, want: "ipv6" },
    { name: "no address", defaults: {}, want: "ipv4" },
  ])("UDP goes over $want where the defaults have $name", ({ defaults, want }) => {
    expect(encode({ udp: null }, { ttl: 64, ...(defaults as object) }).begins).toBe(want);
  });

  it("takes the version of what is in a tunnel for that only", () => {
    expect(encode([{ gre: null }, { icmp6: null }]).begins).toBe("ipv4");
    expect(encode([{ icmp6: null }]).begins).toBe("ipv6");
  });

  it("refuses a layer that it does not know", () => {
    expect(() => encodePacket({ layers: [{ kind: "tpc", fields: {} }] }, DEFAULTS)).toThrow("no packet layer `tpc`");
  });

  it("takes unspecified addresses where there are no defaults", () => {
    expect(hex(encode({ ether: null, ipv4: null }, { ttl: 1 }).bytes)).toBe(
      "ffffffffffff00000000000008004500001400004000 01ff78ec 00000000 00000000".replaceAll(" ", ""),
    );
  });

  it("makes packets whose checksums are all right", () => {
    fc.assert(
      fc.property(stacks, fc.boolean(), (layers, only6) => {
        const defaults = only6 ? { ttl: 9, source6: source6!, destination6: destination6! } : DEFAULTS;
        const { bytes, begins } = encodePacket({ layers }, defaults);
        const checks = checksumsOf(bytes, begins);
        expect(checks.length).toBeGreaterThan(0);
        expect(checks.filter(({ isRight }) => !isRight)).toEqual([]);
      }),
    );
  });

  it("writes every field that is given as it is given", () => {
    const rows = [...LAYERS.values()].flatMap(({ name, fields }) =>
      Object.entries(fields).flatMap(([field, { bit, width }]) =>
        bit === undefined ? [] : [{ name, field, bit, width }],
      ),
    );
    expect(rows.length).toBeGreaterThan(100);
    const draw = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(fc.constantFrom(...rows), draw, ({ name, field, bit, width }, random) => {
        const value = width > 32 || isAddress(field, width) ? random.slice(0, width / 8) : numberOf(random, width);
        const layers = [{ kind: "ether", fields: {} }, { kind: name, fields: { [field]: value } }, PAYLOAD];
        const alone = encodePacket({ layers: name === "ether" ? layers.slice(1) : layers }, DEFAULTS).bytes;
        // What follows the layer is the 8 bytes of payload.
        const size = encodedLength(name, { [field]: value });
        const header = alone.subarray(alone.length - 8 - size);
        expect(bitsOf(header, bit, width)).toBe(typeof value === "number" ? BigInt(value) : BigInt(`0x${hex(value)}`));
      }),
    );
  });
});

const PAYLOAD: LayerDescription = { kind: "payload", fields: { length: 8 } };
const isAddress = (field: string, width: number) =>
  width === 32 && ["src", "dst", "spa", "tpa", "gateway", "group"].includes(field);

function numberOf(random: Uint8Array, width: number): number {
  const all = Number(BigInt(`0x${hex(random.slice(0, 4))}`));
  return width === 32 ? all : all % 2 ** width;
}

function bitsOf(bytes: Uint8Array, bit: number, width: number): bigint {
  const all = BigInt(`0x${hex(bytes)}`);
  return (all >> BigInt(bytes.length * 8 - bit - width)) & ((1n << BigInt(width)) - 1n);
}

/** Length of a layer's header before a payload. */
function encodedLength(kind: string, fields: LayerDescription["fields"]): number {
  const format = LAYERS.get(kind)!;
  const defaults: Record<string, number | Uint8Array> = {};
  for (const [name, { default: initial }] of Object.entries(format.fields)) {
    const value =
      fields[name] ??
      (typeof initial === "function" ? initial({ defaults: DEFAULTS, fields, after: [PAYLOAD] }) : initial);
    if (value !== undefined) defaults[name] = value;
  }
  return format.size + (format.tail?.(defaults).length ?? 0);
}

/** Layers that a network could carry, as descriptions of any depth. */
const stacks: fc.Arbitrary<LayerDescription[]> = (() => {
  const layer = (kind: string, fields: fc.Arbitrary<LayerDescription["fields"]> = fc.constant({})) =>
    fields.map((given) => ({ kind, fields: given }));
  const u16 = fc.integer({ min: 0, max: 0xffff });
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
  const ports = fc.record({ sport: u16, dport: u16 }, { requiredKeys: [] });
  const transport = fc.oneof(
    layer("tcp", fc.record({ seq: u16, options: bytes(40) }, { requiredKeys: [] })),
    layer("udp", ports),
    layer("sctp", ports),
    layer("icmp", fc.record({ id: u16 }, { requiredKeys: [] })),
    layer("icmp6", fc.record({ type: fc.constantFrom(1, 2, 128, 133, 134, 135, 136, 137, 143) })),
    layer("igmp"),
  );
  const options = fc.record({ options: bytes(20) }, { requiredKeys: [] });
  const extensions = fc.array(
    fc.oneof(layer("hop-by-hop", options), layer("destination-options", options), layer("fragment")),
    { maxLength: 3 },
  );
  const addresses = fc
    .integer({ min: 0, max: 3 })
    .chain((n) => fc.uint8Array({ minLength: 16 * n, maxLength: 16 * n }));
  const routing = layer(
    "routing",
    fc.record({ addresses, type: fc.constantFrom(0, 4) }, { requiredKeys: ["addresses"] }),
  );
  const network = fc.oneof(
    fc.constant([]),
    layer("ipv4", options).map((one) => [one]),
    fc.tuple(layer("ipv6"), extensions).map(([one, more]) => [one, ...more]),
    fc.tuple(layer("ipv6"), routing).map((both) => [...both]),
  );
  const link = fc
    .constantFrom([], ["ether"], ["ether", "vlan"], ["vlan", "vlan"], ["mpls", "mpls"], ["snap"])
    .map((kinds) => kinds.map((kind) => ({ kind, fields: {} })));
  const tunnel = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    layer("gre", fc.record({ "checksum-present": fc.constant(1), key: u16 }, { requiredKeys: [] })).map((one) => [one]),
    layer("vxlan").map((one) => [one]),
    layer("ipv4").map((one) => [one]),
  );
  const payload = layer("payload", fc.record({ hex: bytes(50) }));
  return fc
    .tuple(link, tunnel, network, transport, payload)
    .map(([link, tunnel, network, transport, payload]) => [...link, ...tunnel, ...network, transport, payload]);
})();
