import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { decodeProgram } from "../../../../src/bpf/isa/decode.ts";
import { disassemble } from "../../../../src/bpf/isa/disassembler/disassemble.ts";

/*
 * Counts packets' bytes by IP protocol: the classic example of a socket filter with a map. The protocol's byte is the
 * key, the value is a counter that the packet's length is added to.
 */
const PROGRAM = `
 0: r6 = r1                        ; the packet, where LD_ABS looks for it
 1: r7 = *(u32 *)(r6 +0)           ; its length
 2: r8 = *(u32 *)(r6 +16)          ; its protocol: IPv4 only
 3: if r8 != 0x8 goto pc+19
 4: r0 = *(u8 *)skb[23]
 5: *(u32 *)(r10 -4) = r0
 6: r2 = r10
 7: r2 += -4
 8: r1 = map_fd
10: call 1
11: if r0 == 0x0 goto pc+2
12: lock *(u64 *)(r0 +0) += r7
13: goto pc+9
14: *(u64 *)(r10 -16) = r7
15: r4 = 0
16: r3 = r10
17: r3 += -16
18: r2 = r10
19: r2 += -4
20: r1 = map_fd
22: call bpf_map_update_elem
23: r0 = 0
24: exit
`;

describe("a program that counts bytes by protocol", () => {
  const { bytes, references, lines, instructions } = assembleExtended(PROGRAM, { complete: true });

  it("is 25 slots long and sound", () => {
    expect(bytes.length).toBe(25 * 8);
    expect(decodeProgram(bytes).problems).toEqual([]);
  });

  it("leaves its map to the loader", () => {
    expect(references).toEqual([
      { kind: "map", name: "map_fd", index: 8, line: 10, column: 10, endColumn: 16 },
      { kind: "map", name: "map_fd", index: 20, line: 21, column: 10, endColumn: 16 },
    ]);
    expect(instructions[8]).toEqual({ kind: "reference", index: 8, to: "map-fd", dst: 1, imm: 0, nextImm: 0 });
    expect(lines.slice(7, 11)).toEqual([9, 10, 10, 11]);
  });

  it.each(["kernel", "llvm", "mnemonic"] as const)("comes back from text in %s syntax", (syntax) => {
    const text = disassemble(bytes, { syntax, numbers: true, opcodes: true, names: { map: () => "map_fd" } });
    const again = assembleExtended(text, { complete: true });
    expect(Buffer.from(again.bytes).equals(bytes)).toBe(true);
    expect(again.references.map(({ name, index }) => [name, index])).toEqual([
      ["map_fd", 8],
      ["map_fd", 20],
    ]);
  });

  it("reads as the kernel prints it", () => {
    expect(
      disassemble(bytes, { syntax: "kernel", opcodes: true, names: { map: () => "map_fd" } })
        .split("\n")
        .slice(3, 12),
    ).toEqual([
      "(55) if r8 != 0x8 goto pc+19",
      "(30) r0 = *(u8 *)skb[23]",
      "(63) *(u32 *)(r10 -4) = r0",
      "(bf) r2 = r10",
      "(07) r2 += -4",
      "(18) r1 = map[map_fd]",
      "(85) call bpf_map_lookup_elem#1",
      "(15) if r0 == 0x0 goto pc+2",
      "(db) lock *(u64 *)(r0 +0) += r7",
    ]);
  });
});
