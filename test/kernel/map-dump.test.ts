import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeValue } from "../../src/bpf/codec/decode.ts";
import { type DumpedElement, dumpMap } from "../../src/bpf/codec/dump-map.ts";
import { encodeValue } from "../../src/bpf/codec/encode.ts";
import type { ObjectFile } from "../../src/bpf/object/object-file.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";

const SOURCE = new URL("../fixtures/map-types.c", import.meta.url).pathname;
const BPF_FILES = "/sys/fs/bpf";
const INCLUDES = process.arch === "x64" ? ["-I/usr/include/x86_64-linux-gnu"] : [];

const works = (command: string, ...words: string[]): boolean => spawnSync(command, words).status === 0;

const missing = !works("clang", "--version")
  ? "clang is not installed"
  : !works("bpftool", "map", "show")
    ? "bpftool does not work here"
    : !existsSync(BPF_FILES)
      ? "there is no /sys/fs/bpf"
      : undefined;

const run = (...words: string[]): string => {
  const { status, stdout, stderr } = spawnSync("bpftool", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`bpftool ${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
};

describe.skipIf(missing !== undefined)(
  missing === undefined
    ? "dumps of maps are bpftool's, byte for byte"
    : `dumps of maps compared with bpftool's (skipped: ${missing})`,
  () => {
    let folder: string;
    let object: ObjectFile;
    const pins = join(BPF_FILES, `netsim-test-${process.pid}`);

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "netsim-map-dump-"));
      const file = join(folder, "types.o");
      const compiled = spawnSync("clang", ["-O2", "-g", "-target", "bpf", ...INCLUDES, "-c", SOURCE, "-o", file], {
        encoding: "utf8",
      });
      expect(compiled.stderr).toBe("");
      object = readObject(readFileSync(file));
      mkdirSync(pins);
      run("prog", "load", file, join(pins, "prog"), "pinmaps", join(pins, "maps"));
    });

    afterAll(() => {
      rmSync(pins, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
    });

    /** The bytes in bpftool's own JSON. */
    const bytesOf = (text: readonly string[]): Uint8Array => Uint8Array.from(text, Number);

    interface JsonElement {
      readonly key: readonly string[];
      readonly value?: readonly string[];
      readonly values?: readonly { readonly value: readonly string[] }[];
    }

    function elementsIn(json: string): DumpedElement[] {
      return (JSON.parse(json) as JsonElement[]).map(({ key, value, values }) => ({
        key: bytesOf(key),
        value:
          value === undefined
            ? Buffer.concat(values!.map((of) => Buffer.concat([bytesOf(of.value), Buffer.alloc(-of.value.length & 7)])))
            : bytesOf(value),
      }));
    }

    it.each(["everything", "per_cpu", "colors", "untyped", "long_ones", "untyped_per_cpu", ".data", ".rodata"])(
      "%s",
      (name) => {
        const map = object.maps.find((it) => it.name === name)!;
        // Names of files have no dots there; libbpf puts the object's name in front.
        const pinned = join(pins, "maps", name.startsWith(".") ? `types_${name.slice(1)}` : name);
        const perCpu = name.endsWith("per_cpu");
        const writable = !name.startsWith(".") && !perCpu;
        const typed = map.valueTypeId !== undefined && map.valueTypeId !== 0;
        const key = fc.uint8Array({ minLength: map.keySize, maxLength: map.keySize });
        // A backslash in text comes out of bpftool as the letters of a new line, which is its mistake.
        const printable = fc.constantFrom(0, 1, 0x41, 0x7f, 0x27, 0x22, 0xff);
        const value = fc.oneof(
          fc.uint8Array({ minLength: map.valueSize, maxLength: map.valueSize }),
          fc.array(printable, { minLength: map.valueSize, maxLength: map.valueSize }).map((it) => Uint8Array.from(it)),
        );
        fc.assert(
          fc.property(key, value, (key, value) => {
            if (writable) {
              const at = map.type === 2 ? ["00", "00", "00", "00"] : hex(key);
              if (map.type !== 2)
                for (const old of elementsIn(run("map", "dump", "pinned", pinned, "-j")).slice(3))
                  run("map", "delete", "pinned", pinned, "key", "hex", ...hex(old.key));
              run("map", "update", "pinned", pinned, "key", "hex", ...at, "value", "hex", ...hex(value));
            }
            const json = run("map", "dump", "pinned", pinned, "-j");
            const types = typed
              ? { types: { btf: object.btf!, key: map.keyTypeId ?? 0, value: map.valueTypeId! } }
              : {};
            const dumped = { elements: elementsIn(json), valueSize: map.valueSize, perCpu, ...types };
            expect(dumpMap(dumped, "json")).toBe(`${json.trimEnd()}\n`);
            expect(dumpMap(dumped, "pretty")).toBe(`${run("map", "dump", "pinned", pinned, "-p").trimEnd()}\n`);
            expect(dumpMap(dumped, "text")).toBe(run("map", "dump", "pinned", pinned));
          }),
          { numRuns: writable ? 8 : 1 },
        );
      },
    );

    it("values that are read and written again are the same", () => {
      const map = object.maps.find((it) => it.name === "everything")!;
      const { btf } = object;
      fc.assert(
        fc.property(fc.uint8Array({ minLength: map.valueSize, maxLength: map.valueSize }), (bytes) => {
          const once = decodeValue(btf!, map.valueTypeId!, bytes);
          const again = encodeValue(btf!, map.valueTypeId!, once);
          expect(decodeValue(btf!, map.valueTypeId!, again)).toEqual(once);
        }),
        { numRuns: 200 },
      );
    });
  },
);

const hex = (bytes: Uint8Array): string[] => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
