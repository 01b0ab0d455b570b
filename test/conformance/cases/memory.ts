import type { ConformanceCase } from "../case.ts";

const BYTES = "80 81 82 83 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f";

const load = (name: string, statement: string, want: bigint): ConformanceCase => ({
  name,
  program: `r0 = -1\n${statement}\nexit`,
  memory: BYTES,
  want: BigInt.asUintN(64, want),
});

const store = (name: string, statement: string, wantMemory: string): ConformanceCase => ({
  name,
  program: `r0 = 0\nr3 = 0x1122334455667788 ll\n${statement}\nexit`,
  memory: BYTES,
  want: 0n,
  wantMemory,
});

/** An atomic operation on memory, and what R0 and R3 hold afterwards as R0 + 1000 * R3. */
const atomic = (
  name: string,
  bytes: 4 | 8,
  statement: string,
  { before, r0 = 0n, r3, want, after }: { before: bigint; r0?: bigint; r3: bigint; want: bigint; after: bigint },
): ConformanceCase => ({
  name,
  program: `r0 = ${r0} ll\nr3 = ${r3} ll\n${statement}\nr3 *= 1000\nr0 += r3\nexit`,
  memory: littleEndian(before, bytes),
  want: BigInt.asUintN(64, want),
  wantMemory: littleEndian(after, bytes),
});

function littleEndian(value: bigint, bytes: 4 | 8): string {
  const digits = BigInt.asUintN(64, value).toString(16).padStart(16, "0");
  const all = digits.match(/../g)!.reverse();
  // The bytes above a 4-byte value must stay as they are.
  return (bytes === 8 ? all : [...all.slice(0, 4), "aa", "bb", "cc", "dd"]).join("");
}

const HIGH = 0xffff_ffff_0000_0000n;

