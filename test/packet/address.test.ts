import { isIPv4, isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from "../../src/packet/address.ts";

const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString("hex");

describe("MAC addresses", () => {
  it.each([
    { have: "02:00:00:00:00:01", want: "020000000001" },
    { have: "02-AB-cd-00-00-01", want: "02abcd000001" },
    { have: "2:0:0:0:0:1", want: "020000000001" },
    { have: "0200.5e10.0001", want: "02005e100001" },
    { have: "02:00:00:00:00", want: undefined },
    { have: "02:00:00:00:00:01:02", want: undefined },
    { have: "02:00-00:00:00:01", want: undefined },
    { have: "02:00:00:00:00:0g", want: undefined },
    { have: "020000000001", want: undefined },
    { have: "", want: undefined },
  ])("$have", ({ have, want }) => expect(hex(parseMac(have))).toBe(want));

  it("reads what it writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (mac) => {
        expect(parseMac(formatMac(mac))).toEqual(mac);
      }),
    );
  });
});

describe("IPv4 addresses", () => {
  it.each([
    { have: "10.0.0.1", want: "0a000001" },
    { have: "255.255.255.255", want: "ffffffff" },
    { have: "0.0.0.0", want: "00000000" },
    { have: "256.0.0.1", want: undefined },
    { have: "10.0.0", want: undefined },
    { have: "10.0.0.1.2", want: undefined },
    { have: "010.0.0.1", want: undefined },
    { have: "10.0.0.1/24", want: undefined },
    { have: " 10.0.0.1", want: undefined },
    { have: "0x0a.0.0.1", want: undefined },
  ])("$have", ({ have, want }) => expect(hex(parseIpv4(have))).toBe(want));

  it("reads what it writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (address) => {
        expect(parseIpv4(formatIpv4(address))).toEqual(address);
      }),
    );
  });

  it("accepts what Node accepts", () => {
    const texts = fc.stringMatching(/^[0-9.]{5,16}$/);
    fc.assert(fc.property(fc.oneof(texts, fc.ipV4()), (text) => (parseIpv4(text) !== undefined) === isIPv4(text)));
  });
});

describe("IPv6 addresses", () => {
  it.each([
    { have: "::", want: "00000000000000000000000000000000" },
    { have: "::1", want: "00000000000000000000000000000001" },
    { have: "fe80::", want: "fe800000000000000000000000000000" },
    { have: "2001:DB8::8:800:200c:417a", want: "20010db80000000000080800200c417a" },
    { have: "1:2:3:4:5:6:7:8", want: "00010002000300040005000600070008" },
    { have: "1:2:3:4:5:6:7::", want: "00010002000300040005000600070000" },
    { have: "::ffff:129.144.52.38", want: "00000000000000000000ffff81903426" },
    { have: "0:0:0:0:0:0:13.1.68.3", want: "0000000000000000000000000d014403" },
    { have: "1:2:3:4:5:6:7:8::", want: undefined },
    { have: "1::2::3", want: undefined },
    { have: ":::", want: undefined },
    { have: ":1:2:3:4:5:6:7", want: undefined },
    { have: "1:2:3:4:5:6:7", want: undefined },
    { have: "1:2:3:4:5:6:7:8:9", want: undefined },
    { have: "1.2.3.4::", want: undefined },
    { have: "::1.2.3.4:5", want: undefined },
    { have: "12345::", want: undefined },
    { have: "fe80::1%eth0", want: undefined },
    { have: "", want: undefined },
  ])("$have", ({ have, want }) => expect(hex(parseIpv6(have))).toBe(want));

  it.each([
    { have: "2001:db8:0:0:1:0:0:1", want: "2001:db8::1:0:0:1" },
    { have: "2001:0:0:1:0:0:0:1", want: "2001:0:0:1::1" },
    { have: "2001:db8:0:1:1:1:1:1", want: "2001:db8:0:1:1:1:1:1" },
    { have: "0:0:0:0:0:0:0:0", want: "::" },
    { have: "FE80:0:0:0:0:0:0:0A", want: "fe80::a" },
    { have: "::ffff:c000:201", want: "::ffff:192.0.2.1" },
  ])("$have is written $want (RFC 5952)", ({ have, want }) => expect(formatIpv6(parseIpv6(have)!)).toBe(want));

  it("reads what it writes, and writes what the platform's URL parser writes", () => {
    const words = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(words, (list) => {
        const address = Uint8Array.from(list.flatMap((word) => [word >>> 8, word & 0xff]));
        const text = formatIpv6(address);
        expect(parseIpv6(text)).toEqual(address);
        if (!text.includes(".")) expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
      }),
    );
  });

  it("accepts what Node accepts", () => {
    const texts = fc.stringMatching(/^[0-9a-f:]{2,20}$/);
    fc.assert(fc.property(fc.oneof(texts, fc.ipV6()), (text) => (parseIpv6(text) !== undefined) === isIPv6(text)));
  });
});
