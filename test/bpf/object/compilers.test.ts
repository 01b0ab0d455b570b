import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { disassemble } from "../../../src/bpf/isa/disassembler/disassemble.ts";
import { withDescriptors } from "../../../src/bpf/object/load/name-maps.ts";
import type { ObjectFile, ObjectProgram } from "../../../src/bpf/object/object-file.ts";
import { readObject } from "../../../src/bpf/object/read-object.ts";
import { compileSource } from "../../../src/c-compiler/compile.ts";
import { findCompilerNamed } from "../../../src/c-compiler/compilers.ts";

const CORPUS = new URL("../../corpus/objects/", import.meta.url).pathname;
const PATH = process.env.PATH ?? "";
const compilers = ["clang-19", "clang", "bpf-gcc"].filter((name) => findCompilerNamed(name, PATH) !== undefined);
const missing = !existsSync("/usr/include/bpf/bpf_helpers.h")
  ? "there are no headers of libbpf"
  : compilers.length === 0
    ? "there is no compiler for BPF"
    : undefined;
const skipped = missing ? ` (${missing})` : "";

const object = (name: string, compiler: string, flags: readonly string[] = []): ObjectFile =>
  readObject(compileSource(`${CORPUS}${name}.c`, { compiler, flags }).object);
const program = ({ programs }: ObjectFile, name: string): ObjectProgram => programs.find((it) => it.name === name)!;
const text = ({ instructions }: ObjectProgram): string => disassemble(instructions, { syntax: "kernel" });

describe.skipIf(missing !== undefined).each(compilers)(`objects of %s${skipped}`, (compiler) => {
  // gcc appends what it did to a function to its name.
  it("have functions linked behind the programs that call them, each once", () => {
    const { functions, instructions } = program(object("subprograms", compiler), "a");
    expect(functions.map(({ name }) => name.replace(/\..*/, ""))).toEqual(["a", "other", "middle", "leaf"]);
    const starts = functions.map(({ instruction }) => instruction);
    const targets = [...Array(instructions.length / 8).keys()]
      .filter((slot) => instructions[slot * 8] === 0x85 && instructions[slot * 8 + 1]! >> 4 === 1)
      .map((slot) => slot + 1 + new DataView(instructions.buffer).getInt32(slot * 8 + 4, true));
    expect(targets.length).toBeGreaterThan(3);
    for (const target of targets) expect(starts).toContain(target);
  });

  it("have maps in sections of a program type's own, as ir-keytable's", () => {
    const { maps, programs } = object("maps-by-hook", compiler);
    expect(maps).toMatchObject([
      { name: "state", origin: "legacy", type: 2, keySize: 4, valueSize: 16, maxEntries: 1 },
    ]);
    expect(programs).toMatchObject([{ name: "decode", type: "lirc_mode2" }]);
  });

  it("name variables by their places in sections of data", () => {
    const { maps, programs } = object("globals", compiler);
    const places = new Map(
      maps.flatMap(({ name, variables = [] }) => variables.map((it) => [it.name, `${name}+${it.offset}`])),
    );
    expect([...places.keys()].sort()).toContain("initialised");
    const named = [...text(programs[0]!).matchAll(/map\[idx:(\d+)\]\[0\]\+(\d+)/g)].map(
      ([, map, at]) => `${maps[Number(map)]!.name}+${at}`,
    );
    // Each variable that the program uses is named by where it begins, or by a byte inside of it.
    for (const name of ["initialised", "config", "shared"]) expect(named).toContain(places.get(name));
    for (const place of named) {
      const [section, at] = place.split("+");
      const map = maps.find(({ name }) => name === section)!;
      expect(Number(at)).toBeLessThan(map.valueSize);
    }
  });

  it("take maps of samples and of iproute2 from sections called maps", () => {
    const samples = object("legacy-maps", compiler);
    expect(samples.maps).toMatchObject(
      [
        { name: "counts", origin: "legacy", type: 1, keySize: 4, valueSize: 8, maxEntries: 128, flags: 1 },
        { name: "events", type: 4, keySize: 4, valueSize: 4, maxEntries: 0 },
      ].sort(
        (a, b) =>
          samples.maps.findIndex(({ name }) => name === a.name) - samples.maps.findIndex(({ name }) => name === b.name),
      ),
    );
    expect(samples.kernelVersion).toBe(0x060c00);
    expect(samples.programs[0]).toMatchObject({ section: "socket1", type: "socket_filter" });
    const { maps } = object("iproute2-maps", compiler);
    const found = Object.fromEntries(maps.map((map) => [map.name, map]));
    expect(found.jumps).toMatchObject({ type: 3, id: 2, pinning: "by-name", slots: [{ key: 3, program: "third" }] });
    expect(found.outer!.inner).toMatchObject({ name: "inner", type: 2 });
    expect(found.outer!.slots).toEqual([{ key: 3, map: maps.findIndex(({ name }) => name === "inner") }]);
  });

  it("take the types of old maps from BPF_ANNOTATE_KV_PAIR, and maps whose inner ones the loader knows", () => {
    const { maps, btf, programs } = object("annotated-maps", compiler);
    const found = Object.fromEntries(maps.map((map) => [map.name, map]));
    expect(Object.keys(found).sort()).toEqual(["counts", "outer"]);
    expect(btf!.type(found.counts!.valueTypeId!)).toMatchObject({ kind: "struct", name: "seen" });
    expect([found.outer!.inner, found.outer!.slots, programs[0]!.type]).toEqual([undefined, [], undefined]);
  });

  it("name descriptors where a loader wants them", () => {
    const it = object("globals", compiler);
    const bytes = withDescriptors(
      it.programs[0]!.instructions,
      it.maps.map((_, index) => index + 100),
    );
    expect(disassemble(bytes, { syntax: "kernel" })).toMatch(/map\[fd:10\d\]\[0\]\+/);
  });

  // gcc knows only some of the CO-RE relocations.
  it.skipIf(compiler === "bpf-gcc").each([
    ["core-missing", "struct task_struct.no_such_field"],
    ["core-nested", "struct qdisc_skb_cb.data[7]"],
    ["core-enums", "enum pid_type___mine.PIDTYPE_NOT___mine"],
  ])("%s: say what the kernel's types do not have", (name, want) => {
    const { instructions, absent } = object(name, compiler).programs[0]!;
    const [slot] = [...absent].find(([, what]) => what === want) ?? [];
    expect(text({ instructions } as ObjectProgram).split("\n").length).toBeGreaterThan(slot!);
    expect(new DataView(instructions.buffer).getInt32(slot! * 8 + 4, true)).toBe(195_896_080);
  });
});

describe.skipIf(missing !== undefined || compilers[0]?.startsWith("clang") !== true)(
  `big-endian objects${skipped}`,
  () => {
    it("are the same but for their byte order", () => {
      const [little, big] = [[], ["-target", "bpfeb"]].map((flags) => object("subprograms", compilers[0]!, flags));
      expect(big!.endianness).toBe("big");
      expect(big!.programs.map(text)).toEqual(little!.programs.map(text));
      expect(big!.programs.map(({ functions, lines }) => [functions, lines.length])).toEqual(
        little!.programs.map(({ functions, lines }) => [functions, lines.length]),
      );
    });
  },
);
