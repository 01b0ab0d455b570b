import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { listCompiled } from "../../../../src/bpf/vm/jit/listing.ts";
import { CASES } from "../../../conformance/cases/all.ts";
import { Bench, MODES } from "./jit-programs.ts";

const list = (text: string, checked = false, bench = new Bench({ packet: PACKET })) =>
  listCompiled(assembleExtended(text, { complete: true }).bytes, bench.environment, { checked });

const PACKET = { length: 0, data: 4, head: 64, macHeader: 68, networkHeader: 72 };

/** Lines of the main function, without those before its first BPF instruction. */
function mainOf(listing: string): string[] {
  const lines = listing.split("\n").map((line) => line.trim());
  const from = lines.findIndex((line) => line.startsWith(";; 0:"));
  return lines.slice(from, lines.indexOf(")", from));
}

describe("a listing", () => {
  it("shows each instruction before what it became", () => {
    expect(mainOf(list("r0 = *(u32 *)(r1 + 4)\nif r0 == 7 goto +1\nr0 += 1\nexit"))).toEqual([
      ";; 0: r0 = *(u32 *)(r1 +4)",
      "local.get $w1",
      "i64.load32_u offset=4 align=1",
      "local.tee $r0",
      ";; 1: if r0 == 0x7 goto pc+1",
      "i64.const 7",
      "i64.eq",
      "br_if 0",
      ";; 2: r0 += 1",
      "local.get $r0",
      "i64.const 1",
      "i64.add",
      "local.set $r0",
      "end",
      ";; 3: exit",
      "local.get $r0",
      "return",
      "unreachable",
    ]);
  });

  it("names imports, functions and host functions", () => {
    const bench = new Bench();
    bench.helpers.set(5, { name: "bpf_ktime_get_ns", parameters: [], result: "i64", call: () => 0n });
    const text = list("r6 = subprog[f]\ncall 5\ncallx r6\nexit\nf: r0 = 0\nexit", false, bench);
    expect(text).toContain('(import "netsim" "host0" (func $host0 (result i64))) ;; bpf_ktime_get_ns');
    expect(text).toContain('(import "netsim" "pointer5" (global $pointer5 i32))');
    expect(text).toContain('(func $at5 (export "at5") (param $r1 i64)');
    expect(text).toContain("call_indirect (param i64 i64 i64 i64 i64 i32) (result i64)");
  });

  // Whatever the compiler writes, the listing has to know; unknown instructions throw, and so do bytes that end in the middle.
  it.each(MODES)("knows every instruction that programs become, $mode", ({ checked }) => {
    const more = [
      "r6 = r1\nr0 = *(u16 *)skb[r6 + 3]\nr0 = *(u8 *)skb[-1048576]\nexit",
      "r2 = map[fd:3]\nr3 = 0\ncall 12\nmay_goto +0\nexit",
      "if r1 == 0 goto b\na: r0 += 1\nb: r0 += 2\nif r0 < 9 goto a\nexit",
    ];
    const bench = new Bench({ packet: PACKET });
    bench.maps.set(3, 0x20000);
    const texts = [...CASES.map(({ program }) => program), ...more].filter((text) => !/call (?!12)\d/.test(text));
    for (const text of texts) expect(list(text, checked, bench)).toMatch(/^\(module\n[\s\S]*\n\)\n$/);
  });
});
