import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { disassemble, type Syntax } from "../../../../src/bpf/isa/disassembler/disassemble.ts";

const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

/** Bytes, and the text in each syntax: kernel, llvm, mnemonic. */
const TABLE: readonly (readonly [hex: string, kernel: string, llvm: string, mnemonic: string])[] = [
  // Arithmetic
  ["07 01 0000 05000000", "r1 += 5", "r1 += 0x5", "add %r1, 5"],
  ["04 01 0000 fbffffff", "w1 += -5", "w1 += -0x5", "add32 %r1, -5"],
  ["1f 21 0000 00000000", "r1 -= r2", "r1 -= r2", "sub %r1, %r2"],
  ["2c 21 0000 00000000", "w1 *= w2", "w1 *= w2", "mul32 %r1, %r2"],
  ["37 01 0000 07000000", "r1 /= 7", "r1 /= 0x7", "div %r1, 7"],
  ["3f 21 0100 00000000", "r1 s/= r2", "r1 s/= r2", "sdiv %r1, %r2"],
  ["47 01 0000 00000080", "r1 |= -2147483648", "r1 |= -0x80000000", "or %r1, -2147483648"],
  ["5f a1 0000 00000000", "r1 &= r10", "r1 &= r10", "and %r1, %r10"],
  ["67 01 0000 20000000", "r1 <<= 32", "r1 <<= 0x20", "lsh %r1, 32"],
  ["7c 21 0000 00000000", "w1 >>= w2", "w1 >>= w2", "rsh32 %r1, %r2"],
  ["c7 01 0000 3f000000", "r1 s>>= 63", "r1 s>>= 0x3f", "arsh %r1, 63"],
  ["94 01 0000 03000000", "w1 %= 3", "w1 %= 0x3", "mod32 %r1, 3"],
  ["94 01 0100 03000000", "w1 s%= 3", "w1 s%= 0x3", "smod32 %r1, 3"],
  ["af 21 0000 00000000", "r1 ^= r2", "r1 ^= r2", "xor %r1, %r2"],
  ["b7 01 0000 ffffffff", "r1 = -1", "r1 = -0x1", "mov %r1, -1"],
  ["b4 00 0000 01000000", "w0 = 1", "w0 = 0x1", "mov32 %r0, 1"],
  ["bf 16 0000 00000000", "r6 = r1", "r6 = r1", "mov %r6, %r1"],
  ["bc 16 0000 00000000", "w6 = w1", "w6 = w1", "mov32 %r6, %r1"],
  ["bc 21 0800 00000000", "w1 = (s8)w2", "w1 = (s8)w2", "movsx832 %r1, %r2"],
  ["bc 21 1000 00000000", "w1 = (s16)w2", "w1 = (s16)w2", "movsx1632 %r1, %r2"],
  ["bf 21 0800 00000000", "r1 = (s8)r2", "r1 = (s8)r2", "movsx864 %r1, %r2"],
  ["bf 21 1000 00000000", "r1 = (s16)r2", "r1 = (s16)r2", "movsx1664 %r1, %r2"],
  ["bf 21 2000 00000000", "r1 = (s32)r2", "r1 = (s32)r2", "movsx3264 %r1, %r2"],
  ["87 01 0000 00000000", "r1 = -r1", "r1 = -r1", "neg %r1"],
  ["84 09 0000 00000000", "w9 = -w9", "w9 = -w9", "neg32 %r9"],
  ["d4 01 0000 10000000", "r1 = le16 r1", "r1 = le16 r1", "le16 %r1"],
  ["dc 01 0000 20000000", "r1 = be32 r1", "r1 = be32 r1", "be32 %r1"],
  ["d7 01 0000 40000000", "r1 = bswap64 r1", "r1 = bswap64 r1", "swap64 %r1"],
  [
    "bf 21 0100 01000000",
    "r1 = addr_space_cast(r2, 0, 1)",
    "r1 = addr_space_cast(r2, 0x0, 0x1)",
    "addr_space_cast %r1, %r2, 0, 1",
  ],
  [
    "bf 21 0100 00000100",
    "r1 = addr_space_cast(r2, 1, 0)",
    "r1 = addr_space_cast(r2, 0x1, 0x0)",
    "addr_space_cast %r1, %r2, 1, 0",
  ],
  ["bf 21 ffff 00000000", "r1 = &(void __percpu *)(r2)", "r1 = &(void __percpu *)(r2)", "mov_percpu %r1, %r2"],
  // Loads and stores
  ["71 12 0000 00000000", "r2 = *(u8 *)(r1 +0)", "w2 = *(u8 *)(r1 + 0x0)", "ldxb %r2, [%r1]"],
  ["69 12 0200 00000000", "r2 = *(u16 *)(r1 +2)", "w2 = *(u16 *)(r1 + 0x2)", "ldxh %r2, [%r1+2]"],
  ["61 a2 fcff 00000000", "r2 = *(u32 *)(r10 -4)", "w2 = *(u32 *)(r10 - 0x4)", "ldxw %r2, [%r10-4]"],
  ["79 11 0800 00000000", "r1 = *(u64 *)(r1 +8)", "r1 = *(u64 *)(r1 + 0x8)", "ldxdw %r1, [%r1+8]"],
  ["91 21 fcff 00000000", "r1 = *(s8 *)(r2 -4)", "r1 = *(s8 *)(r2 - 0x4)", "ldxsb %r1, [%r2-4]"],
  ["89 21 ff7f 00000000", "r1 = *(s16 *)(r2 +32767)", "r1 = *(s16 *)(r2 + 0x7fff)", "ldxsh %r1, [%r2+32767]"],
  ["81 21 0080 00000000", "r1 = *(s32 *)(r2 -32768)", "r1 = *(s32 *)(r2 - 0x8000)", "ldxsw %r1, [%r2-32768]"],
  ["63 1a f8ff 00000000", "*(u32 *)(r10 -8) = r1", "*(u32 *)(r10 - 0x8) = w1", "stxw [%r10-8], %r1"],
  ["7b 1a f8ff 00000000", "*(u64 *)(r10 -8) = r1", "*(u64 *)(r10 - 0x8) = r1", "stxdw [%r10-8], %r1"],
  ["7a 0a f8ff 05000000", "*(u64 *)(r10 -8) = 5", "*(u64 *)(r10 - 0x8) = 0x5", "stdw [%r10-8], 5"],
  ["72 01 0000 ffffffff", "*(u8 *)(r1 +0) = -1", "*(u8 *)(r1 + 0x0) = -0x1", "stb [%r1], -1"],
  ["30 00 0000 0c000000", "r0 = *(u8 *)skb[12]", "r0 = *(u8 *)skb[0xc]", "ldabsb 12"],
  ["28 00 0000 00f0ffff", "r0 = *(u16 *)skb[-4096]", "r0 = *(u16 *)skb[-0x1000]", "ldabsh -4096"],
  ["50 10 0000 0e000000", "r0 = *(u8 *)skb[r1 + 14]", "r0 = *(u8 *)skb[r1 + 0xe]", "ldindb %r1, 14"],
  ["40 70 0000 00000000", "r0 = *(u32 *)skb[r7 + 0]", "r0 = *(u32 *)skb[r7]", "ldindw %r7, 0"],
  ["40 70 0000 feffffff", "r0 = *(u32 *)skb[r7 + -2]", "r0 = *(u32 *)skb[r7 - 0x2]", "ldindw %r7, -2"],
  // Atomic operations
  ["db 10 0000 00000000", "lock *(u64 *)(r0 +0) += r1", "lock *(u64 *)(r0 + 0x0) += r1", "lock add [%r0], %r1"],
  ["c3 1a f8ff 40000000", "lock *(u32 *)(r10 -8) |= r1", "lock *(u32 *)(r10 - 0x8) |= w1", "lock or32 [%r10-8], %r1"],
  ["db 10 0000 50000000", "lock *(u64 *)(r0 +0) &= r1", "lock *(u64 *)(r0 + 0x0) &= r1", "lock and [%r0], %r1"],
  ["c3 10 0000 a0000000", "lock *(u32 *)(r0 +0) ^= r1", "lock *(u32 *)(r0 + 0x0) ^= w1", "lock xor32 [%r0], %r1"],
  [
    "db 12 0000 01000000",
    "r1 = atomic64_fetch_add((u64 *)(r2 +0), r1)",
    "r1 = atomic_fetch_add((u64 *)(r2 + 0x0), r1)",
    "lock fetch add [%r2], %r1",
  ],
  [
    "c3 12 0400 41000000",
    "r1 = atomic_fetch_or((u32 *)(r2 +4), r1)",
    "w1 = atomic_fetch_or((u32 *)(r2 + 0x4), w1)",
    "lock fetch or32 [%r2+4], %r1",
  ],
  [
    "db 12 0000 51000000",
    "r1 = atomic64_fetch_and((u64 *)(r2 +0), r1)",
    "r1 = atomic_fetch_and((u64 *)(r2 + 0x0), r1)",
    "lock fetch and [%r2], %r1",
  ],
  [
    "db 12 0000 a1000000",
    "r1 = atomic64_fetch_xor((u64 *)(r2 +0), r1)",
    "r1 = atomic_fetch_xor((u64 *)(r2 + 0x0), r1)",
    "lock fetch xor [%r2], %r1",
  ],
  [
    "db 12 0000 e1000000",
    "r1 = atomic64_xchg((u64 *)(r2 +0), r1)",
    "r1 = xchg_64(r2 + 0x0, r1)",
    "lock xchg [%r2], %r1",
  ],
  [
    "c3 12 fcff e1000000",
    "r1 = atomic_xchg((u32 *)(r2 -4), r1)",
    "w1 = xchg32_32(r2 - 0x4, w1)",
    "lock xchg32 [%r2-4], %r1",
  ],
  [
    "db 12 0000 f1000000",
    "r0 = atomic64_cmpxchg((u64 *)(r2 +0), r0, r1)",
    "r0 = cmpxchg_64(r2 + 0x0, r0, r1)",
    "lock cmpxchg [%r2], %r1",
  ],
  [
    "c3 12 0000 f1000000",
    "r0 = atomic_cmpxchg((u32 *)(r2 +0), r0, r1)",
    "w0 = cmpxchg32_32(r2 + 0x0, w0, w1)",
    "lock cmpxchg32 [%r2], %r1",
  ],
  [
    "d3 21 0000 00010000",
    "r1 = load_acquire((u8 *)(r2 +0))",
    "w1 = load_acquire((u8 *)(r2 + 0x0))",
    "ldacqb %r1, [%r2]",
  ],
  [
    "db 21 0800 00010000",
    "r1 = load_acquire((u64 *)(r2 +8))",
    "r1 = load_acquire((u64 *)(r2 + 0x8))",
    "ldacqdw %r1, [%r2+8]",
  ],
  [
    "cb 21 0000 10010000",
    "store_release((u16 *)(r1 +0), r2)",
    "store_release((u16 *)(r1 + 0x0), w2)",
    "strelh [%r1], %r2",
  ],
  [
    "db 21 f8ff 10010000",
    "store_release((u64 *)(r1 -8), r2)",
    "store_release((u64 *)(r1 - 0x8), r2)",
    "streldw [%r1-8], %r2",
  ],
  // 64-bit immediates
  [
    "18 01 0000 88776655 00 00 0000 44332211",
    "r1 = 0x1122334455667788 ll",
    "r1 = 0x1122334455667788 ll",
    "lddw %r1, 0x1122334455667788",
  ],
  [
    "18 01 0000 ffffffff 00 00 0000 ffffffff",
    "r1 = 0xffffffffffffffff ll",
    "r1 = -0x1 ll",
    "lddw %r1, 0xffffffffffffffff",
  ],
  ["18 01 0000 05000000 00 00 0000 00000000", "r1 = 0x5 ll", "r1 = 0x5 ll", "lddw %r1, 0x5"],
  ["18 11 0000 03000000 00 00 0000 00000000", "r1 = map[fd:3]", "r1 = map[fd:3]", "lddw %r1, map[fd:3]"],
  ["18 21 0000 03000000 00 00 0000 08000000", "r1 = map[fd:3][0]+8", "r1 = map[fd:3][0]+8", "lddw %r1, map[fd:3][0]+8"],
  ["18 31 0000 05000000 00 00 0000 00000000", "r1 = btf[id:5]", "r1 = btf[id:5]", "lddw %r1, btf[id:5]"],
  ["18 31 0000 05000000 00 00 0000 07000000", "r1 = btf[id:5 fd:7]", "r1 = btf[id:5 fd:7]", "lddw %r1, btf[id:5 fd:7]"],
  ["18 41 0000 01000000 00 00 0000 00000000", "r1 = subprog[+1]", "r1 = subprog[+1]", "lddw %r1, subprog[+1]"],
  ["18 51 0000 02000000 00 00 0000 00000000", "r1 = map[idx:2]", "r1 = map[idx:2]", "lddw %r1, map[idx:2]"],
  [
    "18 61 0000 02000000 00 00 0000 10000000",
    "r1 = map[idx:2][0]+16",
    "r1 = map[idx:2][0]+16",
    "lddw %r1, map[idx:2][0]+16",
  ],
  // Jumps
  ["05 00 fdff 00000000", "goto pc-3", "goto -0x3", "ja -3"],
  ["05 00 0000 00000000", "goto pc+0", "goto +0x0", "ja +0"],
  ["06 00 0000 a0860100", "gotol pc+100000", "gotol +0x186a0", "ja32 +100000"],
  ["e5 00 0200 00000000", "may_goto pc+2", "may_goto +0x2", "may_goto +2"],
  ["15 00 0400 00000000", "if r0 == 0x0 goto pc+4", "if r0 == 0x0 goto +0x4", "jeq %r0, 0, +4"],
  ["1e 21 0400 00000000", "if w1 == w2 goto pc+4", "if w1 == w2 goto +0x4", "jeq32 %r1, %r2, +4"],
  ["55 01 feff ffffffff", "if r1 != 0xffffffff goto pc-2", "if r1 != -0x1 goto -0x2", "jne %r1, -1, -2"],
  ["25 01 0100 0a000000", "if r1 > 0xa goto pc+1", "if r1 > 0xa goto +0x1", "jgt %r1, 10, +1"],
  ["3d 21 0100 00000000", "if r1 >= r2 goto pc+1", "if r1 >= r2 goto +0x1", "jge %r1, %r2, +1"],
  ["a6 01 0100 0a000000", "if w1 < 0xa goto pc+1", "if w1 < 0xa goto +0x1", "jlt32 %r1, 10, +1"],
  ["bd 21 0100 00000000", "if r1 <= r2 goto pc+1", "if r1 <= r2 goto +0x1", "jle %r1, %r2, +1"],
  ["45 01 0100 01000000", "if r1 & 0x1 goto pc+1", "if r1 & 0x1 goto +0x1", "jset %r1, 1, +1"],
  ["65 01 0100 ffffffff", "if r1 s> 0xffffffff goto pc+1", "if r1 s> -0x1 goto +0x1", "jsgt %r1, -1, +1"],
  ["7d 21 0100 00000000", "if r1 s>= r2 goto pc+1", "if r1 s>= r2 goto +0x1", "jsge %r1, %r2, +1"],
  ["c6 01 0300 fbffffff", "if w1 s< 0xfffffffb goto pc+3", "if w1 s< -0x5 goto +0x3", "jslt32 %r1, -5, +3"],
  ["dd 21 0100 00000000", "if r1 s<= r2 goto pc+1", "if r1 s<= r2 goto +0x1", "jsle %r1, %r2, +1"],
  // Calls
  ["85 00 0000 01000000", "call bpf_map_lookup_elem#1", "call 0x1", "call 1"],
  ["85 00 0000 d3000000", "call bpf_cgrp_storage_delete#211", "call 0xd3", "call 211"],
  ["85 00 0000 d4000000", "call unknown#212", "call 0xd4", "call 212"],
  ["85 00 0000 00000000", "call bpf_unspec#0", "call 0x0", "call 0"],
  ["85 00 0000 ffffffff", "call unknown#-1", "call unknown#-1", "call helper -1"],
  ["85 10 0000 03000000", "call pc+3", "call pc+0x3", "call local +3"],
  ["85 20 0000 39300000", "call kernel-function#12345", "call kernel-function#12345", "call runtime 12345"],
  [
    "85 20 0200 39300000",
    "call kernel-function#12345 module 2",
    "call kernel-function#12345 module 2",
    "call runtime 12345 module 2",
  ],
  ["8d 01 0000 00000000", "callx r1", "callx r1", "call %r1"],
  ["95 00 0000 00000000", "exit", "exit", "exit"],
  // No instruction
  ["ff 00 0000 01000000", ".8byte 0x00000001000000ff", ".8byte 0x00000001000000ff", ".8byte 0x00000001000000ff"],
];

