import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";

const hexOf = (text: string) => Buffer.from(assembleExtended(text).bytes).toString("hex");

/** What people write besides the spellings that the disassembler prints, and the printed spelling. */
describe("spellings that mean the same", () => {
  it.each([
    // The kernel's syntax
    ["*(u32*)(fp - 4)=r0", "*(u32 *)(r10 -4) = r0"],
    ["r2 = *(u64 *)(r1)", "r2 = *(u64 *)(r1 +0)"],
    ["r2 = *(u64 *)(r10 + -8)", "r2 = *(u64 *)(r10 -8)"],
    ["r2 = *(u64 *)(r10 - 0x8)", "r2 = *(u64 *)(r10 -8)"],
    ["r1 = *(s8 *)(r2 - 4)", "r1 = *(s8 *)(r2 -4)"],
    ["r6=fp", "r6 = r10"],
    ["r1 = 0xffffff80", "r1 = -128"],
    ["r1 += 0xFFFFFFFF", "r1 += -1"],
    ["r1 = w2", "w1 = w2"],
    ["*(u64 *)(r10 -8) = 4294967295", "*(u64 *)(r10 -8) = -1"],
    ["if w1 s< -5 goto +3", "if w1 s< 0xfffffffb goto pc+3"],
    ["if r0 == 0 goto pc + 4", "if r0 == 0x0 goto pc+4"],
    ["if r1&1 goto +0x4", "if r1 & 0x1 goto pc+4"],
    ["goto +4", "goto pc+4"],
    ["gotol +100000", "gotol pc+100000"],
    ["may_goto +2", "may_goto pc+2"],
    ["r1 = 1234605616436508552 ll", "r1 = 0x1122334455667788 ll"],
    ["r1 = -1 ll", "r1 = 0xffffffffffffffff ll"],
    ["r1 = -9223372036854775808 ll", "r1 = 0x8000000000000000 ll"],
    ["r1 = map[id:3]", "r1 = map[fd:3]"],
    ["r1 = map[fd:3] + 8", "r1 = map[fd:3][0]+8"],
    ["r1 = map[idx:3]+8", "r1 = map[idx:3][0]+8"],
    ["lock *(u32 *)(r0 + 0) += w1", "lock *(u32 *)(r0 +0) += r1"],
    ["r1 = atomic_fetch_add((u64 *)(r2 +0), r1)", "r1 = atomic64_fetch_add((u64 *)(r2 +0), r1)"],
    ["r0 = atomic_cmpxchg((u64 *)(r2 +0), r0, r1)", "r0 = atomic64_cmpxchg((u64 *)(r2 +0), r0, r1)"],
    ["w1 = load_acquire((u16 *)(r2 + 0))", "r1 = load_acquire((u16 *)(r2 +0))"],
    ["r0 = *(u8 *)skb[r1]", "r0 = *(u8 *)skb[r1 + 0]"],
    ["call bpf_map_lookup_elem", "call bpf_map_lookup_elem#1"],
    ["call 1", "call bpf_map_lookup_elem#1"],
    ["call +3", "call pc+3"],
    ["call -1", "call pc-1"],
    ["call pc+3#bpf_prog_0123_f", "call pc+3"],
    ["call bpf_rdonly_cast#12345", "call kernel-function#12345"],
    ["call kfunc 12345", "call kernel-function#12345"],
    ["(u32) r1 = (u32) r2", "w1 = w2"],
    ["(u32) r1 += (u32) 7", "w1 += 7"],
    ["(u32) r1 s>>= 3", "w1 s>>= 3"],
    ["*(u64 *)(r10 \u20138) = r1", "*(u64 *)(r10 -8) = r1"],
    ["r2 += \u22128", "r2 += -8"],
    // Mnemonics
    ["mov r0, 5", "r0 = 5"],
    ["mov64 %r0, 5", "r0 = 5"],
    ["mov %r2,%fp", "r2 = r10"],
    ["ldxw %r2,[%fp+-4]", "r2 = *(u32 *)(r10 -4)"],
    ["ldxdw %r0, [%r1 + 0x10]", "r0 = *(u64 *)(r1 +16)"],
    ["ldxbsx %r0, [%r1]", "r0 = *(s8 *)(r1 +0)"],
    ["bswap16 %r0", "r0 = bswap16 r0"],
    ["add64 %r0, %r1", "r0 += r1"],
    ["jeq64 %r0, 1, +2", "if r0 == 0x1 goto pc+2"],
    ["lock fetch xchg [%r1], %r2", "r2 = atomic64_xchg((u64 *)(r1 +0), r2)"],
    ["lock add64 [%r1], %r2", "lock *(u64 *)(r1 +0) += r2"],
    ["call helper 1", "call bpf_map_lookup_elem#1"],
    ["call helper bpf_map_lookup_elem", "call bpf_map_lookup_elem#1"],
    ["callx %r3", "callx r3"],
    ["lddw %r1, map_by_fd(3)", "r1 = map[fd:3]"],
    ["lddw %r1, map_by_fd(name)", "r1 = map[name]"],
    ["lddw r1, map_val(map_by_fd(3)) + 8", "r1 = map[fd:3][0]+8"],
    ["r1 = map_by_idx(2) ll", "r1 = map[idx:2]"],
    ["lddw %r1, map_val(map_by_idx(2))", "r1 = map[idx:2][0]+0"],
    ["lddw %r1, var_addr(77)", "r1 = btf[id:77]"],
    ["lddw %r1, code_addr(+3)", "r1 = subprog[+3]"],
    ["mov32 %r0, 0xffffff80", "w0 = -128"],
    ["lddw %r1, -1", "r1 = 0xffffffffffffffff ll"],
  ])("%s is %s", (text, printed) => {
    expect(hexOf(text)).toBe(hexOf(printed));
  });

  it("lets the listing's opcode tell a move from a 64-bit immediate", () => {
    expect(hexOf("(18) r1 = 0x5")).toBe(hexOf("r1 = 0x5 ll"));
    expect(hexOf("(b7) r1 = 5")).toBe(hexOf("r1 = 0x5"));
  });

  it("takes both syntaxes in one text", () => {
    expect(hexOf("r0 = 1\nadd %r0, 2\nexit")).toBe(hexOf("mov %r0, 1\nr0 += 2\nexit"));
  });
});

