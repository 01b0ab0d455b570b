import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { layOut, type X86Target } from "../../../../src/bpf/vm/x86/layout.ts";
import { listX86 } from "../../../../src/bpf/vm/x86/listing.ts";
import { compiledByKernel, kernelMissing } from "./running-kernel.ts";

const PLAIN: X86Target = { bmi2: true, returnThunk: true };

const list = (text: string, target = PLAIN) => listX86(assembleExtended(text).instructions, target);

describe("the x86-64 listing", () => {
  it("shows one instruction beside what it becomes", () => {
    expect(list("r6 = r1\nr0 = *(u8 *)(r6 + 4)\nif r0 s> 7 goto +1\nr0 = 0\nexit")).toBe(
      [
        "0: r6 = r1                              mov rbx, rdi                            48 89 fb",
        "1: r0 = *(u8 *)(r6 +4)                  movzx rax, BYTE PTR [rbx+0x4]           48 0f b6 43 04",
        "2: if r0 s> 0x7 goto pc+1               cmp rax, 0x7                            48 83 f8 07",
        "                                        jg 4                                    7f 02",
        "3: r0 = 0                               xor eax, eax                            31 c0",
        "4: exit                                 pop rbx                                 5b",
        "                                        leave                                   c9",
        "                                        jmp __x86_return_thunk                  e9 00 00 00 00",
        "",
      ].join("\n"),
    );
  });

  it.each([
    { name: "a division", have: "r0 /= r1\nexit", says: "tests for zero" },
    { name: "a helper's call", have: "call 1\nexit", says: "only the running kernel knows" },
    { name: "a packet load", have: "r0 = *(u8 *)skb[0]\nexit", says: "test of the packet's length" },
    {
      name: "an atomic operation in a loop",
      have: "r2 = atomic_fetch_or((u64 *)(r10 - 8), r2)\nexit",
      says: "loop of cmpxchg",
    },
    {
      name: "a jump over one of these",
      have: "if r1 == 0 goto +1\ncall 1\nexit",
      says: "depends on the size of instruction 1",
    },
    { name: "a shift of rcx by itself", have: "r4 <<= r4\nexit", says: "moved into cl" },
  ])("says why $name has no fixed code", ({ have, says }) => {
    expect(list(have)).toMatch(new RegExp(`\\(not one to one: .*${says}`));
  });

  it("uses cl where the processor has no BMI2, or the count is there", () => {
    const old = { bmi2: false, returnThunk: false };
    expect(list("r2 <<= r4\nexit")).toContain("shl rsi, cl");
    expect(list("r2 <<= r3\nexit", old)).toContain("not one to one");
    expect(list("exit", old)).toMatch(/ret +c3\n$/);
  });
});

/* What follows is compared with the kernel at hand. R9 is a number that the verifier knows nothing of. */

const START =
  "r9 = r1\nr9 -= r1\nr0 = r9\nr2 = r9\nr3 = r9\nr4 = r9\nr5 = r9\nr6 = r9\nr7 = r9\nr8 = r9\n*(u64 *)(r10 - 8) = r9\n*(u64 *)(r10 - 16) = r9";

const REGISTERS = [0, 2, 3, 4, 5, 6, 7, 8, 9];
const pairs = REGISTERS.flatMap((a) => REGISTERS.map((b) => [a, b] as const));
const forPairs = (line: (a: number, b: number) => string) => pairs.map(([a, b]) => line(a, b));
const forEach = (line: (a: number) => string | readonly string[]) => REGISTERS.flatMap(line);

/** Both need a REX prefix, one or the other does, and none; rax and rcx among them. */
const BRANCHED = [
  [2, 3],
  [2, 7],
  [7, 2],
  [7, 8],
  [5, 4],
] as const;

/** Makes a register a number that the verifier knows nothing of, and nothing in common with others. */
const fresh = (register: number) => `r${register} = r9\nr${register} *= 3`;

const COMPARED = [0, 1, -1, 127, 128, 0x7ffffff0];

/** The verifier makes plain jumps of comparisons that always hold. */
const isAlways = (condition: string, imm: number) =>
  (condition === ">=" && imm === 0) || (condition === "<=" && imm === -1);