describe.each(["kernel", "llvm", "mnemonic"] as const)("%s syntax", (syntax: Syntax) => {
  const rows = TABLE.map(([hex, kernel, llvm, mnemonic]) => ({ hex, text: { kernel, llvm, mnemonic }[syntax] }));
  it.each(rows)("$text", ({ hex, text }) => {
    expect(disassemble(fromHex(hex), { syntax })).toBe(`${text}\n`);
    expect(Buffer.from(assembleExtended(text).bytes).toString("hex")).toBe(hex.replaceAll(" ", ""));
  });
});

describe("disassemble", () => {
  const PROGRAM = fromHex(
    "b7 00 0000 00000000 18 11 0000 03000000 00 00 0000 00000000 18 02 0000 01000000 00 00 0000 00000000 85 20 0000 07000000 95 00 0000 00000000",
  );
  const names = {
    map: ({ imm }: { imm: number }) => (imm === 3 ? "counters" : undefined),
    kernelFunction: () => "bpf_rdonly_cast",
  };

  it.each([
    {
      name: "as the kernel's log",
      options: { syntax: "kernel", numbers: true, opcodes: true },
      want: [
        "0: (b7) r0 = 0",
        "1: (18) r1 = map[fd:3]",
        "3: (18) r2 = 0x1",
        "5: (85) call kernel-function#7",
        "6: (95) exit",
      ],
    },
    {
      name: "with bytes",
      options: { syntax: "llvm", numbers: true, opcodes: true },
      want: [
        "0: b7 00 00 00 00 00 00 00\tr0 = 0x0",
        "1: 18 11 00 00 03 00 00 00 00 00 00 00 00 00 00 00\tr1 = map[fd:3]",
        "3: 18 02 00 00 01 00 00 00 00 00 00 00 00 00 00 00\tr2 = 0x1 ll",
        "5: 85 20 00 00 07 00 00 00\tcall kernel-function#7",
        "6: 95 00 00 00 00 00 00 00\texit",
      ],
    },
    {
      name: "with names",
      options: { syntax: "kernel", names },
      want: ["r0 = 0", "r1 = map[counters]", "r2 = 0x1 ll", "call bpf_rdonly_cast#7", "exit"],
    },
    {
      name: "with names in mnemonics",
      options: { syntax: "mnemonic", names },
      want: ["mov %r0, 0", "lddw %r1, map[counters]", "lddw %r2, 0x1", "call runtime bpf_rdonly_cast", "exit"],
    },
  ] as const)("writes a program $name", ({ options, want }) => {
    expect(disassemble(PROGRAM, options).split("\n")).toEqual([...want, ""]);
  });

  it("leaves out what is no whole slot", () => {
    expect(disassemble(fromHex("95 00 0000 00000000 b7 00"), { syntax: "kernel" })).toBe("exit\n");
    expect(disassemble(new Uint8Array(0), { syntax: "kernel" })).toBe("");
  });
});
