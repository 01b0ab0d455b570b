/** A program for the verifier, and nothing about what becomes of it: Linux said that, in fixtures/. */
export interface TestProgram {
  /** `family: what is special`. */
  readonly name: string;
  /** `enum bpf_prog_type`; 3 (sched_cls) without. */
  readonly type?: number;
  readonly license?: string;
  readonly expectedAttachType?: number;
  readonly strictAlignment?: boolean;
  readonly text: string;
}

const [SOCKET_FILTER, XDP, CGROUP_SKB, LWT_IN] = [1, 6, 8, 10];

const END = "r0 = 0\nexit";
const PACKET = "r2 = *(u32 *)(r1 + 76)\nr3 = *(u32 *)(r1 + 80)";
const LOOK_UP = "*(u64 *)(r10 - 8) = 7\nr2 = r10\nr2 += -8\nr1 = map[hash]\ncall 1";
const ARRAY_VALUE =
  "call 7\n*(u32 *)(r10 - 4) = r0\nr2 = r10\nr2 += -4\nr1 = map[array]\ncall 1\nif r0 == 0 goto out\nr9 = r0";
const lines = (...parts: string[]): string => parts.join("\n");

/** Programs whose whole text is the one line given, before `r0 = 0; exit`. */
const short = (family: string, table: Readonly<Record<string, string>>, type?: number): TestProgram[] =>
  Object.entries(table).map(([name, text]) => ({
    name: `${family}: ${name}`,
    ...(type === undefined ? {} : { type }),
    text: lines(text.replaceAll("; ", "\n"), END),
  }));

/** The same, with R9 pointing at a value of the array and label `out` at the end. */
const withValue = (family: string, table: Readonly<Record<string, string>>): TestProgram[] =>
  Object.entries(table).map(([name, text]) => ({
    name: `${family}: ${name}`,
    text: lines(ARRAY_VALUE, text.replaceAll("; ", "\n"), "out:", END),
  }));

