import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { ProgramTextError } from "../../../../src/bpf/program-text-error.ts";

function problemsOf(text: string, complete = false): string[] {
  try {
    assembleExtended(text, { complete });
  } catch (error) {
    if (!(error instanceof ProgramTextError)) throw error;
    return error.problems.map(
      (p) => `${p.line}:${p.column}-${p.endColumn} ${p.message}${p.hint === undefined ? "" : ` | ${p.hint}`}`,
    );
  }
  return [];
}

const REGISTERS = "Registers are r0 to r10, and w0 to w10 for their lower halves.";

describe("the kernel's syntax", () => {
  it.each([
    // Registers
    ["r11 = 0", `1:1-4 There is no register 'r11'. | ${REGISTERS}`],
    ["r1 = r99", `1:6-9 There is no register 'r99'. | ${REGISTERS}`],
    ["r1 = R2", `1:6-8 There is no register 'R2'. | ${REGISTERS}`],
    ["r1 = %rax", `1:6-10 There is no register '%rax'. | ${REGISTERS}`],
    ["*(u8 *)(r12 +0) = 1", `1:9-12 There is no register 'r12'. | ${REGISTERS}`],
    ["r1 = *(u64 *)(w2 +0)", "1:15-17 'w2' is half a register; all 64 bits are needed here."],
    ["*(u64 *)(r1 +0) = w2", "1:19-21 'w2' is half a register; all 64 bits are needed here."],
    ["w1 = *(u64 *)(r2 +0)", "1:1-3 A load of 'u64' fills a whole register. | Write 'r1'."],
    ["w1 = *(s8 *)(r2 +0)", "1:1-3 A load of 's8' fills a whole register. | Write 'r1'."],
    ["r1 += w2", "1:7-9 'r1' and 'w2' are of different widths. | Use r registers for 64 bits, or w registers for 32."],
    [
      "if w1 == r2 goto +1",
      "1:10-12 'w1' and 'r2' are of different widths. | Use r registers for 64 bits, or w registers for 32.",
    ],
    ["w1 = r2", "1:6-8 'w1' takes the lower half of a register. | Write 'w2'."],
    ["w1 = (s32)w2", "1:7-10 Expected (s8) or (s16)."],
    ["r1 = (s64)r2", "1:7-10 Expected (s8), (s16) or (s32)."],
    ["r1 = -r2", "1:7-9 Negation works in place: 'r1' on both sides."],
    ["r1 = be16 r2", "1:11-13 A byte swap works in place: 'r1' on both sides."],
    ["w1 = bswap32 w1", "1:1-3 Byte swaps take a whole register. | Write 'r1'."],
    ["w1 = 5 ll", "1:1-3 A 64-bit immediate takes a whole register. | Write 'r1'."],
    ["w1 = map[fd:3]", "1:1-3 Addresses take a whole register. | Write 'r1'."],
    // Numbers
    [
      "r1 = 4294967296",
      "1:6-16 The immediate must be between -2147483648 and 4294967295. | A 64-bit immediate ends in 'll'.",
    ],
    ["w1 = -2147483649", "1:6-17 The immediate must be between -2147483648 and 4294967295."],
    [
      "r1 = 0x10000000000000000 ll",
      "1:6-25 The immediate must be between -9223372036854775808 and 18446744073709551615.",
    ],
    ["r1 = *(u64 *)(r2 +32768)", "1:18-24 The offset must be between -32768 and 32767."],
    ["*(u8 *)(r10 -32769) = 1", "1:13-19 The offset must be between -32768 and 32767."],
    [
      "goto +32768",
      "1:6-12 The distance must be between -32768 and 32767. | 'gotol' (mnemonic: 'ja32') jumps further.",
    ],
    ["gotol +2147483648", "1:7-18 The distance must be between -2147483648 and 2147483647."],
    ["r1 = 12ab", "1:6-10 '12ab' is not a number. | Numbers are decimal, or hexadecimal after 0x."],
    ["r1 = 010", "1:6-9 '010' is not a number. | Numbers are decimal, or hexadecimal after 0x."],
    ["r1 = 0x", "1:6-8 '0x' is not a number. | Numbers are decimal, or hexadecimal after 0x."],
    ["r1 = 1.5", "1:7-9 The instruction is complete before '.5'."],
    ["r1 = --5", "1:6-7 Expected what to put into 'r1', not '-'."],
    ["r1 = addr_space_cast(r2, 1, 1)", "1:29-30 A cast goes from one address space to the other."],
    ["r1 = addr_space_cast(r2, 2, 0)", "1:26-27 The address space must be between 0 and 1."],
    // Shapes
    ["r1 = ", "1:5-6 Expected what to put into 'r1', but the line ends."],
    ["r1", "1:3-4 Expected an assignment: += -= *= /= s/= |= &= <<= >>= s>>= %= s%= ^= =, but the line ends."],
    ["r1 == 5", "1:4-6 Expected an assignment: += -= *= /= s/= |= &= <<= >>= s>>= %= s%= ^= =, not '=='."],
    ["r1 += ", "1:6-7 Expected a register or a number, but the line ends."],
    ["r1 = r2 r3", "1:9-11 The instruction is complete before 'r3'."],
    ["exit 1", "1:6-7 The instruction is complete before '1'."],
    ["r1 = *(u128 *)(r2 +0)", "1:8-12 Expected a type: u8, u16, u32, u64, s8, s16 or s32, not 'u128'."],
    ["r1 = *(s64 *)(r2 +0)", "1:8-11 Expected a type: u8, u16, u32, u64, s8, s16 or s32, not 's64'."],
    ["*(s8 *)(r2 +0) = r1", "1:3-5 A store has no sign. | Write 'u8'."],
    ["r1 = *(u64 *)(r2 +8", "1:20-21 Expected ')', but the line ends."],
    ["r1 = *(u64 *)(r2 8)", "1:18-19 Expected ')', not '8'."],
    ["r1 = *(u64 *)skb[4]", "1:8-11 Packet loads take u8, u16 or u32."],
    ["r1 = *(u8 *)skb[4]", "1:1-3 Packet loads put their result into r0."],
    ["*(u8 *)(r1 +0) = x", "1:18-19 Expected a register or a number to store, not 'x'."],
    ["if r1 = 5 goto +1", "1:7-8 Expected a comparison: == != > >= < <= s> s>= s< s<= &, not '='."],
    ["if r1 == 5 +1", "1:12-13 Expected 'goto', not '+'."],
    ["if r1 == 5 goto 4", "1:17-18 A jump's distance needs a sign. | Write '+4', or the name of a label."],
    ["goto r1", "1:6-8 Expected a label or a distance such as +4, not 'r1'."],
    ["r1 @ 5", "1:4-5 The character '@' does not belong to an instruction."],
    // Atomic operations
    ["lock *(u8 *)(r1 +0) += r2", "1:8-10 This atomic operation takes u32 or u64."],
    ["lock *(u64 *)(r1 +0) -= r2", "1:22-24 Expected an operation: += |= &= ^=, not '-='."],
    ["lock *(u64 *)(r1 +0) += 1", "1:25-26 Expected a register, not '1'."],
    [
      "r3 = atomic_fetch_add((u64 *)(r1 +0), r2)",
      "1:1-3 'atomic_fetch_add' puts the value from before into r2, not 'r3'.",
    ],
    [
      "r1 = atomic64_cmpxchg((u64 *)(r2 +0), r0, r1)",
      "1:1-3 'atomic64_cmpxchg' puts the value from before into r0, not 'r1'.",
    ],
    ["r0 = atomic64_cmpxchg((u64 *)(r2 +0), r3, r1)", "1:39-41 Compare-and-exchange compares with r0."],
    ["r1 = atomic64_xchg((u32 *)(r2 +0), r1)", "1:6-19 'atomic64_xchg' works on u64. | Write 'atomic_xchg'."],
    // Calls
    [
      "call",
      "1:5-6 Expected what to call: a helper's number or name, a label, or a distance such as pc+4, but the line ends.",
    ],
    [
      "call bpf_map_lokup_elem",
      "1:6-24 There is no function or helper 'bpf_map_lokup_elem'. | Did you mean 'bpf_map_lookup_elem'?",
    ],
    [
      "call bpf_map_lookup_elem#2",
      "1:26-27 'bpf_map_lookup_elem' is helper 1, not 2. | Helper 2 is bpf_map_update_elem.",
    ],
    ["call helper bpf_nothing_like_it", "1:13-32 There is no helper 'bpf_nothing_like_it'."],
    [
      "call bpf_map_lookup_elm#1",
      "1:6-24 There is no helper 'bpf_map_lookup_elm'. | Did you mean 'bpf_map_lookup_elem'?",
    ],
    ["call bpf_rdonly_cast#here", "1:22-26 Expected a kernel function's BTF id, not 'here'."],
    ["r008 = 1", `1:1-5 There is no register 'r008'. | ${REGISTERS}`],
    ["r0 = *(u16 *)skb[r1 3]", "1:21-22 Expected ']', or a sign and a number, not '3'."],
    ["callx r11", `1:7-10 There is no register 'r11'. | ${REGISTERS}`],
    ["call r1 r2", "1:9-11 The instruction is complete before 'r2'."],
    // Maps
    ["r1 = goto", "1:6-10 Expected what to put into 'r1', not 'goto'."],
    ["r1 = ll", "1:6-8 Expected what to put into 'r1', not 'll'."],
    ["r1 = u64 ll", "1:6-9 Expected what to put into 'r1', not 'u64'."],
    ["r1 = map[r3]", "1:10-12 Expected a map's name, or fd: or idx: and a number, not 'r3'."],
    ["r1 = map_by_fd(%r3)", "1:16-19 Expected a map's descriptor or name, not '%r3'."],
    ["r1 = map[3]", "1:10-11 Expected a map's name, or fd: or idx: and a number, not '3'."],
    ["r1 = map[name:3]", "1:10-14 A map is given as fd:, id: or idx: and a number, not 'name:'."],
    ["r1 = map[fd:3][1]+8", "1:16-17 Expected '0', not '1'."],
    // Words
    ["gotoo +1", "1:1-6 There is no instruction 'gotoo'. | Did you mean 'goto'?"],
    ["return 0", "1:1-7 There is no instruction 'return'."],
  ])("%s", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

describe("mnemonics", () => {
  it.each([
    ["mov %r11, 1", `1:5-9 There is no register '%r11'. | ${REGISTERS}`],
    ["mov %r15, 1", `1:5-9 There is no register '%r15'. | ${REGISTERS}`],
    ["mov %r0", "1:8-9 Expected ',', but the line ends."],
    ["mov %r0 1", "1:9-10 Expected ',', not '1'."],
    ["mov %r0, 1, 2", "1:11-12 The instruction is complete before ','."],
    ["mov 1, %r0", "1:5-6 Expected a register, not '1'."],
    ["mov %r0, 0x100000000", "1:10-21 The immediate must be between -2147483648 and 4294967295."],
    [
      "mov32 %r0, 2147483648",
      "1:12-22 A decimal immediate must be between -2147483648 and 2147483647. | Hexadecimal ones go up to 0xffffffff.",
    ],
    [
      "stdw [%r10-8], -2147483649",
      "1:16-27 A decimal immediate must be between -2147483648 and 2147483647. | Hexadecimal ones go up to 0xffffffff.",
    ],
    ["lddw %r1, map_by_fd[name]", "1:11-20 Expected a number, or a map such as map_by_fd(3), not 'map_by_fd'."],
    ["lddw %r1, map_by_fd()", "1:21-22 Expected a map's descriptor or name, not ')'."],
    ["lddw %r1, map_by_idx(name)", "1:22-26 Expected a number, not 'name'."],
    ["lddw %r1, map_val(3)", "1:19-20 Expected map_by_fd or map_by_idx, not '3'."],
    ["lddw %r1, code_addr(nowhere)", "1:21-28 There is no label 'nowhere'."],
    ["mov %w0, 1", "1:5-8 '%w0' is half a register; all 64 bits are needed here."],
    ["neg %r0, 1", "1:8-9 The instruction is complete before ','."],
    ["be16 %r0, %r1", "1:9-10 The instruction is complete before ','."],
    ["be8 %r0", "1:1-4 There is no instruction 'be8'."],
    ["ldxw %r0, %r1", "1:11-14 Expected '[', not '%r1'."],
    ["ldxw %r0, [%r1+40000]", "1:15-21 The offset must be between -32768 and 32767."],
    ["ldxw %r0, [%r1+2", "1:17-18 Expected ']', but the line ends."],
    ["ldxw %r0, [%r1 2]", "1:16-17 Expected ']', not '2'."],
    ["stxw [%r1], 5", "1:13-14 Expected a register, not '5'."],
    ["stw [%r1], %r2", "1:12-15 Expected a number, not '%r2'."],
    [
      "lddw %r0, 0x1ffffffffffffffff",
      "1:11-30 The immediate must be between -9223372036854775808 and 18446744073709551615.",
    ],
    ["lddw %r0, %r1", "1:11-14 Expected a number, or a map such as map_by_fd(3), not '%r1'."],
    ["jeq %r0, 1", "1:11-12 Expected ',', but the line ends."],
    ["jeq %r0, 1, 4", "1:13-14 A jump's distance needs a sign. | Write '+4', or the name of a label."],
    ["jeq %r0, 1, nowhere", "1:13-20 There is no label 'nowhere'."],
    ["ja +40000", "1:4-10 The distance must be between -32768 and 32767. | 'gotol' (mnemonic: 'ja32') jumps further."],
    ["ja exit", "1:4-8 There is no label 'exit'."],
    ["exit %r0", "1:6-9 The instruction is complete before '%r0'."],
    ["lock sub [%r1], %r2", "1:6-9 Expected an atomic operation: add, or, and, xor, xchg or cmpxchg, not 'sub'."],
    [
      "lock cmpxhg [%r1], %r2",
      "1:6-12 Expected an atomic operation: add, or, and, xor, xchg or cmpxchg, not 'cmpxhg'. | Did you mean 'cmpxchg'?",
    ],
    ["lock", "1:5-6 Expected an atomic operation: add, or, and, xor, xchg or cmpxchg, but the line ends."],
    ["call local", "1:6-11 There is no function or helper 'local'."],
    ["call local 3", "1:12-13 A jump's distance needs a sign. | Write '+3', or the name of a label."],
    ["call local +3 4", "1:15-16 The instruction is complete before '4'."],
    ["moov %r0, 1", "1:1-5 There is no instruction 'moov'. | Did you mean 'mov'?"],
    ["ldxdd %r0, [%r1]", "1:1-6 There is no instruction 'ldxdd'. | Did you mean 'ldxdw'?"],
    ["MOV %r0, 1", "1:1-4 There is no instruction 'MOV'. | Did you mean 'mov'?"],
  ])("%s", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

describe("texts", () => {
  it.each([
    {
      name: "an unknown label, with the nearest",
      have: "goto ot\nout: exit",
      want: ["1:6-8 There is no label 'ot'. | Did you mean 'out'?"],
    },
    { name: "a label twice", have: "a: r0 = 0\n  a: exit", want: ["2:3-4 Label 'a' is already on line 1."] },
    { name: "a label that is a register", have: "r1: exit", want: ["1:1-3 'r1' cannot be a label."] },
    {
      name: "a label out of reach",
      have: `goto far\n${"r0 = 0\n".repeat(32768)}far: exit`,
      want: [
        "1:6-9 Label 'far' is 32768 instructions away; this jump reaches 32767. | 'gotol' (mnemonic: 'ja32') jumps further.",
      ],
    },
    {
      name: "all of them, in order",
      have: "goto x\nr1 = r11\nfoo:\nfoo:\nw1 = r2",
      want: [
        "1:6-7 There is no label 'x'.",
        `2:6-9 There is no register 'r11'. | ${REGISTERS}`,
        "4:1-4 Label 'foo' is already on line 3.",
        "5:6-8 'w1' takes the lower half of a register. | Write 'w2'.",
      ],
    },
    {
      name: "a comment without end",
      have: "r0 = 0 /* to be\ncontinued\nexit",
      want: ["1:8-10 This comment does not end."],
    },
    {
      name: "a listing with a gap",
      have: "0: r0 = 0\n2: exit",
      want: [
        "2:1-2 The listing numbers this instruction 2, but it is number 1. | A line may be missing or out of order; a 64-bit immediate counts as two. Numbers may also be left out.",
      ],
    },
    {
      name: "a listing whose opcode is another instruction's",
      have: "(bf) r0 = 0",
      want: [
        "1:6-12 The listing gives opcode 0xbf, but this text is opcode 0xb7. | Leave the listing's columns out after editing it.",
      ],
    },
    {
      name: "a number alone",
      have: "1:\ngoto +0\nexit",
      want: ["1:1-2 No instruction follows the number 1. | A label begins with a letter."],
    },
    {
      name: "bytes without an instruction",
      have: "0: b7 00 00 00 00 00 00 00\n",
      want: ["1:4-6 There is no instruction 'b7'."],
    },
    {
      name: "a symbol after what is no jump",
      have: "r0 = 1 <main>",
      want: ["1:8-9 The instruction is complete before '<'."],
    },
    {
      name: "two instructions on a line",
      have: "r0 = 0; exit",
      want: [
        "1:7-8 A comment begins at ';', so the instruction after it would not count. | Put each instruction on a line of its own, or a blank before the ';' of a comment.",
      ],
    },
  ])("refuses $name", ({ have, want }) => {
    expect(problemsOf(have)).toEqual(want);
  });

  it("checks the whole program only where it is asked to", () => {
    const text = "r1 = 5 ll\n  if r1 == 0 goto -2\nr0 = 1";
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(text, true)).toEqual([
      "2:3-21 Instruction 2 jumps to instruction 1, the second half of a 64-bit immediate.",
      "3:1-7 Instruction 3 is the last, but neither 'exit' nor an unconditional jump: the program would run past its end. | End the program with 'exit'.",
    ]);
    expect(problemsOf("", true)).toEqual(["1:1-1 The program has no instructions."]);
  });
});