const FAMILIES: readonly { name: string; lines: readonly string[] }[] = [
  ...["+=", "-=", "*=", "&=", "|=", "^=", "="].map((operator) => ({
    name: `r ${operator} with registers and immediates`,
    lines: [
      ...forPairs((a, b) => `r${a} ${operator} r${b}\nw${a} ${operator} w${b}`),
      ...forEach((a) =>
        [5, -5, 127, 128, -128, -129, 0x7fffffff, 0].map((imm) => `r${a} ${operator} ${imm}\nw${a} ${operator} ${imm}`),
      ),
    ],
  })),
  ...["<<=", ">>=", "s>>="].map((operator) => ({
    name: `r ${operator} with immediates and registers`,
    lines: [
      ...forEach((a) => [1, 2, 31].map((by) => `r${a} ${operator} ${by}\nw${a} ${operator} ${by}`)),
      // R4 is rcx, by which rcx itself is not shifted in one instruction.
      ...pairs
        .filter(([a, b]) => !(a === 4 && b === 4))
        .map(([a, b]) => `r${a} ${operator} r${b}\nw${a} ${operator} w${b}`),
    ],
  })),
  { name: "negation", lines: forEach((a) => `r${a} = -r${a}\nw${a} = -w${a}`) },
  {
    name: "sign-extending moves",
    lines: forPairs(
      (a, b) => `r${a} = (s8)r${b}\nr${a} = (s16)r${b}\nr${a} = (s32)r${b}\nw${a} = (s8)w${b}\nw${a} = (s16)w${b}`,
    ),
  },
  {
    name: "byte swaps",
    lines: forEach((a) =>
      ["be16", "be32", "be64", "le16", "le32", "le64", "bswap16", "bswap32", "bswap64"].map(
        (swap) => `r${a} = ${swap} r${a}`,
      ),
    ),
  },
  {
    name: "64-bit constants",
    lines: forEach((a) =>
      [
        "0",
        "1",
        "0x7fffffff",
        "0x80000000",
        "0xffffffff",
        "0x100000000",
        "0xffffffff80000000",
        "0xffffffffffffffff",
      ].map((value) => `r${a} = ${value} ll`),
    ),
  },
  {
    name: "loads from the stack",
    lines: forEach((a) =>
      ["u8", "u16", "u32", "u64", "s8", "s16", "s32"].map((type) => `r${a} = *(${type} *)(r10 - 8)\nr${a} = r9`),
    ),
  },
  {
    name: "loads and stores by other registers, and far away",
    lines: [2, 3, 5, 6, 7, 8].flatMap((base) => [
      `r${base} = r10`,
      ...["u8", "u16", "u32", "u64"].flatMap((type) =>
        [0, 2, 4, 9].map((other) =>
          other === base
            ? ""
            : `*(${type} *)(r${base} - 8) = r${other}\n*(${type} *)(r${base} - 256) = r${other}\nr${other} = *(${type} *)(r${base} - 256)`,
        ),
      ),
      `*(u64 *)(r${base} - 8) = 7\n*(u32 *)(r${base} - 256) = -7\n*(u16 *)(r${base} - 8) = 300\n*(u8 *)(r${base} - 256) = 9`,
      `r${base} = r9`,
    ]),
  },
  {
    name: "atomic operations",
    lines: [
      ...forEach((a) =>
        ["+=", "|=", "&=", "^="].map(
          (operator) => `lock *(u64 *)(r10 - 8) ${operator} r${a}\nlock *(u32 *)(r10 - 16) ${operator} w${a}`,
        ),
      ),
      ...forEach(
        (a) =>
          `r${a} = atomic_fetch_add((u64 *)(r10 - 8), r${a})\nw${a} = atomic_fetch_add((u32 *)(r10 - 16), w${a})\nr${a} = xchg_64(r10 - 8, r${a})\nw${a} = xchg32_32(r10 - 16, w${a})`,
      ),
      ...forEach((a) => `r0 = cmpxchg_64(r10 - 8, r0, r${a})`),
      ...forEach((a) => `r${a} = load_acquire((u64 *)(r10 - 8))\nr${a} = r9\nstore_release((u32 *)(r10 - 16), w${a})`),
    ],
  },
  ...["==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"].map((condition) => ({
    name: `branches where ${condition}`,
    lines: [
      ...BRANCHED.map(
        ([a, b]) =>
          `${fresh(a)}\n${fresh(b)}\nif r${a} ${condition} r${b} goto +1\nr0 = 1\n${fresh(a)}\n${fresh(b)}\nif w${a} ${condition} w${b} goto +1\nr0 = 1`,
      ),
      ...[2, 7, 0].flatMap((a) =>
        COMPARED.filter((imm) => !isAlways(condition, imm)).map(
          (imm) =>
            `${fresh(a)}\nif r${a} ${condition} ${imm} goto +1\nr4 = 1\n${fresh(a)}\nif w${a} ${condition} ${imm} goto +1\nr4 = 1`,
        ),
      ),
    ],
  })),
  {
    name: "branches over short and long distances, at the border between them",
    lines: [28, 29, 30, 31, 32, 33, 60, 500].flatMap((count) => [
      `${fresh(2)}\n${fresh(6)}\nif r2 s> r6 goto +${count}`,
      ...Array.from({ length: count }, () => "r0 += 1"),
      `${fresh(7)}\n${fresh(6)}\nif r7 s> r6 goto +${count}`,
      ...Array.from({ length: count }, () => "r0 ^= r2"),
      `${fresh(8)}\n${fresh(6)}\nif r8 s> r6 goto +2\nr0 += 1\ngoto +1\nr0 = 7`,
    ]),
  },
  {
    name: "several exits, and a loop",
    lines: [
      "if r2 s> r9 goto +1\nexit",
      "r3 = 0\nr0 += 1\nr3 += 1\nif r3 < 5 goto -3",
      "if r4 s> r9 goto +1\nexit\nr0 = 4",
    ],
  },
];