export const PROGRAMS: readonly TestProgram[] = [
  ...short("registers", {
    "R0 not set": "r1 = r0",
    "R2 not set": "r3 = r2",
    "frame pointer is read only": "r10 = 1",
    "frame pointer in arithmetic": "r10 += 8",
    "caller-saved after a call": "call 7; r2 = r1",
    "callee-saved after a call": "r6 = r1; call 7; r2 = r6",
    "half of an unset register": "w1 = w5",
  }),
  ...short("arithmetic", {
    "division by constant zero": "r0 = 1; r0 /= 0",
    "remainder by constant zero": "w0 = 1; w0 %= 0",
    "division by a register": "call 7; r1 = 0; r0 /= r1",
    "shift by 64": "r0 = 1; r0 <<= 64",
    "shift of 32 bits by 32": "w0 = 1; w0 >>= 32",
    "shift by a negative number": "r0 = 1; r0 s>>= -1",
    "byte swap of a pointer": "r1 = be16 r1",
    "negation of a pointer": "r1 = -r1",
    "sign extension of a pointer": "r2 = (s8)r1",
    "half of a pointer": "w2 = w1; r3 = r2",
    "xor with itself": "call 7; r0 ^= r0; r1 = r10; r1 += r0; r1 += -8; *(u8 *)(r1 + 0) = 1",
    "minus itself": "call 7; r0 -= r0; r1 = r10; r1 += r0; r1 += -8; *(u8 *)(r1 + 0) = 1",
  }),
  ...short("pointers", {
    "pointer plus pointer": "r1 += r10",
    "pointer minus pointer": "r2 = r10; r2 -= r10",
    "scalar minus pointer": "r2 = 5; r2 -= r10",
    "pointer and mask": "r10 &= 1",
    "stack pointer and mask": "r2 = r10; r2 &= -8",
    "stack pointer times two": "r2 = r10; r2 *= 2",
    "stack pointer shifted": "r2 = r10; r2 <<= 1",
    "stack pointer minus constant": "r2 = r10; r2 -= 8",
    "32-bit addition to a pointer": "r2 = r10; w2 += 4",
    "32-bit subtraction of a pointer": "r2 = r10; w2 -= 4",
    "pointer plus unknown": "call 7; r2 = r10; r2 += r0",
    "pointer plus something huge": "r2 = r10; r2 += 0x30000000",
    "pointer plus 64-bit something": "r3 = 0x100000000 ll; r2 = r10; r2 += r3",
    "map pointer plus 8": "r1 = map[hash]; r1 += 8",
    "map pointer plus 0": "r1 = map[hash]; r1 += 0",
    "context plus 8, read": "r1 += 8; r0 = *(u32 *)(r1 + 0)",
    "context plus unknown, read": "r6 = r1; call 7; r0 &= 4; r6 += r0; r0 = *(u32 *)(r6 + 0)",
    "comparison with a pointer": "if r1 > 5 goto +0",
    "null check of the context": "if r1 == 0 goto +1; r2 = 1",
  }),
  ...short("stack", {
    "read before write": "r0 = *(u64 *)(r10 - 8)",
    "below 512 bytes": "*(u64 *)(r10 - 520) = 1",
    "at 512 bytes": "*(u64 *)(r10 - 512) = 1",
    "above the frame pointer": "*(u64 *)(r10 + 0) = 1",
    "across the frame pointer": "*(u64 *)(r10 - 4) = 1",
    "read above the frame pointer": "r0 = *(u8 *)(r10 + 0)",
    "unaligned write": "*(u64 *)(r10 - 9) = 1",
    "unaligned read": "*(u64 *)(r10 - 16) = 1; r0 = *(u32 *)(r10 - 14)",
    "spill and fill of the context": "*(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r2 + 0)",
    "spill of half a pointer": "*(u32 *)(r10 - 8) = r1",
    "fill of half a pointer": "*(u64 *)(r10 - 8) = r1; r2 = *(u32 *)(r10 - 8)",
    "spilled pointer overwritten in part":
      "*(u64 *)(r10 - 8) = r1; *(u8 *)(r10 - 8) = 1; r2 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r2 + 0)",
    "spilled scalar keeps its range":
      "call 7; r0 &= 7; *(u64 *)(r10 - 8) = r0; r1 = *(u64 *)(r10 - 8); r2 = r10; r2 += -16; r2 += r1; *(u8 *)(r2 + 0) = 1",
    "spilled scalar read in part":
      "call 7; r0 &= 7; *(u64 *)(r10 - 8) = r0; r1 = *(u8 *)(r10 - 8); r2 = r10; r2 += -16; r2 += r1; *(u8 *)(r2 + 0) = 1",
    "spilled scalar read from its middle":
      "call 7; r0 &= 7; *(u64 *)(r10 - 8) = r0; r1 = *(u8 *)(r10 - 7); r2 = r10; r2 += -16; r2 += r1; *(u8 *)(r2 + 0) = 1",
    "zeroes are a zero":
      "*(u32 *)(r10 - 4) = 0; r1 = *(u32 *)(r10 - 4); r2 = r10; r2 += -16; r2 += r1; *(u8 *)(r2 + 0) = 1",
    "variable write": "call 7; r0 &= 7; r2 = r10; r2 += -16; r2 += r0; *(u8 *)(r2 + 0) = 1",
    "variable write too far": "call 7; r0 &= 31; r2 = r10; r2 += -16; r2 += r0; *(u8 *)(r2 + 0) = 1",
    "variable read": "call 7; r0 &= 7; r2 = r10; r2 += -16; r2 += r0; r0 = *(u8 *)(r2 + 0)",
    "variable write over a spilled pointer":
      "r6 = r1; *(u64 *)(r10 - 8) = r6; call 7; r0 &= 7; r2 = r10; r2 += -8; r2 += r0; *(u8 *)(r2 + 0) = 1; r3 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r3 + 0)",
    "atomic addition to a spilled pointer": "*(u64 *)(r10 - 8) = r1; r2 = 1; lock *(u64 *)(r10 - 8) += r2",
    "atomic addition": "*(u64 *)(r10 - 8) = 1; r2 = 1; lock *(u64 *)(r10 - 8) += r2; r0 = *(u64 *)(r10 - 8)",
    "unaligned atomic": "*(u64 *)(r10 - 16) = 1; r2 = 1; lock *(u32 *)(r10 - 14) += r2",
    "return of a stack pointer": "r0 = r10; exit",
  }),
  ...short("context", {
    len: "r0 = *(u32 *)(r1 + 0)",
    "a byte of len": "r0 = *(u8 *)(r1 + 3)",
    "eight bytes": "r0 = *(u64 *)(r1 + 0)",
    "behind the end": "r0 = *(u32 *)(r1 + 192)",
    "before the beginning": "r0 = *(u32 *)(r1 - 4)",
    unaligned: "r0 = *(u32 *)(r1 + 2)",
    "write to mark": "*(u32 *)(r1 + 8) = 1",
    "write to len": "*(u32 *)(r1 + 0) = 1",
    "write to a byte of mark": "*(u8 *)(r1 + 8) = 1",
    "write to cb": "*(u8 *)(r1 + 67) = 1",
    "write behind cb": "*(u64 *)(r1 + 64) = 1",
    "half of data": "r0 = *(u16 *)(r1 + 76)",
    family: "r0 = *(u32 *)(r1 + 88)",
    "a pointer into mark": "*(u64 *)(r1 + 8) = r10",
    tstamp: "r0 = *(u64 *)(r1 + 152)",
    "half of tstamp": "r0 = *(u32 *)(r1 + 152)",
    tstamp_type: "r0 = *(u8 *)(r1 + 180)",
    padding: "r0 = *(u8 *)(r1 + 181)",
    atomic: "r2 = 1; lock *(u32 *)(r1 + 8) += r2",
  }),
  ...short(
    "context of a socket filter",
    {
      mark: "r0 = *(u32 *)(r1 + 8)",
      "write to mark": "*(u32 *)(r1 + 8) = 1",
      "write to cb": "*(u32 *)(r1 + 48) = 1",
      data: "r0 = *(u32 *)(r1 + 76)",
      tc_classid: "r0 = *(u32 *)(r1 + 72)",
    },
    SOCKET_FILTER,
  ),
  ...short(
    "context of xdp",
    {
      data: "r0 = *(u32 *)(r1 + 0)",
      "data as 8 bytes": "r0 = *(u64 *)(r1 + 0)",
      egress_ifindex: "r0 = *(u32 *)(r1 + 20)",
      write: "*(u32 *)(r1 + 16) = 1",
    },
    XDP,
  ),
  ...short("packet", {
    "without a check": lines(PACKET, "r0 = *(u8 *)(r2 + 0)"),
    "with a check": lines(PACKET, "r4 = r2", "r4 += 14", "if r4 > r3 goto +1", "r0 = *(u8 *)(r2 + 13)"),
    "one byte too far": lines(PACKET, "r4 = r2", "r4 += 14", "if r4 > r3 goto +1", "r0 = *(u8 *)(r2 + 14)"),
    "check with >=": lines(PACKET, "r4 = r2", "r4 += 14", "if r4 >= r3 goto +1", "r0 = *(u8 *)(r2 + 14)"),
    "check the other way round": lines(
      PACKET,
      "r4 = r2",
      "r4 += 8",
      "if r3 >= r4 goto +1",
      "goto +1",
      "r0 = *(u64 *)(r2 + 0)",
    ),
    "check with <": lines(PACKET, "r4 = r2", "r4 += 8", "if r4 < r3 goto +1", "goto +1", "r0 = *(u64 *)(r2 + 1)"),
    "check with <=": lines(PACKET, "r4 = r2", "r4 += 8", "if r4 <= r3 goto +1", "goto +1", "r0 = *(u64 *)(r2 + 1)"),
    "read on the wrong way": lines(
      PACKET,
      "r4 = r2",
      "r4 += 14",
      "if r4 > r3 goto +1",
      "goto +1",
      "r0 = *(u8 *)(r2 + 0)",
    ),
    write: lines(PACKET, "r4 = r2", "r4 += 14", "if r4 > r3 goto +1", "*(u16 *)(r2 + 12) = 8"),
    "negative offset": lines(PACKET, "r4 = r2", "r4 += 14", "if r4 > r3 goto +1", "r0 = *(u8 *)(r2 - 1)"),
    "end minus one": lines(PACKET, "r0 = *(u8 *)(r3 - 1)"),
    "arithmetic on the end": lines(PACKET, "r3 += 1"),
    "variable offset": lines(
      PACKET,
      "r4 = r2",
      "r4 += 1",
      "if r4 > r3 goto +7",
      "r5 = *(u8 *)(r2 + 0)",
      "r5 &= 15",
      "r2 += r5",
      "r4 = r2",
      "r4 += 4",
      "if r4 > r3 goto +1",
      "r0 = *(u32 *)(r2 + 0)",
    ),
    "variable offset without a second check": lines(
      PACKET,
      "r4 = r2",
      "r4 += 1",
      "if r4 > r3 goto +4",
      "r5 = *(u8 *)(r2 + 0)",
      "r5 &= 15",
      "r2 += r5",
      "r0 = *(u32 *)(r2 + 0)",
    ),
    "variable offset of 64 bits": lines(PACKET, "r5 = *(u64 *)(r1 + 152)", "r2 += r5", "r0 = *(u32 *)(r2 + 0)"),
    metadata:
      "r2 = *(u32 *)(r1 + 140); r3 = *(u32 *)(r1 + 76); r4 = r2; r4 += 4; if r4 > r3 goto +1; r0 = *(u32 *)(r2 + 0)",
    "metadata against the end":
      "r2 = *(u32 *)(r1 + 140); r3 = *(u32 *)(r1 + 80); r4 = r2; r4 += 4; if r4 > r3 goto +1; r0 = *(u32 *)(r2 + 0)",
    "after a helper that changes it": lines(
      "r6 = r1",
      PACKET,
      "r7 = r2",
      "r2 += 14",
      "if r2 > r3 goto +4",
      "r1 = r6",
      "r2 = 0",
      "call 39",
      "r0 = *(u8 *)(r7 + 0)",
    ),
    "as a key": lines(PACKET, "r4 = r2", "r4 += 8", "if r4 > r3 goto +2", "r1 = map[hash]", "call 1"),
  }),
  {
    name: "packet: write in a lightweight tunnel",
    type: LWT_IN,
    text: lines(PACKET, "r4 = r2", "r4 += 14", "if r4 > r3 goto +1", "*(u8 *)(r2 + 0) = 8", END),
  },
  {
    name: "packet: strictly aligned",
    strictAlignment: true,
    text: lines(PACKET, "r4 = r2", "r4 += 14", "if r4 > r3 goto +1", "r0 = *(u32 *)(r2 + 2)", END),
  },
  {
    name: "packet: strictly misaligned",
    strictAlignment: true,
    text: lines(PACKET, "r4 = r2", "r4 += 14", "if r4 > r3 goto +1", "r0 = *(u32 *)(r2 + 0)", END),
  },
  ...short("packet loads", {
    "without R6": "r0 = *(u8 *)skb[0]",
    absolute: "r6 = r1; r0 = *(u16 *)skb[12]",
    indirect: "r6 = r1; r7 = 4; r0 = *(u32 *)skb[r7 + 2]",
    "R6 is no context": "r6 = r10; r0 = *(u8 *)skb[0]",
    "R1 afterwards": "r6 = r1; r0 = *(u8 *)skb[0]; r2 = r1",
  }),
  ...short("packet loads in xdp", { absolute: "r6 = r1; r0 = *(u8 *)skb[0]" }, XDP),
  ...withValue("map values", {
    read: "r0 = *(u64 *)(r9 + 8)",
    "behind the end": "r0 = *(u64 *)(r9 + 9)",
    "before the beginning": "r0 = *(u8 *)(r9 - 1)",
    write: "*(u32 *)(r9 + 12) = 1",
    "a pointer into it": "*(u64 *)(r9 + 0) = r10",
    "masked index": "r1 = *(u32 *)(r9 + 0); r1 &= 15; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "masked index too large": "r1 = *(u32 *)(r9 + 0); r1 &= 31; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "compared index": "r1 = *(u32 *)(r9 + 0); if r1 > 12 goto out; r9 += r1; r0 = *(u32 *)(r9 + 0)",
    "compared index too large": "r1 = *(u32 *)(r9 + 0); if r1 > 13 goto out; r9 += r1; r0 = *(u32 *)(r9 + 0)",
    "unknown index": "r1 = *(u32 *)(r9 + 0); r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "signed index": "r1 = *(s32 *)(r9 + 0); if r1 s> 12 goto out; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "signed index with both limits":
      "r1 = *(s32 *)(r9 + 0); if r1 s> 12 goto out; if r1 s< 0 goto out; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "32-bit comparison": "r1 = *(u64 *)(r9 + 0); if w1 > 12 goto out; w1 = w1; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "32-bit comparison without extension": "r1 = *(u64 *)(r9 + 0); if w1 > 12 goto out; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "index minus": "r1 = *(u32 *)(r9 + 0); r1 &= 7; r9 += 8; r9 -= r1; r0 = *(u8 *)(r9 + 0)",
    remainder: "r1 = *(u32 *)(r9 + 0); r1 %= 16; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "right shift": "r1 = *(u64 *)(r9 + 0); r1 >>= 60; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "sign shifts": "r1 = *(u64 *)(r9 + 0); r1 <<= 32; r1 s>>= 32; if r1 > 15 goto out; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "multiplied index": "r1 = *(u32 *)(r9 + 0); r1 &= 3; r1 *= 4; r9 += r1; r0 = *(u32 *)(r9 + 0)",
    "multiplied index too large": "r1 = *(u32 *)(r9 + 0); r1 &= 3; r1 *= 5; r9 += r1; r0 = *(u32 *)(r9 + 0)",
    "bits compared with &": "r1 = *(u32 *)(r9 + 0); if r1 & 0xfffffff0 goto out; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "linked copy": "r1 = *(u32 *)(r9 + 0); r2 = r1; if r1 > 15 goto out; r9 += r2; r0 = *(u8 *)(r9 + 0)",
    "linked copy plus one":
      "r1 = *(u32 *)(r9 + 0); r2 = r1; r2 += 1; if r1 > 14 goto out; r9 += r2; r0 = *(u8 *)(r9 + 0)",
    equality: "r1 = *(u32 *)(r9 + 0); if r1 != 12 goto out; r9 += r1; r0 = *(u32 *)(r9 + 0)",
    "two registers compared":
      "r1 = *(u32 *)(r9 + 0); r2 = *(u32 *)(r9 + 4); r2 &= 15; if r1 >= r2 goto out; r9 += r1; r0 = *(u8 *)(r9 + 0)",
    "atomic exchange": "r1 = 5; r1 = xchg_64(r9 + 0, r1)",
    "compare and exchange": "r0 = 0; r1 = 5; r0 = cmpxchg_64(r9 + 0, r0, r1)",
  }),
  ...short("maps", {
    "look-up without null check": lines(LOOK_UP, "r0 = *(u64 *)(r0 + 0)"),
    "look-up with null check": lines(LOOK_UP, "if r0 == 0 goto +1", "r0 = *(u64 *)(r0 + 0)"),
    "look-up checked the wrong way": lines(LOOK_UP, "if r0 != 0 goto +1", "r0 = *(u64 *)(r0 + 0)"),
    "arithmetic before the null check": lines(LOOK_UP, "r0 += 4"),
    "copy checked": lines(LOOK_UP, "r6 = r0", "if r6 == 0 goto +1", "r0 = *(u64 *)(r0 + 0)"),
    "constant key": "*(u32 *)(r10 - 4) = 2; r2 = r10; r2 += -4; r1 = map[array]; call 1; r0 = *(u64 *)(r0 + 0)",
    "constant key too large":
      "*(u32 *)(r10 - 4) = 4; r2 = r10; r2 += -4; r1 = map[array]; call 1; r0 = *(u64 *)(r0 + 0)",
    "key not set": "r2 = r10; r2 += -8; r1 = map[hash]; call 1",
    "key too short": "r2 = r10; r2 += -4; r1 = map[hash]; call 1",
    "no map": "r2 = r10; r2 += -8; *(u64 *)(r10 - 8) = 1; r1 = 5; call 1",
    "value in a program array": "r2 = r10; r2 += -4; *(u32 *)(r10 - 4) = 1; r1 = map[programs]; call 1",
    update:
      "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 16) = 1; r1 = map[hash]; r2 = r10; r2 += -8; r3 = r10; r3 += -16; r4 = 0; call 2",
    "update without flags":
      "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 16) = 1; r1 = map[hash]; r2 = r10; r2 += -8; r3 = r10; r3 += -16; call 2",
    "update of a read-only map":
      "*(u64 *)(r10 - 8) = 0; r1 = map[readonly]; r2 = r10; r2 += -4; r3 = r10; r3 += -8; r4 = 0; call 2",
    "update of devices":
      "*(u64 *)(r10 - 8) = 0; r1 = map[devices]; r2 = r10; r2 += -4; r3 = r10; r3 += -8; r4 = 0; call 2",
    "first value": "r1 = map[one][0]+8; r0 = *(u64 *)(r1 + 48)",
    "first value, too far": "r1 = map[one][0]+8; r0 = *(u64 *)(r1 + 56)",
    "first value, offset outside": "r1 = map[one][0]+64",
    "first value of a hash": "r1 = map[hash][0]+0",
    "write to a read-only map": "r1 = map[readonly][0]+0; *(u8 *)(r1 + 0) = 1",
    "read of a write-only map": "r1 = map[writeonly][0]+0; r0 = *(u8 *)(r1 + 0)",
    "queue, pop": "r1 = map[queue]; r2 = r10; r2 += -8; call 88; r0 = *(u64 *)(r10 - 8)",
    "queue, look-up": "*(u64 *)(r10 - 8) = 0; r1 = map[queue]; r2 = r10; r2 += -8; call 1",
  }),
  ...short("helpers", {
    "unknown number": "call 9999",
    "of another type": "call 44",
    time: "call 5",
    processor: "call 8; r1 = map[one][0]+0; r1 += r0; r0 = *(u8 *)(r1 + 0)",
    "memory and size": "r2 = 0; r3 = r10; r3 += -16; r4 = 16; call 26; r0 = *(u64 *)(r10 - 8)",
    "size too large": "r2 = 0; r3 = r10; r3 += -16; r4 = 17; call 26",
    "size zero": "r2 = 0; r3 = r10; r3 += -16; r4 = 0; call 26",
    "size unknown": "r6 = r1; call 7; r4 = r0; r1 = r6; r2 = 0; r3 = r10; r3 += -16; call 26",
    "size negative": "r2 = 0; r3 = r10; r3 += -16; r4 = -1; call 26",
    "size masked": "r6 = r1; call 7; r4 = r0; r4 &= 15; r4 += 1; r1 = r6; r2 = 0; r3 = r10; r3 += -16; call 26",
    "memory is a number": "r2 = 0; r3 = 5; r4 = 4; call 26",
    "context is not one": "r1 = r10; r2 = 0; r3 = r10; r3 += -16; r4 = 16; call 26",
    "argument not set": "r2 = 0; r3 = r10; r3 += -16; call 26",
    "null memory": "r1 = 0; r2 = 0; r3 = 0; r4 = 0; r5 = 0; call 28",
    "output to the spilled context":
      "*(u64 *)(r10 - 8) = r1; r2 = 0; r3 = r10; r3 += -8; r4 = 8; call 26; r2 = *(u64 *)(r10 - 8); r0 = *(u32 *)(r2 + 0)",
  }),
  {
    name: "helpers: GPL only",
    license: "Proprietary",
    text: lines("*(u64 *)(r10 - 8) = 0", "r1 = r10", "r1 += -8", "r2 = 8", "call 6", END),
  },
  {
    name: "helpers: GPL only in a GPL program",
    text: lines("*(u64 *)(r10 - 8) = 0", "r1 = r10", "r1 += -8", "r2 = 8", "call 6", END),
  },
  ...short("references", {
    "record submitted":
      "r1 = map[ring]; r2 = 8; r3 = 0; call 131; if r0 == 0 goto +4; *(u64 *)(r0 + 0) = 1; r1 = r0; r2 = 0; call 132",
    "record leaked": "r1 = map[ring]; r2 = 8; r3 = 0; call 131; if r0 == 0 goto +1; *(u64 *)(r0 + 0) = 1",
    "record used afterwards":
      "r1 = map[ring]; r2 = 8; r3 = 0; call 131; if r0 == 0 goto +5; r6 = r0; r1 = r0; r2 = 0; call 132; *(u64 *)(r6 + 0) = 1",
    "record submitted twice":
      "r1 = map[ring]; r2 = 8; r3 = 0; call 131; if r0 == 0 goto +7; r6 = r0; r1 = r0; r2 = 0; call 132; r1 = r6; r2 = 0; call 132",
    "record overrun": "r1 = map[ring]; r2 = 8; r3 = 0; call 131; if r0 == 0 goto +1; *(u64 *)(r0 + 1) = 1",
    "record of unknown size": "call 7; r2 = r0; r1 = map[ring]; r3 = 0; call 131",
    "record moved": "r1 = map[ring]; r2 = 8; r3 = 0; call 131; if r0 == 0 goto +4; r1 = r0; r1 += 4; r2 = 0; call 132",
    "record not checked": "r1 = map[ring]; r2 = 8; r3 = 0; call 131; r1 = r0; r2 = 0; call 132",
    "socket leaked":
      "*(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r2 = r10; r2 += -16; r3 = 12; r4 = 0; r5 = 0; call 84",
    "socket released":
      "*(u64 *)(r10 - 8) = 0; *(u64 *)(r10 - 16) = 0; r2 = r10; r2 += -16; r3 = 12; r4 = 0; r5 = 0; call 84; if r0 == 0 goto +2; r1 = r0; call 86",
    "socket of the packet": "r2 = *(u64 *)(r1 + 168); if r2 == 0 goto +1; r0 = *(u32 *)(r2 + 4)",
    "socket of the packet unchecked": "r2 = *(u64 *)(r1 + 168); r0 = *(u32 *)(r2 + 4)",
    "full socket": "r1 = *(u64 *)(r1 + 168); if r1 == 0 goto +3; call 95; if r0 == 0 goto +1; r0 = *(u32 *)(r0 + 16)",
    "write to a socket": "r2 = *(u64 *)(r1 + 168); if r2 == 0 goto +1; *(u32 *)(r2 + 4) = 1",
  }),
  ...short("tail calls", {
    "into one of two arrays":
      "r3 = *(u32 *)(r1 + 0); r2 = map[programs]; if r3 == 5 goto +2; r2 = map[others]; r3 = 7; call 12",
    "into the same array from two ways":
      "r3 = *(u32 *)(r1 + 0); r2 = map[programs]; if r3 == 5 goto +1; r3 = 1; call 12",
    "constant index": "r2 = map[programs]; r3 = 1; call 12",
    "unknown index": "r6 = r1; call 7; r3 = r0; r1 = r6; r2 = map[programs]; call 12",
    "R0 afterwards": "r2 = map[programs]; r3 = 1; call 12; r1 = r0",
  }),
  ...[
    ["function: result", "r1 = 5\ncall f\nexit\nf:\nr0 = r1\nexit"],
    ["function: argument not set", "call f\nexit\nf:\nr0 = r3\nexit"],
    ["function: R6 of the caller", "r6 = 1\ncall f\nexit\nf:\nr0 = r6\nexit"],
    ["function: R6 kept", "r6 = 1\ncall f\nr0 = r6\nexit\nf:\nr0 = 0\nexit"],
    [
      "function: stack of the caller",
      "*(u64 *)(r10 - 8) = 1\nr1 = r10\nr1 += -8\ncall f\nr0 = *(u64 *)(r10 - 8)\nexit\nf:\n*(u64 *)(r1 + 0) = 2\nr0 = 0\nexit",
    ],
    ["function: own stack pointer to the caller", "call f\nexit\nf:\nr0 = r10\nexit"],
    [
      "function: own stack pointer into the caller's stack",
      "r1 = r10\nr1 += -8\ncall f\nr0 = 0\nexit\nf:\n*(u64 *)(r1 + 0) = r10\nr0 = 0\nexit",
    ],
    [
      "function: context spilled into the caller's stack",
      "r2 = r10\nr2 += -8\ncall f\nr1 = *(u64 *)(r10 - 8)\nr0 = *(u32 *)(r1 + 0)\nexit\nf:\n*(u64 *)(r2 + 0) = r1\nr0 = 0\nexit",
    ],
    ["function: recursion", "call f\nexit\nf:\ncall f\nexit"],
    ["function: result not set", "r1 = 1\ncall f\nr0 = 0\nexit\nf:\nexit"],
    [
      "function: stack too large together",
      "*(u64 *)(r10 - 300) = 1\ncall f\nexit\nf:\n*(u64 *)(r10 - 296) = 1\nr0 = 0\nexit",
    ],
    [
      "function: stack too large together, aligned",
      "*(u64 *)(r10 - 304) = 1\ncall f\nexit\nf:\n*(u64 *)(r10 - 296) = 1\nr0 = 0\nexit",
    ],
    ["function: tail call", "call f\nexit\nf:\nr0 = 0\nr2 = map[programs]\nr3 = 0\ncall 12\nr0 = 0\nexit"],
    ["function: jump into another", "r0 = 0\nif r0 == 0 goto g\ncall f\nexit\nf:\nr0 = 1\ng:\nr0 = 2\nexit"],
    ["function: two calls, one walk", "r1 = 1\ncall f\nr1 = 2\ncall f\nexit\nf:\nr0 = r1\nr0 += 1\nexit"],
    ["flow: unreachable", "r0 = 0\nexit\nr0 = 1\nexit"],
    ["flow: falls off the end", "r0 = 0\nr1 = 1"],
    ["flow: jumps back at the end", "a:\nr0 = 0\nif r0 == 0 goto b\ngoto a\nb:\nexit"],
    ["flow: endless", "a:\nr0 = 0\ngoto a"],
    ["flow: endless without a change", "r0 = 0\na:\nif r0 == 0 goto a\nexit"],
    ["loop: bounded", "r0 = 0\na:\nr0 += 1\nif r0 < 100 goto a\nr0 = 0\nexit"],
    [
      "loop: two nested",
      "r6 = 0\na:\nr7 = 0\nb:\nr7 += 1\nif r7 < 10 goto b\nr6 += 1\nif r6 < 10 goto a\nr0 = 0\nexit",
    ],
    ["loop: limit masked", "call 7\nr6 = r0\nr6 &= 31\nr7 = 0\na:\nr7 += 1\nif r7 < r6 goto a\nr0 = 0\nexit"],
    ["loop: ends on chance", "a:\ncall 7\nif r0 != 0 goto a\nr0 = 0\nexit"],
    ["loop: counts down", "r6 = 64\na:\nr6 -= 1\nif r6 != 0 goto a\nr0 = 0\nexit"],
    [
      "loop: with a branch inside",
      "r6 = 0\na:\ncall 7\nif r0 > 5 goto b\nr6 += 1\nb:\nr6 += 1\nif r6 < 20 goto a\nr0 = 0\nexit",
    ],
    ["loop: a million", "r0 = 0\na:\nr0 += 1\nif r0 < 1000000 goto a\nr0 = 0\nexit"],
    ["may_goto: endless otherwise", "r6 = 0\na:\nmay_goto b\nr6 += 1\ngoto a\nb:\nr0 = 0\nexit"],
    [
      "may_goto: index from the loop",
      "r6 = 0\nr7 = map[one][0]+0\na:\nmay_goto b\nr1 = r7\nr1 += r6\n*(u8 *)(r1 + 0) = 1\nr6 += 1\ngoto a\nb:\nr0 = 0\nexit",
    ],
    [
      "may_goto: checked index",
      "r6 = 0\nr7 = map[one][0]+0\na:\nmay_goto b\nif r6 >= 64 goto b\nr1 = r7\nr1 += r6\n*(u8 *)(r1 + 0) = 1\nr6 += 1\ngoto a\nb:\nr0 = 0\nexit",
    ],
    [
      "pruning: many branches",
      `r6 = 0\n${Array.from({ length: 16 }, () => "call 7\nif r0 > 7 goto +1\nr6 = 1").join("\n")}\nr0 = 0\nexit`,
    ],
    [
      "pruning: many branches that matter",
      `r6 = 0\nr7 = map[one][0]+0\n${Array.from({ length: 8 }, (_, i) => `call 7\nif r0 > 7 goto +1\nr6 += ${i}`).join("\n")}\nr7 += r6\nr0 = *(u8 *)(r7 + 0)\nr0 = 0\nexit`,
    ],
    ["branch: dead code is not walked", "r0 = 0\nif r0 == 0 goto +1\nr1 = r9\nexit"],
    ["branch: decided by range", "call 7\nr0 &= 7\nif r0 < 8 goto +1\nr1 = r9\nr0 = 0\nexit"],
    ["branch: decided by sign", "r0 = -1\nif r0 s< 0 goto +1\nr1 = r9\nr0 = 0\nexit"],
    ["branch: decided in 32 bits", "r0 = 0x100000000 ll\nif w0 == 0 goto +1\nr1 = r9\nr0 = 0\nexit"],
    ["branch: decided by bits", "call 7\nr0 |= 1\nif r0 & 1 goto +1\nr1 = r9\nr0 = 0\nexit"],
    ["branch: register with itself", "call 7\nif r0 == r0 goto +1\nr1 = r9\nr0 = 0\nexit"],
    [
      "precision: index found late",
      "call 7\nr6 = r0\nr6 &= 7\nr8 = r6\nif r0 > 100 goto +1\nr8 = 3\nr7 = map[one][0]+0\nr7 += r8\nr0 = *(u8 *)(r7 + 0)\nr0 = 0\nexit",
    ],
    [
      "precision: through the stack",
      "call 7\nr6 = 4\nif r0 > 100 goto +1\nr6 = 100\n*(u64 *)(r10 - 8) = r6\nr1 = 1\nr2 = *(u64 *)(r10 - 8)\nr7 = map[one][0]+0\nr7 += r2\nr0 = *(u8 *)(r7 + 0)\nr0 = 0\nexit",
    ],
    [
      "precision: through a function",
      "call 7\nr1 = r0\ncall f\nr7 = map[one][0]+0\nr7 += r0\nr0 = *(u8 *)(r7 + 0)\nr0 = 0\nexit\nf:\nr0 = 63\nif r1 > 5 goto +1\nr0 = 64\nexit",
    ],
  ].map(([name, text]) => ({ name: name!, text: text! })),
  ...[
    ["context and stack, loaded", "", "r3 = *(u32 *)(r6 + 8)"],
    ["context and stack, stored", "", "*(u32 *)(r6 + 8) = r0"],
    ["context and stack, a constant stored", "", "*(u32 *)(r6 + 8) = 1"],
    ["context in part and stack", "", "r3 = *(u8 *)(r6 + 8)"],
    ["context and stack, added to", "", "lock *(u32 *)(r6 + 8) += r0"],
    ["context and a number", "r6 = r0", "r3 = *(u32 *)(r6 + 8)"],
  ].map(([name, change, access]) => ({
    name: `mixed pointers: ${name}`,
    text: lines(
      "r6 = r1\nr7 = r10\nr7 += -16\n*(u64 *)(r10 - 8) = 0\n*(u64 *)(r10 - 16) = 0\ncall 7\nif r0 == 0 goto there",
      change === "" ? "r6 = r7" : change!,
      "there:",
      access!,
      END,
    ),
  })),
  {
    name: "mixed pointers: map value and stack",
    text: lines(
      ARRAY_VALUE,
      "*(u64 *)(r10 - 16) = 0\ncall 7\nif r0 == 0 goto there\nr9 = r10\nr9 += -16\nthere: r3 = *(u32 *)(r9 + 0)\nout:",
      END,
    ),
  },
  {
    name: "mixed pointers: a record and a map value",
    text: lines(
      ARRAY_VALUE,
      "r1 = map[ring]\nr2 = 16\nr3 = 0\ncall 131\nif r0 == 0 goto out\nr6 = r0\nr8 = r0\ncall 7\nif r0 == 0 goto there\nr8 = r9",
      "there: r3 = *(u32 *)(r8 + 0)\nr1 = r6\nr2 = 0\ncall 133\nout:",
      END,
    ),
  },
  {
    name: "mixed pointers: a socket and its TCP half",
    text: lines(
      "r6 = *(u64 *)(r1 + 168)\nif r6 == 0 goto out\nr1 = r6\ncall 96\nif r0 == 0 goto there\nr6 = r0",
      "there: r3 = *(u32 *)(r6 + 4)\nout:",
      END,
    ),
  },
  {
    name: "linked scalars: one at a distance becomes known",
    text: lines("call 7", "r1 = r0\nr1 += 5\nif r0 == 3 goto out\nr1 = 0", "out: r0 = r1\nexit"),
  },
  {
    name: "linked scalars: one is never read again",
    text: lines("call 7", "r1 = r0\nr2 = r0\nif r0 > 7 goto out\nr3 = r10\nr3 -= r1", "out:", END),
  },
  {
    name: "tail calls: out of a function",
    text: lines(
      "r6 = r1\ncall inner\nr3 = *(u32 *)(r6 + 76)\nr4 = *(u32 *)(r6 + 80)",
      END,
      "inner: r2 = map[programs]\nr3 = 0\ncall 12\nr0 = 7\nexit",
    ),
  },
  {
    name: "scalars: bits and range leave one number",
    text: lines(
      "call 7\nr0 &= 2\nif r0 == 0 goto out\nr1 = r10\nr1 -= 2\nr0 -= 2\nr1 += r0\n*(u8 *)(r1 + 0) = 1",
      "out:",
      END,
    ),
  },
  ...[0, 1, 2].map((value) => ({
    name: `result: ${value} of cgroup_skb`,
    type: CGROUP_SKB,
    text: `r0 = ${value}\nexit`,
  })),
  { name: "result: 3 of cgroup_skb at egress", type: CGROUP_SKB, expectedAttachType: 1, text: "r0 = 3\nexit" },
  { name: "result: 4 of cgroup_skb at egress", type: CGROUP_SKB, expectedAttachType: 1, text: "r0 = 4\nexit" },
  { name: "result: unknown of cgroup_skb", type: CGROUP_SKB, text: "r0 = *(u32 *)(r1 + 0)\nexit" },
  { name: "result: masked of cgroup_skb", type: CGROUP_SKB, text: "r0 = *(u32 *)(r1 + 0)\nr0 &= 1\nexit" },
  { name: "result: a pointer of cgroup_skb", type: CGROUP_SKB, text: "r0 = r1\nexit" },
  { name: "result: not set", text: "exit" },
];
