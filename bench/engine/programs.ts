/** A program to be measured: classifiers (BPF_PROG_TYPE_SCHED_CLS) in the kernel's syntax, which Linux's verifier accepts. */
export interface BenchProgram {
  readonly name: string;
  readonly text: string;
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

/** Data at `bytes` and beyond: r2 = first byte, or the program ends with 0. */
const direct = (bytes: number): string => `
  r2 = *(u32 *)(r1 + 76)
  r3 = *(u32 *)(r1 + 80)
  r0 = 0
  r4 = r2
  r4 += ${bytes}
  if r4 > r3 goto out`;

const xorshift = `
  r0 = 2463534242
  r2 = 0
loop:
  r1 = r0
  r1 <<= 13
  r0 ^= r1
  r1 = r0
  r1 >>= 7
  r0 ^= r1
  r1 = r0
  r1 <<= 17
  r0 ^= r1
  r2 += 1
  if r2 < 1000 goto loop
  exit`;

const tcp22 = `
  r6 = r1
  r0 = *(u16 *)skb[12]
  if r0 != 0x800 goto no
  r0 = *(u8 *)skb[23]
  if r0 != 6 goto no
  r0 = *(u16 *)skb[20]
  if r0 & 0x1fff goto no
  r0 = *(u8 *)skb[14]
  r0 &= 15
  r0 <<= 2
  r7 = r0
  r0 = *(u16 *)skb[r7 + 14]
  if r0 == 22 goto yes
  r0 = *(u16 *)skb[r7 + 16]
  if r0 == 22 goto yes
no:
  r0 = 0
  exit
yes:
  r0 = 65535
  exit`;

/** Addresses, protocol and ports into one hash. */
const headersAbsolute = `
  r6 = r1
  r0 = *(u16 *)skb[12]
  if r0 != 0x800 goto no
  r0 = *(u32 *)skb[26]
  r7 = r0
  r0 = *(u32 *)skb[30]
  r7 ^= r0
  r0 = *(u8 *)skb[23]
  r7 += r0
  r0 = *(u8 *)skb[14]
  r0 &= 15
  r0 <<= 2
  r8 = r0
  r0 = *(u16 *)skb[r8 + 14]
  r0 <<= 16
  r7 += r0
  r0 = *(u16 *)skb[r8 + 16]
  r7 ^= r0
  r0 = r7
  r7 >>= 16
  r0 ^= r7
  exit
no:
  r0 = 0
  exit`;

const headersDirect = `${direct(54)}
  r5 = *(u16 *)(r2 + 12)
  r5 = be16 r5
  if r5 != 0x800 goto out
  r5 = *(u8 *)(r2 + 14)
  r5 &= 15
  if r5 != 5 goto out
  r0 = *(u32 *)(r2 + 26)
  r0 = be32 r0
  r4 = *(u32 *)(r2 + 30)
  r4 = be32 r4
  w0 ^= w4
  r4 = *(u8 *)(r2 + 23)
  r0 += r4
  r4 = *(u16 *)(r2 + 34)
  r4 = be16 r4
  r4 <<= 16
  r0 += r4
  r4 = *(u16 *)(r2 + 36)
  r4 = be16 r4
  r0 ^= r4
  r4 = r0
  r4 >>= 16
  r0 ^= r4
out:
  exit`;

const checksum = `${direct(1500)}
  r5 = 0
loop:
  r4 = *(u16 *)(r2 + 0)
  r0 += r4
  r2 += 2
  r5 += 1
  if r5 < 750 goto loop
  r4 = r0
  r4 >>= 16
  r0 &= 0xffff
  r0 += r4
  r4 = r0
  r4 >>= 16
  r0 += r4
  r0 ^= 0xffff
  r0 &= 0xffff
out:
  exit`;

const fnv = `${direct(256)}
  r0 = 0xcbf29ce484222325 ll
  r6 = 0x100000001b3 ll
  r5 = 0
loop:
  r4 = *(u8 *)(r2 + 0)
  r0 ^= r4
  r0 *= r6
  r2 += 1
  r5 += 1
  if r5 < 256 goto loop
out:
  exit`;

/** Bob Jenkins' hash as the kernel has it (linux/jhash.h), over 20 times three words. */
const jhash = `${direct(240)}
  w6 = 0xdeadbf57
  w7 = w6
  w8 = w6
  r5 = 0
loop:
  r4 = *(u32 *)(r2 + 0)
  w6 += w4
  r4 = *(u32 *)(r2 + 4)
  w7 += w4
  r4 = *(u32 *)(r2 + 8)
  w8 += w4
${[
  [6, 8, 4, 8, 7],
  [7, 6, 6, 6, 8],
  [8, 7, 8, 7, 6],
  [6, 8, 16, 8, 7],
  [7, 6, 19, 6, 8],
  [8, 7, 4, 7, 6],
]
  .map(
    ([a, b, by, c, d]) => `
  w${a} -= w${b}
  w3 = w${b}
  w3 <<= ${by}
  w4 = w${b}
  w4 >>= ${32 - by!}
  w3 |= w4
  w${a} ^= w3
  w${c} += w${d}`,
  )
  .join("")}
  r2 += 12
  r5 += 1
  if r5 < 20 goto loop
  w0 = w8
out:
  exit`;

/** 256 bytes from the packet to the stack, one by one. */
const copy = `${direct(256)}
  r6 = r10
  r6 += -256
  r5 = 0
loop:
  r4 = *(u8 *)(r2 + 0)
  *(u8 *)(r6 + 0) = r4
  r2 += 1
  r6 += 1
  r5 += 1
  if r5 < 256 goto loop
  r0 = *(u8 *)(r10 - 1)
out:
  exit`;

/** Finds 16 ports of the packet's bytes among 64, as a tree of comparisons, the way compilers write a switch. */
function searchTree(): string {
  const tree = (low: number, high: number): string => {
    if (low === high) return `\n  r0 += ${low * 7 + 1}\n  goto next`;
    const middle = (low + high) >> 1;
    const label = `t${low}_${high}`;
    return `\n  if w4 > ${middle * 1021} goto ${label}${tree(low, middle)}\n${label}:${tree(middle + 1, high)}`;
  };
  return `${direct(64)}
  r5 = 0
loop:
  r4 = *(u16 *)(r2 + 0)
  r4 = be16 r4${tree(0, 63)}
next:
  r2 += 2
  r5 += 1
  if r5 < 16 goto loop
out:
  exit`;
}

/** 10,000 operations on eight registers, always the same. */
function straight(): string {
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const registers = [0, 2, 3, 4, 5, 6, 7, 8];
  const pick = () => registers[random(registers.length)]!;
  const operation = (): string => {
    const width = random(2) === 0 ? "r" : "w";
    const dst = `${width}${pick()}`;
    const operator = ["+=", "-=", "*=", "^=", "|=", "&=", "<<=", ">>="][random(8)]!;
    if (operator.length === 3) return `  ${dst} ${operator} ${1 + random(31)}`;
    return `  ${dst} ${operator} ${random(2) === 0 ? `${width}${pick()}` : random(1 << 30)}`;
  };
  return `
  r9 = *(u32 *)(r1 + 0)
${registers.map((register) => `  r${register} = r9\n  r${register} += ${register * 77}`).join("\n")}
${lines(10_000, operation)}
${registers
  .slice(1)
  .map((register) => `  r0 ^= r${register}`)
  .join("\n")}
  exit`;
}

const calls = `
  r6 = 0
  r7 = 1
loop:
  r1 = r7
  r2 = r6
  call mix
  r7 = r0
  r6 += 1
  if r6 < 100 goto loop
  r0 = r7
  exit
mix:
  r0 = r1
  r0 *= 31
  r0 += r2
  r1 = r0
  r1 >>= 7
  r0 ^= r1
  exit`;

const atomics = `
  r1 = 0
  *(u64 *)(r10 - 8) = r1
  *(u64 *)(r10 - 16) = r1
  r2 = 0
loop:
  r3 = r2
  lock *(u64 *)(r10 - 8) += r3
  r3 = atomic_fetch_add((u64 *)(r10 - 16), r3)
  r4 = r3
  r4 = xchg_64(r10 - 8, r4)
  r0 = r3
  r5 = r4
  r0 = cmpxchg_64(r10 - 16, r0, r5)
  lock *(u32 *)(r10 - 8) ^= w4
  r2 += 1
  if r2 < 100 goto loop
  r0 = *(u64 *)(r10 - 8)
  exit`;

const swaps = `${direct(256)}
  r5 = 0
loop:
  r4 = *(u64 *)(r2 + 0)
  r3 = r4
  r3 = be64 r3
  r0 ^= r3
  r3 = r4
  r3 = be32 r3
  r0 += r3
  r3 = *(u16 *)(r2 + 2)
  r3 = be16 r3
  r0 += r3
  r3 = r4
  r3 = bswap64 r3
  r0 ^= r3
  r2 += 8
  r5 += 1
  if r5 < 32 goto loop
out:
  exit`;

/** Does nothing: what it takes is what each engine takes to run a program again. Shown, and left out of the mean. */
export const OVERHEAD: BenchProgram = { name: "nothing", text: "r0 = 0\nexit" };

export const PROGRAMS: readonly BenchProgram[] = [
  OVERHEAD,
  { name: "xorshift, 1000 rounds", text: xorshift },
  { name: "ip and tcp port 22", text: tcp22 },
  { name: "headers by LD_ABS", text: headersAbsolute },
  { name: "headers by direct access", text: headersDirect },
  { name: "checksum of 1500 bytes", text: checksum },
  { name: "FNV-1a of 256 bytes", text: fnv },
  { name: "jhash of 240 bytes", text: jhash },
  { name: "copy of 256 bytes", text: copy },
  { name: "search tree, 16 keys of 64", text: searchTree() },
  { name: "10,000 instructions straight", text: straight() },
  { name: "100 calls of a function", text: calls },
  { name: "atomics, 100 rounds", text: atomics },
  { name: "byte swaps, 32 rounds", text: swaps },
];
