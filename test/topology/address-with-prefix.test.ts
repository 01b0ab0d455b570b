import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatAddress,
  isLinkLocal6,
  isMulticast,
  isNetwork,
  isUnspecified,
  parseAddress,
  parseAddressWithPrefix,
} from "../../src/topology/address-with-prefix.ts";

describe("parseAddressWithPrefix", () => {
  it.each([
    { have: "10.0.0.1/24", want: "4 10.0.0.1 24" },
    { have: "10.0.0.1", want: "4 10.0.0.1 32" },
    { have: "0.0.0.0/0", want: "4 0.0.0.0 0" },
    { have: "fd00::1/64", want: "6 fd00::1 64" },
    { have: "FD00:0:0:0:0:0:0:1/128", want: "6 fd00::1 128" },
    { have: "::ffff:1.2.3.4/96", want: "6 ::ffff:1.2.3.4 96" },
    { have: "::/0", want: "6 :: 0" },
  ])("reads $have", ({ have, want }) => {
    const address = parseAddressWithPrefix(have);
    expect(`${address.family} ${formatAddress(address)} ${address.prefix}`).toBe(want);
  });

  it.each([
    { have: "10.0.0.1/33", want: "'33' in '10.0.0.1/33' is not a prefix length from 0 to 32." },
    { have: "fd00::1/129", want: "'129' in 'fd00::1/129' is not a prefix length from 0 to 128." },
    { have: "10.0.0.1/", want: "'' in '10.0.0.1/' is not a prefix length from 0 to 32." },
    { have: "10.0.0.1/-1", want: "'-1' in '10.0.0.1/-1' is not a prefix length from 0 to 32." },
    { have: "10.0.0.1/255.0.0.0", want: "'255.0.0.0' in '10.0.0.1/255.0.0.0' is not a prefix length from 0 to 32." },
    { have: "10.0.0.256/8", want: "'10.0.0.256' is not an IP address." },
    { have: "010.0.0.1", want: "'010.0.0.1' is not an IP address." },
    { have: "fe80::1%eth0", want: "'fe80::1%eth0' is not an IP address." },
    { have: "fd00::1::2", want: "'fd00::1::2' is not an IP address." },
  ])("refuses $have", ({ have, want }) => {
    expect(() => parseAddressWithPrefix(have)).toThrow(want);
  });

  it("reads back what formatAddress writes", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16, max: 1 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(bytes, (address) => {
        const family = address.length === 4 ? 4 : 6;
        expect(parseAddress(formatAddress({ family, address })).address).toEqual(address);
      }),
    );
  });
});

describe("kinds of addresses", () => {
  const of = (text: string) => {
    const address = parseAddressWithPrefix(text);
    const kinds = {
      network: isNetwork(address),
      multicast: isMulticast(address),
      unspecified: isUnspecified(address),
      linkLocal: isLinkLocal6(address),
    };
    return Object.entries(kinds)
      .filter(([, is]) => is)
      .map(([kind]) => kind)
      .join(" ");
  };
  it.each([
    { have: "10.0.0.0/8", want: "network" },
    { have: "10.1.0.0/8", want: "" },
    { have: "10.0.0.1", want: "network" },
    { have: "10.128.0.0/9", want: "network" },
    { have: "0.0.0.0/0", want: "network unspecified" },
    { have: "224.0.0.1/24", want: "multicast" },
    { have: "239.255.255.255/24", want: "multicast" },
    { have: "240.0.0.1/24", want: "" },
    { have: "ff02::1/64", want: "multicast" },
    { have: "fe80::1/64", want: "linkLocal" },
    { have: "febf::1/64", want: "linkLocal" },
    { have: "fec0::1/64", want: "" },
    { have: "::/64", want: "network unspecified" },
  ])("$have", ({ have, want }) => {
    expect(of(have)).toBe(want);
  });
});