describe("labels", () => {
  it.each([
    { name: "forwards", have: "if r1 == 0 goto out\nr0 = 1\nout: exit", want: "if r1 == 0 goto +1\nr0 = 1\nexit" },
    {
      name: "backwards",
      have: "again:\nr1 -= 1\nif r1 != 0 goto again\nexit",
      want: "r1 -= 1\nif r1 != 0 goto -2\nexit",
    },
    { name: "over a 64-bit immediate", have: "goto out\nr1 = 5 ll\nout:\nexit", want: "goto +2\nr1 = 5 ll\nexit" },
    { name: "two at one place, at the end", have: "goto a\ngotol b\na: b:", want: "goto +1\ngotol +0" },
    { name: "with dots and dollars, as compilers make them", have: "goto .L$x.1\n.L$x.1: exit", want: "goto +0\nexit" },
    { name: "of functions", have: "call f\nexit\nf:\nr0 = 1\nexit", want: "call pc+1\nexit\nr0 = 1\nexit" },
    {
      name: "of functions in mnemonics",
      have: "call local f\nexit\nf:\nmov %r0, 1\nexit",
      want: "call pc+1\nexit\nr0 = 1\nexit",
    },
    { name: "as addresses", have: "r2 = f ll\nexit\nf: exit", want: "r2 = subprog[+2]\nexit\nexit" },
    {
      name: "as bpftool writes addresses",
      have: "r2 = subprog[f]\nexit\nf: exit",
      want: "r2 = subprog[+2]\nexit\nexit",
    },
    { name: "in may_goto", have: "may_goto l\nl: exit", want: "may_goto +0\nexit" },
    {
      name: "the first exit of mnemonics",
      have: "jeq %r1, 1, exit\nja exit\nexit\nexit",
      want: "jeq %r1, 1, +1\nja +0\nexit\nexit",
    },
    { name: "called exit before the first exit", have: "ja exit\nexit\nexit: exit", want: "ja +1\nexit\nexit" },
    {
      name: "with a helper's name",
      have: "call bpf_trace_printk\nexit\nbpf_trace_printk: exit",
      want: "call pc+1\nexit\nexit",
    },
  ])("$name", ({ have, want }) => {
    expect(hexOf(have)).toBe(hexOf(want));
  });
});

describe("references", () => {
  it("says what the text leaves to a loader, and where", () => {
    const program = assembleExtended(
      "r1 = r6\nr2 = map[counters]\n r3 = map[state][0]+8\nr4 = map_fd\nr5 = .rodata ll\ncall kfunc bpf_rdonly_cast\nlddw %r1, map[m]\nexit",
    );
    expect(program.references).toEqual([
      { kind: "map", name: "counters", index: 1, line: 2, column: 10, endColumn: 18 },
      { kind: "map", name: "state", index: 3, line: 3, column: 11, endColumn: 16 },
      { kind: "map", name: "map_fd", index: 5, line: 4, column: 6, endColumn: 12 },
      { kind: "map", name: ".rodata", index: 7, line: 5, column: 6, endColumn: 13 },
      { kind: "kernel-function", name: "bpf_rdonly_cast", index: 9, line: 6, column: 12, endColumn: 27 },
      { kind: "map", name: "m", index: 10, line: 7, column: 15, endColumn: 16 },
    ]);
    expect(program.instructions[3]).toEqual({
      kind: "reference",
      index: 3,
      to: "map-value",
      dst: 3,
      imm: 0,
      nextImm: 8,
    });
    expect(program.lines).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 7, 8]);
  });

  it("has none where the program names functions of its own", () => {
    expect(assembleExtended("r2 = f ll\ncall f\nexit\nf: exit").references).toEqual([]);
  });
});
