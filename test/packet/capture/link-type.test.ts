import { describe, expect, it } from "vitest";
import { LINKTYPE, linkTypeName } from "../../../src/packet/capture/link-type.ts";

describe("link types", () => {
  it.each([
    { number: 0, name: "NULL" },
    { number: 1, name: "ETHERNET" },
    { number: 9, name: "PPP" },
    { number: 101, name: "RAW" },
    { number: 105, name: "IEEE802_11" },
    { number: 113, name: "LINUX_SLL" },
    { number: 127, name: "IEEE802_11_RADIOTAP" },
    { number: 147, name: "USER0" },
    { number: 162, name: "USER15" },
    { number: 228, name: "IPV4" },
    { number: 276, name: "LINUX_SLL2" },
    { number: 65_000, name: "65000" },
  ])("$number is $name", ({ number, name }) => {
    expect(linkTypeName(number)).toBe(name);
  });

  it("have one name for each number", () => {
    const numbers = Object.values(LINKTYPE);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
