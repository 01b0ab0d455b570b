import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { disassemble } from "../../../../src/bpf/isa/disassembler/disassemble.ts";

/** The public suite bpf_conformance, kept beside the project. */
const SUITE = new URL("../../../../../shared/data/bpf_conformance", import.meta.url).pathname;
const missing = !existsSync(SUITE);

interface Case {
  readonly file: string;
  readonly asm: string;
  /** 64-bit words of the program, where the case gives them. */
  readonly raw?: readonly bigint[];
}

function cases(): Case[] {
  if (missing) return [];
  return readdirSync(SUITE)
    .filter((file) => file.endsWith(".data"))
    .map((file) => {
      const sections = new Map(
        readFileSync(join(SUITE, file), "utf8")
          .split(/^-- /m)
          .map(
            (section) => [section.slice(0, section.indexOf("\n")), section.slice(section.indexOf("\n") + 1)] as const,
          ),
      );
      const raw = sections.get("raw");
      return {
        file,
        asm: sections.get("asm")!,
        ...(raw === undefined ? {} : { raw: raw.trim().split(/\s+/).map(BigInt) }),
      };
    });
}

describe.skipIf(missing)(`bpf_conformance${missing ? ", left out: the suite is not there" : ""}`, () => {
  const all = cases();

  it("is there as a whole", () => {
    expect(all.length).toBe(225);
    expect(all.filter(({ raw }) => raw !== undefined).length).toBe(1);
  });

  it.each(all)("$file assembles, and its text in every syntax is the same program", ({ asm, raw }) => {
    const { bytes } = assembleExtended(asm, { complete: true });
    for (const syntax of ["kernel", "llvm", "mnemonic"] as const)
      expect(Buffer.from(assembleExtended(disassemble(bytes, { syntax })).bytes).equals(bytes)).toBe(true);
    if (raw === undefined) return;
    const view = new DataView(bytes.buffer);
    expect(raw.map((_, index) => view.getBigUint64(index * 8, true))).toEqual(raw);
    expect(bytes.length).toBe(raw.length * 8);
  });
});
