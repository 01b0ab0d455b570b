import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LOAD_IMMEDIATE_64, PSEUDO } from "../../src/bpf/isa/opcodes.ts";
import { readRaw, writeRaw } from "../../src/bpf/isa/raw.ts";
import type { Btf } from "../../src/bpf/object/btf/btf-type.ts";
import { readKernelTypes } from "../../src/bpf/object/btf/read-kernel-types.ts";
import { ObjectError, type ObjectFile } from "../../src/bpf/object/object-file.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../src/c-compiler/compilers.ts";
import { type Libbpf, type LibbpfObject, libbpf } from "./libbpf.ts";

const CORPUS = new URL("../corpus/objects/", import.meta.url).pathname;
const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";

/** The newest clang: older ones do not know every CO-RE relocation. */
const PATH = process.env.PATH ?? "";
const compiler = ["clang-21", "clang-20", "clang-19", "clang-18", "clang"].find(
  (name) => findCompilerNamed(name, PATH) !== undefined,
);

const missing =
  "missing" in libbpf
    ? libbpf.missing
    : compiler === undefined
      ? "there is no clang"
      : !existsSync("/usr/include/bpf/bpf_helpers.h")
        ? "there are no headers of libbpf"
        : process.getuid?.() !== 0
          ? "this is not root"
          : undefined;

const reference = libbpf as Libbpf;
const sources = readdirSync(CORPUS).filter((name) => name.endsWith(".c"));
const compile = (name: string, flags: readonly string[] = []) =>
  compileSource(`${CORPUS}${name}`, { compiler: compiler!, flags }).object;

/**
 * Where netsim takes on purpose what libbpf refuses: what iproute2, ir-keytable, old loaders and cilium/ebpf take. These are compared with
 * nothing but their reading.
 */
const TAKEN = new Set([
  "annotated-maps.c",
  "legacy-maps.c",
  "iproute2-maps.c",
  "maps-by-hook.c",
  "same-section-calls.c",
]);

/** Objects whose instructions or contents libbpf works out only while it loads them. */
const LOADED = sources.filter((name) => !name.startsWith("sections-") && !TAKEN.has(name));

let kernelTypes: Btf | undefined;
function read(object: Uint8Array): ObjectFile | ObjectError {
  kernelTypes ??= readKernelTypes(readFileSync(KERNEL_TYPES));
  try {
    return readObject(object, { kernelTypes });
  } catch (error) {
    if (error instanceof ObjectError) return error;
    throw error;
  }
}

/** The descriptors that libbpf put into instructions, as the indexes that netsim leaves there. */
function withIndexes(instructions: Uint8Array, ours: Uint8Array, descriptors: Map<number, number>): Uint8Array {
  const bytes = instructions.slice();
  for (let slot = 0; slot < bytes.length / 8; slot++) {
    const raw = readRaw(bytes, slot);
    // libbpf 1.1 calls kernel functions that are not there with id 0; later ones with a number that no helper has.
    if (raw.opcode === 0x85 && raw.src === 2 && raw.imm === 0 && readRaw(ours, slot).imm >= 2_002_000_000)
      writeRaw(bytes, slot, readRaw(ours, slot));
    if (raw.opcode !== LOAD_IMMEDIATE_64) continue;
    if (raw.src === PSEUDO["map-fd"] || raw.src === PSEUDO["map-value"]) {
      const index = readRaw(ours, slot).imm;
      // Every descriptor stands for one index, everywhere in the object.
      if (!descriptors.has(raw.imm) && ![...descriptors.values()].includes(index)) descriptors.set(raw.imm, index);
      const src = raw.src === PSEUDO["map-fd"] ? PSEUDO["map-index"] : PSEUDO["map-index-value"];
      writeRaw(bytes, slot, { ...raw, src, imm: descriptors.get(raw.imm) ?? -1 });
    }
    slot++;
  }
  return bytes;
}

const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString("hex");

function summaryOfOurs({ programs, maps }: ObjectFile) {
  return {
    programs: programs.map(({ name, section, attachType = 0 }) => ({ name, section, attachType })),
    maps: maps.map(({ type, keySize, valueSize, maxEntries, flags }) => ({
      type,
      keySize,
      valueSize,
      maxEntries,
      flags,
    })),
  };
}

function summaryOfTheirs({ programs, maps }: LibbpfObject) {
  return {
    programs: programs.map(({ name, section, attachType }) => ({ name, section, attachType })),
    maps: maps.map(({ type, keySize, valueSize, maxEntries, flags }) => ({
      type,
      keySize,
      valueSize,
      maxEntries,
      flags,
    })),
  };
}

describe.skipIf(missing !== undefined)(`objects as libbpf reads them${missing ? ` (${missing})` : ""}`, () => {
  it.each(sources.filter((name) => !TAKEN.has(name)))("%s: programs, maps, or refusal", (name) => {
    const object = compile(name);
    const theirs = reference.read(object, false);
    const ours = read(object);
    if (ours instanceof ObjectError) expect(theirs.opened, ours.message).not.toBe(0);
    else {
      expect(theirs.opened, theirs.log).toBe(0);
      expect(summaryOfOurs(ours)).toEqual(summaryOfTheirs(theirs));
    }
  });

  it.each(LOADED)("%s: instructions and contents", (name) => {
    const object = compile(name);
    const ours = read(object);
    if (ours instanceof ObjectError) return;
    const theirs = reference.read(object, true);
    const descriptors = new Map<number, number>();
    for (const program of ours.programs) {
      const instructions = theirs.programs.find((it) => it.name === program.name)!.instructions;
      // Programs that are not to be loaded are not relocated by libbpf.
      if (program.autoload)
        expect(hex(program.instructions), program.name).toBe(
          hex(withIndexes(instructions, program.instructions, descriptors)),
        );
    }
    for (const [index, map] of ours.maps.entries())
      if (map.contents !== undefined && map.name !== ".kconfig")
        expect(hex(map.contents), map.name).toBe(hex(theirs.maps[index]!.contents));
  });

  it.each(["v1", "v2", ...(compiler === "clang" ? [] : ["v4"])])("programs for -mcpu=%s", (cpu) => {
    for (const name of ["subprograms.c", "globals.c", "callbacks.c", "loops.c"]) {
      const object = compile(name, [`-mcpu=${cpu}`]);
      const ours = read(object) as ObjectFile;
      const theirs = reference.read(object, true);
      for (const program of ours.programs) {
        const { instructions } = theirs.programs.find((it) => it.name === program.name)!;
        expect(hex(program.instructions)).toBe(hex(withIndexes(instructions, program.instructions, new Map())));
      }
    }
  });
});
