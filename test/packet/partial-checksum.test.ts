import { describe, expect, it } from "vitest";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { transportChecksum } from "../../src/packet/checksum.ts";
import { completeChecksum, leaveChecksum, needsNoCheck } from "../../src/packet/partial-checksum.ts";
import { SkbPool } from "../../src/packet/skb-pool.ts";
import { get16 } from "../../src/packet/wire.ts";
import { filler, hex, ipv4, ipv6, sealed, udp } from "../network/frames.ts";

const PAYLOAD = filler(3);
const four = (protocol: number, message: Uint8Array) =>
  sealed(ipv4({ source: "10.0.0.1", destination: "10.0.0.2", protocol }, message));
const six = (next: number, message: Uint8Array) =>
  sealed(ipv6({ source: "fd00::1", destination: "fd00::2", next }, message));

const CASES = [
  { name: "UDP over IPv4", family: 4, protocol: 17, field: 6, header: 20, packet: four(17, udp(1, 2, PAYLOAD)) },
  { name: "UDP over IPv6", family: 6, protocol: 17, field: 6, header: 40, packet: six(17, udp(1, 2, PAYLOAD)) },
] as const;

function left({ packet, family, protocol, field, header }: (typeof CASES)[number]) {
  const pool = new SkbPool(new LinearMemory());
  const skb = pool.from(packet, 0, packet.length);
  skb.transportHeader = skb.data + header;
  const store = () => pool.store.bytes;
  store().fill(0, skb.transportHeader + field, skb.transportHeader + field + 2);
  leaveChecksum(store(), skb, family, protocol, field);
  return { pool, skb, store };
}

describe("a checksum that is left to the device", () => {
  it.each(CASES)("is what it would have been at once: $name", (it) => {
    const { skb, store } = left(it);
    expect(needsNoCheck(skb)).toBe(true);
    completeChecksum(store(), skb);
    expect(needsNoCheck(skb)).toBe(false);
    expect(hex(store().slice(skb.data, skb.data + skb.length))).toBe(hex(it.packet));
  });

  it.each(CASES)("is the pseudo header's sum until then: $name", (it) => {
    const { skb, store } = left(it);
    // One that is summed over nothing but itself and the pseudo header is that sum inverted.
    const alone = transportChecksum(new Uint8Array(store()), it.family, skb.data, it.protocol, skb.data, 0);
    const length = it.packet.length - it.header;
    const sum = (~alone & 0xffff) + length;
    expect(get16(store(), skb.transportHeader + it.field)).toBe((sum & 0xffff) + (sum >>> 16));
  });

  it("goes along with a copy, and with a packet that moves", () => {
    const { pool, skb } = left(CASES[0]);
    const twin = pool.copy(skb);
    expect(twin.checksumStart - twin.data).toBe(20);
    pool.reserve(twin, 4096, 0);
    expect(twin.checksumStart - twin.data).toBe(20);
  });

  it("of 0 is sent as 0xffff", () => {
    const { skb, store } = left(CASES[0]);
    const zero = new Uint8Array(skb.length - 20);
    store().set(zero, skb.transportHeader);
    // The sum of this is 0xffff, which is 0 inverted.
    store()[skb.transportHeader] = 0xff;
    store()[skb.transportHeader + 1] = 0xff;
    completeChecksum(store(), skb);
    expect(get16(store(), skb.transportHeader + 6)).toBe(0xffff);
  });
});
