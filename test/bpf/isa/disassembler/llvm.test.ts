import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assembleExtended } from "../../../../src/bpf/isa/assembler/assemble.ts";
import { disassemble } from "../../../../src/bpf/isa/disassembler/disassemble.ts";
import { ALL_FORMS, instructionOf, toBytes } from "../arbitrary-program.ts";

/** The newest llvm-objdump and clang that know instruction set v4 (LLVM 18). */
function newest(tool: string): { path: string; version: number } | undefined {
  for (const name of [tool, ...[22, 21, 20, 19, 18].map((version) => `${tool}-${version}`)]) {
    const { stdout, status } = spawnSync(name, ["--version"], { encoding: "utf8" });
    const version = Number(/version (\d+)/.exec(stdout ?? "")?.[1]);
    if (status === 0 && version >= 18) return { path: name, version };
  }
  return undefined;
}

const objdump = newest("llvm-objdump");
const clang = newest("clang");
let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "netsim-llvm-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Assembles a text with clang and returns the bytes of its .text. */
function clangBytes(text: string): Buffer {
  const [source, object, section] = ["a.s", "a.o", "a.bin"].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(source, text);
  execFileSync(clang!.path, ["--target=bpf", "-mcpu=v4", "-c", source, "-o", object]);
  execFileSync(objdump!.path.replace("objdump", "objcopy"), ["-O", "binary", "--only-section=.text", object, section]);
  return execFileSync("cat", [section]);
}

/** Disassembles bytes, which clang puts into an object as they are. */
function objdumpListing(bytes: Uint8Array): string {
  const [source, object] = ["b.s", "b.o"].map((name) => join(scratch, name)) as [string, string];
  writeFileSync(source, `.text\n.byte ${[...bytes].join(",")}\n`);
  execFileSync(clang!.path, ["--target=bpf", "-c", source, "-o", object]);
  return execFileSync(objdump!.path, ["-d", "--mcpu=v4", object], { encoding: "utf8" });
}

/**
 * Forms that LLVM's text says in full: no references, calls other than helpers', or packet loads with register and
 * offset; LLVM 18 and 19 do not know the acquiring and releasing ones.
 */
const SAID = ALL_FORMS.filter(({ means: { kind } }) => {
  if (kind === "load-acquire" || kind === "store-release") return objdump !== undefined && objdump.version >= 20;
  return !["reference", "call-local", "call-kernel", "percpu-address", "packet-load"].includes(kind);
});

const missing = objdump === undefined || clang === undefined;
const why = missing ? ", left out: no llvm-objdump and clang of version 18 or newer" : "";

describe.skipIf(missing)(`LLVM${why}`, () => {
  // One program with many instructions: starting LLVM takes longer than the rest.
  const program = () => {
    const slots = SAID.flatMap((form) => fc.sample(instructionOf(form, 1), { numRuns: 8, seed: 1 }));
    return toBytes([
      ...slots.filter(([first]) => first!.opcode !== 0x85 || first!.imm >= 0).flat(),
      { opcode: 0x95, dst: 0, src: 0, offset: 0, imm: 0 },
    ]);
  };

  it("prints instructions as llvm syntax does", () => {
    const bytes = program();
    const listing = objdumpListing(bytes)
      .split("\n")
      .filter((line) => /^\s+\d+:\t/.test(line));
    const theirs = listing.map((line) => line.split("\t")[2]!.replace(/ <[^<>\s]*>$/, ""));
    expect(disassemble(bytes, { syntax: "llvm" }).trimEnd().split("\n")).toEqual(theirs);
  });

  it("prints listings that assemble to the same bytes, columns and headings included", () => {
    const bytes = program();
    expect(Buffer.from(assembleExtended(objdumpListing(bytes)).bytes).equals(bytes)).toBe(true);
  });

  it("assembles llvm syntax to the same bytes", () => {
    const bytes = program();
    expect(clangBytes(disassemble(bytes, { syntax: "llvm" })).equals(bytes)).toBe(true);
  });

  it("lists a local call so that it is told from a helper by its bytes", () => {
    const bytes = assembleExtended("call pc+1\nexit\nr0 = 1\nexit").bytes;
    const listing = objdumpListing(bytes);
    expect(listing).toMatch(/call 0x1/);
    expect(assembleExtended(listing).bytes).toEqual(bytes);
  });
});