export const MEMORY: readonly ConformanceCase[] = [
  load("load of a byte", "r0 = *(u8 *)(r1 +1)", 0x81n),
  load("load of 16 bits", "r0 = *(u16 *)(r1 +0)", 0x8180n),
  load("load of 32 bits", "r0 = *(u32 *)(r1 +4)", 0x8786_8584n),
  load("load of 64 bits", "r0 = *(u64 *)(r1 +8)", 0x0f0e_0d0c_0b0a_0908n),
  load("load that is not aligned", "r0 = *(u32 *)(r1 +5)", 0x0887_8685n),
  load("load at a negative offset", "r1 += 8\nr0 = *(u8 *)(r1 -8)", 0x80n),
  load("load into its own base", "r1 = *(u8 *)(r1 +9)\nr0 = r1", 9n),
  load("load of a signed byte", "r0 = *(s8 *)(r1 +0)", -128n),
  load("load of signed 16 bits", "r0 = *(s16 *)(r1 +0)", -0x7e80n),
  load("load of signed 32 bits", "r0 = *(s32 *)(r1 +4)", BigInt.asIntN(32, 0x8786_8584n)),
  load("load of a positive signed byte", "r0 = *(s8 *)(r1 +15)", 15n),
  load("load_acquire of a byte", "r0 = load_acquire((u8 *)(r1 +3))", 0x83n),
  load("load_acquire of 16 bits", "r0 = load_acquire((u16 *)(r1 +2))", 0x8382n),
  load("load_acquire of 32 bits", "r0 = load_acquire((u32 *)(r1 +4))", 0x8786_8584n),
  load("load_acquire of 64 bits", "r0 = load_acquire((u64 *)(r1 +8))", 0x0f0e_0d0c_0b0a_0908n),
  store("store of a byte", "*(u8 *)(r1 +1) = r3", "80 88 82 83 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f"),
  store("store of 16 bits", "*(u16 *)(r1 +1) = r3", "80 88 77 83 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f"),
  store("store of 32 bits", "*(u32 *)(r1 +1) = r3", "80 88 77 66 55 85 86 87 08 09 0a 0b 0c 0d 0e 0f"),
  store("store of 64 bits", "*(u64 *)(r1 +8) = r3", "80 81 82 83 84 85 86 87 88 77 66 55 44 33 22 11"),
  store("store of an immediate byte", "*(u8 *)(r1 +1) = -1", "80 ff 82 83 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f"),
  store("store of immediate 16 bits", "*(u16 *)(r1 +0) = 258", "02 01 82 83 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f"),
  store("store of immediate 32 bits", "*(u32 *)(r1 +0) = -2", "fe ff ff ff 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f"),
  store(
    "store of an immediate extends its sign",
    "*(u64 *)(r1 +8) = -2",
    "80 81 82 83 84 85 86 87 fe ff ff ff ff ff ff ff",
  ),
  store(
    "store_release of a byte",
    "store_release((u8 *)(r1 +2), r3)",
    "80 81 88 83 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f",
  ),
  store(
    "store_release of 16 bits",
    "store_release((u16 *)(r1 +2), r3)",
    "80 81 88 77 84 85 86 87 08 09 0a 0b 0c 0d 0e 0f",
  ),
  store(
    "store_release of 32 bits",
    "store_release((u32 *)(r1 +4), r3)",
    "80 81 82 83 88 77 66 55 08 09 0a 0b 0c 0d 0e 0f",
  ),
  store(
    "store_release of 64 bits",
    "store_release((u64 *)(r1 +0), r3)",
    "88 77 66 55 44 33 22 11 08 09 0a 0b 0c 0d 0e 0f",
  ),
  { name: "the number of bytes in R2", program: "r0 = r2\nexit", memory: BYTES, want: 16n },
  {
    name: "the stack keeps what is stored",
    program:
      "r3 = 0x1122334455667788 ll\n*(u64 *)(r10 -8) = r3\n*(u8 *)(r10 -512) = 1\nr0 = *(u64 *)(r10 -8)\nr3 = *(u8 *)(r10 -512)\nr0 += r3\nexit",
    want: 0x1122_3344_5566_7789n,
  },
  {
    name: "the stack is little-endian",
    program: "r3 = 0x1122334455667788 ll\n*(u64 *)(r10 -16) = r3\nr0 = *(u16 *)(r10 -14)\nexit",
    want: 0x5566n,
  },

  atomic("atomic add of 64 bits", 8, "lock *(u64 *)(r1 +0) += r3", {
    before: 0xffff_ffffn,
    r3: 1n,
    want: 1000n,
    after: 0x1_0000_0000n,
  }),
  atomic("atomic add of 32 bits", 4, "lock *(u32 *)(r1 +0) += r3", {
    before: 0xffff_ffffn,
    r3: 2n,
    want: 2000n,
    after: 1n,
  }),
  atomic("atomic or of 64 bits", 8, "lock *(u64 *)(r1 +0) |= r3", {
    before: HIGH,
    r3: 5n,
    want: 5000n,
    after: HIGH | 5n,
  }),
  atomic("atomic or of 32 bits", 4, "lock *(u32 *)(r1 +0) |= r3", { before: 2n, r3: 5n, want: 5000n, after: 7n }),
  atomic("atomic and of 64 bits", 8, "lock *(u64 *)(r1 +0) &= r3", {
    before: HIGH | 7n,
    r3: 5n,
    want: 5000n,
    after: 5n,
  }),
  atomic("atomic and of 32 bits", 4, "lock *(u32 *)(r1 +0) &= r3", { before: 7n, r3: 5n, want: 5000n, after: 5n }),
  atomic("atomic xor of 64 bits", 8, "lock *(u64 *)(r1 +0) ^= r3", {
    before: HIGH | 7n,
    r3: 5n,
    want: 5000n,
    after: HIGH | 2n,
  }),
  atomic("atomic xor of 32 bits", 4, "lock *(u32 *)(r1 +0) ^= r3", { before: 7n, r3: 5n, want: 5000n, after: 2n }),
  atomic("atomic fetch and add of 64 bits", 8, "r3 = atomic64_fetch_add((u64 *)(r1 +0), r3)", {
    before: 7n,
    r3: -1n,
    want: 7000n,
    after: 6n,
  }),
  atomic("atomic fetch and add of 32 bits", 4, "r3 = atomic_fetch_add((u32 *)(r1 +0), r3)", {
    before: 0xffff_fff0n,
    r3: HIGH | 0x20n,
    want: 0xffff_fff0n * 1000n,
    after: 0x10n,
  }),
  atomic("atomic fetch and or of 64 bits", 8, "r3 = atomic64_fetch_or((u64 *)(r1 +0), r3)", {
    before: HIGH,
    r3: 1n,
    want: HIGH * 1000n,
    after: HIGH | 1n,
  }),
  atomic("atomic fetch and or of 32 bits", 4, "r3 = atomic_fetch_or((u32 *)(r1 +0), r3)", {
    before: 6n,
    r3: 1n,
    want: 6000n,
    after: 7n,
  }),
  atomic("atomic fetch and and of 64 bits", 8, "r3 = atomic64_fetch_and((u64 *)(r1 +0), r3)", {
    before: 6n,
    r3: 3n,
    want: 6000n,
    after: 2n,
  }),
  atomic("atomic fetch and and of 32 bits", 4, "r3 = atomic_fetch_and((u32 *)(r1 +0), r3)", {
    before: 6n,
    r3: 3n,
    want: 6000n,
    after: 2n,
  }),
  atomic("atomic fetch and xor of 64 bits", 8, "r3 = atomic64_fetch_xor((u64 *)(r1 +0), r3)", {
    before: 6n,
    r3: 3n,
    want: 6000n,
    after: 5n,
  }),
  atomic("atomic fetch and xor of 32 bits", 4, "r3 = atomic_fetch_xor((u32 *)(r1 +0), r3)", {
    before: 6n,
    r3: 3n,
    want: 6000n,
    after: 5n,
  }),
  atomic("atomic xchg of 64 bits", 8, "r3 = atomic64_xchg((u64 *)(r1 +0), r3)", {
    before: 6n,
    r3: HIGH | 3n,
    want: 6000n,
    after: HIGH | 3n,
  }),
  atomic("atomic xchg of 32 bits clears the upper half", 4, "r3 = atomic_xchg((u32 *)(r1 +0), r3)", {
    before: 6n,
    r3: HIGH | 3n,
    want: 6000n,
    after: 3n,
  }),
  atomic("atomic cmpxchg of 64 bits that matches", 8, "r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r3)", {
    before: HIGH | 6n,
    r0: HIGH | 6n,
    r3: 3n,
    want: (HIGH | 6n) + 3000n,
    after: 3n,
  }),
  atomic("atomic cmpxchg of 64 bits whose upper halves differ", 8, "r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r3)", {
    before: 6n,
    r0: HIGH | 6n,
    r3: 3n,
    want: 3006n,
    after: 6n,
  }),
  atomic("atomic cmpxchg of 32 bits looks at the lower halves", 4, "r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r3)", {
    before: 6n,
    r0: HIGH | 6n,
    r3: 3n,
    want: 3006n,
    after: 3n,
  }),
  atomic("atomic cmpxchg of 32 bits that does not match", 4, "r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r3)", {
    before: 6n,
    r0: 7n,
    r3: 3n,
    want: 3006n,
    after: 6n,
  }),
];
