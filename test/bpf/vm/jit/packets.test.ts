import { describe, expect, it } from "vitest";
import { Bench, hex, MODES } from "./jit-programs.ts";

const FIELDS = { length: 0, data: 4, head: 64, macHeader: 68, networkHeader: 72 };

/** A context whose packet is 16 bytes, 0xf0 to 0xff, behind four bytes of headroom. */
function withPacket(): Bench {
  const bench = new Bench({ packet: FIELDS });
  const { memory, context } = bench;
  const head = memory.allocate(64);
  const data = head + 4;
  for (let i = 0; i < 20; i++) memory.bytes[head + i] = 0xec + i;
  memory.setUint32(context + FIELDS.length, 16);
  memory.setUint32(context + FIELDS.data, data);
  memory.setUint32(context + FIELDS.head, head);
  memory.setUint32(context + FIELDS.macHeader, data);
  memory.setUint32(context + FIELDS.networkHeader, data + 14);
  return bench;
}

const CASES: readonly { name: string; have: string; want: bigint }[] = [
  { name: "a 16-bit value in network order", have: "r6 = r1\nr0 = *(u16 *)skb[2]\nexit", want: 0xf2f3n },
  { name: "a 32-bit value in network order", have: "r6 = r1\nr0 = *(u32 *)skb[12]\nexit", want: 0xfcfdfeffn },
  { name: "the last byte", have: "r6 = r1\nr0 = *(u8 *)skb[15]\nexit", want: 0xffn },
  {
    name: "one byte too far ends the program with 0",
    have: "r6 = r1\nr0 = 9\nr0 = *(u16 *)skb[15]\nr0 = 5\nexit",
    want: 0n,
  },
  { name: "the largest offset", have: "r6 = r1\nr0 = *(u32 *)skb[2147483647]\nr0 = 5\nexit", want: 0n },
  { name: "an offset from a register", have: "r6 = r1\nr7 = 3\nr0 = *(u16 *)skb[r7 + 2]\nexit", want: 0xf5f6n },
  {
    name: "an offset whose sum wraps to a small one",
    have: "r6 = r1\nr7 = -1\nr0 = *(u8 *)skb[r7 + 2]\nexit",
    want: 0xf1n,
  },
  {
    name: "an offset whose last byte wraps",
    have: "r6 = r1\nr7 = -2\nr0 = *(u32 *)skb[r7 + 0]\nr0 = 5\nexit",
    want: 0n,
  },
  { name: "from the network header", have: "r6 = r1\nr0 = *(u16 *)skb[-1048576]\nexit", want: 0xfeffn },
  {
    name: "from the network header, past the end",
    have: "r6 = r1\nr0 = *(u16 *)skb[-1048575]\nr0 = 5\nexit",
    want: 0n,
  },
  { name: "from the link-layer header", have: "r6 = r1\nr7 = -2097152\nr0 = *(u8 *)skb[r7 + 1]\nexit", want: 0xf1n },
  { name: "below what negative offsets reach", have: "r6 = r1\nr0 = *(u8 *)skb[-2097153]\nr0 = 5\nexit", want: 0n },
  {
    name: "a load after a call that changed the packet",
    have: "r6 = r1\nr0 = *(u8 *)skb[0]\nr7 = r0\nr1 = r6\ncall 200\nr0 = *(u8 *)skb[0]\nr0 -= r7\nexit",
    want: 2n,
  },
  {
    name: "a load in a function of the program, whose failure ends only that function",
    have: "r6 = r1\ncall f\nr0 += 1\nexit\nf: r6 = r1\nr0 = *(u8 *)skb[99]\nr0 = 7\nexit",
    want: 1n,
  },
  {
    name: "a value that is compared where it is equal",
    have: "r6 = r1\nr0 = *(u16 *)skb[2]\nif r0 == 0xf2f3 goto +1\nr0 = 1\nexit",
    want: 0xf2f3n,
  },
  {
    name: "a value that is compared with more than it can hold",
    have: "r6 = r1\nr0 = *(u16 *)skb[2]\nif r0 == 0x1f2f3 goto +1\nr0 = 1\nexit",
    want: 1n,
  },
  {
    name: "a value that is compared with a negative number",
    have: "r6 = r1\nr0 = *(u32 *)skb[12]\nif r0 == -0x3020101 goto +1\nr0 = 1\nexit",
    want: 1n,
  },
  {
    name: "its lower half compared with a negative number",
    have: "r6 = r1\nr0 = *(u32 *)skb[12]\nif w0 == -0x3020101 goto +1\nr0 = 1\nexit",
    want: 0xfcfdfeffn,
  },
  {
    name: "a value compared twice, changed in between",
    have: "r6 = r1\nr0 = *(u16 *)skb[2]\nif r0 == 1 goto +3\nr0 += 1\nif r0 == 0xf2f4 goto +1\nr0 = 1\nexit",
    want: 0xf2f4n,
  },
  {
    name: "a swapped register compared after its copy was swapped back",
    have: "r2 = 0x1234\nr3 = r2\nr2 = be16 r2\nr3 = be32 r3\nr0 = 0\nif r2 != 0x3412 goto +2\nif r3 != 0x34120000 goto +1\nr0 = 1\nexit",
    want: 1n,
  },
  {
    name: "a swapped register compared in a loop that swaps it again",
    have: "r2 = 0x1122\nr0 = 0\nagain: r2 = be16 r2\nr0 += 1\nif r0 == 4 goto out\nif r2 == 0x2211 goto again\nif r2 == 0x1122 goto again\nr0 = 99\nout: exit",
    want: 4n,
  },
];

describe.each(MODES)("packet loads and byte order, $mode", ({ checked }) => {
  it.each(CASES)("$name", ({ have, want }) => {
    const bench = withPacket();
    bench.helpers.set(200, {
      name: "bpf_pull",
      parameters: ["i32"],
      result: "none",
      call: (context: number) => {
        bench.memory.setUint32(context + FIELDS.data, bench.memory.uint32(context + FIELDS.data) + 2);
        bench.memory.setUint32(context + FIELDS.length, 10);
      },
    });
    expect(hex(bench.run(have, checked))).toBe(hex(want));
  });
});

describe("a checked packet load", () => {
  it("needs the context in R6", () => {
    expect(() => withPacket().run("r6 = 1\nr0 = *(u8 *)skb[0]\nexit", true)).toThrow(
      "Instruction 1 loads from the packet, but R6 does not point at the context.",
    );
  });
});