/** What the kernel puts in front of a program that uses R6 to R9 and `stack` bytes of stack. */
function prologue(stack: number): number[] {
  const saved = [0x53, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57];
  return [
    0x0f,
    0x1f,
    0x44,
    0,
    0,
    0x0f,
    0x1f,
    0,
    0x55,
    0x48,
    0x89,
    0xe5,
    0x48,
    0x81,
    0xec,
    stack & 0xff,
    stack >> 8,
    0,
    0,
    ...saved,
  ];
}

const bmi2 = kernelMissing === undefined && /\bbmi2\b/.test(readFileSync("/proc/cpuinfo", "utf8"));

describe.skipIf(kernelMissing !== undefined)(
  `the running kernel's code${kernelMissing === undefined ? "" : ` (skipped: ${kernelMissing})`}`,
  () => {
    it.for(FAMILIES)("$name", ({ lines }, { skip }) => {
      const text = `${START}\n${lines.filter((line) => line !== "").join("\n")}\nexit`;
      const { bytes, instructions } = assembleExtended(text, { complete: true });
      const kernel = compiledByKernel(bytes);
      if (kernel === undefined) return skip("this kernel does not show what it compiles");
      const start = prologue(text.includes("- 256") ? 256 : 16);
      expect([...kernel.subarray(0, start.length)]).toEqual(start);
      const returnThunk = kernel.at(-1) !== 0xc3;
      let at = start.length;
      for (const [slot, code] of layOut(instructions, { bmi2, returnThunk }).entries()) {
        if (code === null) continue;
        if (code.kind !== "native") expect.fail(`${slot}: ${code.reason}`);
        for (const native of code.instructions) {
          const have: number[] = [...kernel.subarray(at, at + native.bytes.length)];
          at += native.bytes.length;
          // The thunk's distance is the kernel's own affair.
          const want = native.text === "jmp __x86_return_thunk" ? [0xe9, ...have.slice(1)] : [...native.bytes];
          if (`${have}` !== `${want}`)
            expect.fail(
              `${slot}: ${native.text}\nthe kernel has ${Buffer.from(have).toString("hex")}, the listing ${Buffer.from(want).toString("hex")}`,
            );
        }
      }
      expect(at).toBe(kernel.length);
    });
  },
);
