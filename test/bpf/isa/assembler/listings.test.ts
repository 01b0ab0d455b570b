import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";

const hexOf = (text: string) => Buffer.from(assembleExtended(text).bytes).toString("hex");

describe("listings as tools print them", () => {
  const WANT = `
    r6 = r1
    r1 = 0x5 ll
    if r1 == 0x0 goto pc+1
    r0 = 1
    exit`;

  it.each([
    {
      name: "a verifier log",
      have: `
0: R1=ctx() R10=fp0
; int prog(struct __sk_buff *skb) @ prog.c:7
0: (bf) r6 = r1                       ; R1=ctx() R6_w=ctx()
1: (18) r1 = 0x5                      ; R1_w=5
3: (15) if r1 == 0x0 goto pc+1        ; R1_w=5
4: (b7) r0 = 1   R0_w=1 R1_w=5
5: (95) exit`,
    },
    {
      name: "the live registers of a verifier log",
      have: `
      0: .1........ (bf) r6 = r1
      1: ......6... (18) r1 = 0x5
      3: .1....6... (15) if r1 == 0x0 goto pc+1
      4: .......... (b7) r0 = 1
      5: 0......... (95) exit`,
    },
    {
      name: "bpftool",
      have: `int prog(struct __sk_buff * skb):
; int prog(struct __sk_buff *skb)
   0: (bf) r6 = r1
   1: (18) r1 = 0x5
   3: (15) if r1 == 0x0 goto pc+1
   4: (b7) r0 = 1
   5: (95) exit`,
    },
    {
      name: "llvm-objdump",
      have: `
prog.o:	file format elf64-bpf

Disassembly of section socket/x:

0000000000000000 <prog>:
       0:	bf 16 00 00 00 00 00 00	r6 = r1
       1:	18 01 00 00 05 00 00 00 00 00 00 00 00 00 00 00	r1 = 0x5 ll
       3:	15 01 01 00 00 00 00 00	if r1 == 0x0 goto +0x1 <LBB0_2>
       4:	b7 00 00 00 01 00 00 00	r0 = 0x1

0000000000000028 <LBB0_2>:
       5:	95 00 00 00 00 00 00 00	exit`,
    },
    {
      name: "llvm-objdump without bytes",
      have: `
       0:       r6 = r1
       1:       r1 = 5 ll
       3:       if r1 == 0 goto +1 <LBB0_2+0x8>
       4:       r0 = 1
       5:       exit`,
    },
    {
      name: "GNU objdump",
      have: `
prog.o:     file format elf64-bpfle

Disassembly of section .text:

0000000000000000 <prog>:
   0:	bf 16 00 00 00 00 00 00 	mov %r6,%r1
   8:	18 01 00 00 05 00 00 00 	lddw %r1,5
  10:	00 00 00 00 00 00 00 00 
  18:	15 01 01 00 00 00 00 00 	jeq %r1,0,+1
  20:	b7 00 00 00 01 00 00 00 	mov %r0,1
  28:	95 00 00 00 00 00 00 00 	exit`,
    },
    {
      name: "with carriage returns and tabs",
      have: "r6 = r1\r\n\tr1 = 0x5 ll\r\nif r1 == 0 goto +1\r\nr0 = 1\r\nexit\r\n",
    },
    {
      name: "numbers that begin in the middle",
      have: "10: r6 = r1\n11: r1 = 5 ll\n13: if r1 == 0 goto pc+1\n14: r0 = 1\n15: exit",
    },
  ])("$name", ({ have }) => {
    expect(hexOf(have)).toBe(hexOf(WANT));
  });
});

describe("comments", () => {
  it.each([
    "r0 = 1 ; the result",
    "r0 = 1; the result",
    "r0 = 1;",
    "r0 = 1 // the result",
    "r0 = 1 # the result",
    "# first\nr0 = 1",
    "; r0 = 2\nr0 = 1",
    "// first\n\n  r0 = 1",
    "/* first */ r0 = 1",
    "r0 /* = 2 */ = 1",
    "/* r0 = 2\nr0 = 3 */\nr0 = 1",
    "r0 = /* 2\n*/\nr0 = 1".replace("r0 = /* 2\n*/\n", "/**/"),
  ])("%j", (text) => {
    expect(hexOf(text)).toBe(hexOf("r0 = 1"));
  });

  it("does not take a helper's number for a comment", () => {
    expect(hexOf("call bpf_map_update_elem#2 # update")).toBe(hexOf("call 2"));
  });

  it("keeps columns right after block comments", () => {
    expect(() => assembleExtended("/* one */ r0 = 1\n/* two\n*/ r0 = r11")).toThrow("3:9: There is no register 'r11'.");
  });
});
