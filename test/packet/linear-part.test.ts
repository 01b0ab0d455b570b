import { describe, expect, it } from "vitest";
import { LinearMemory } from "../../src/bpf/vm/memory.ts";
import { linearLength, pull, trim } from "../../src/packet/linear-part.ts";
import { SkbPool } from "../../src/packet/skb-pool.ts";

const LENGTH = 100;

function packet(behind: number) {
  const skb = new SkbPool(new LinearMemory()).allocate(LENGTH);
  skb.dataLength = behind;
  return skb;
}

describe("the linear part of a packet", () => {
  it.each([
    { name: "all", behind: 0, want: 100 },
    { name: "some", behind: 60, want: 40 },
    { name: "nothing", behind: 100, want: 0 },
  ])("is $name of it", ({ behind, want }) => expect(linearLength(packet(behind))).toBe(want));

  it.each([
    { name: "grows to what is asked for", have: 60, want: { did: true, linear: 60 } },
    { name: "does not shrink", have: 10, want: { did: true, linear: 40 } },
    { name: "can be all of it", have: 100, want: { did: true, linear: 100 } },
    { name: "stays where the packet is too short", have: 101, want: { did: false, linear: 40 } },
  ])("$name", ({ have, want }) => {
    const skb = packet(60);
    expect({ did: pull(skb, have), linear: linearLength(skb) }).toEqual(want);
  });

  it.each([
    { name: "what is not linear goes first", have: 70, want: { length: 70, linear: 40 } },
    { name: "then what is", have: 30, want: { length: 30, linear: 30 } },
  ])("of a packet that is cut: $name", ({ have, want }) => {
    const skb = packet(60);
    trim(skb, have);
    expect({ length: skb.length, linear: linearLength(skb) }).toEqual(want);
  });
});
