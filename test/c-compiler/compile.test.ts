import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileSource } from "../../src/c-compiler/compile.ts";
import { readDiagnostics } from "../../src/c-compiler/diagnostics.ts";
import { NetsimError } from "../../src/errors.ts";

const directory = mkdtempSync(join(tmpdir(), "netsim-compiler-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A compiler that counts how often it runs: its object is the source. `error` in the source makes it fail. */
const COMPILER = `#!/bin/sh
echo run >> "${directory}/runs"
while [ $# -gt 1 ]; do case "$1" in -o) out=$2; shift;; -MF) deps=$2; shift;; esac; shift; done
if grep -q error "$1"; then
  echo "$1:2:5: error: use of undeclared identifier 'x'" >&2
  echo "$1:1:1: note: declared nowhere" >&2
  exit 1
fi
if grep -q warn "$1"; then echo "$1:3:1: warning: unused variable 'y'" >&2; fi
if grep -q silent "$1"; then exit 3; fi
cp "$1" "$out"
printf 'object.o: %s \\\\\\n  ${directory}/header.h\\n' "$1" > "$deps"
`;

mkdirSync(join(directory, "bin"));
writeFileSync(join(directory, "bin", "clang"), COMPILER);
chmodSync(join(directory, "bin", "clang"), 0o755);
writeFileSync(join(directory, "header.h"), "one\n");

const environment = { PATH: `${directory}/bin:/usr/bin:/bin`, XDG_CACHE_HOME: join(directory, "cache") };
const runs = () => readFileSync(join(directory, "runs"), "utf8").split("\n").length - 1;
const source = (name: string, text: string) => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};
const compile = (file: string, flags: readonly string[] = []) => compileSource(file, { environment, flags });
const failure = (action: () => unknown): NetsimError => {
  try {
    action();
  } catch (error) {
    if (error instanceof NetsimError) return error;
    throw error;
  }
  throw new Error("it succeeded");
};

describe("C sources", () => {
  it("are compiled once for the same source, headers and flags", () => {
    const file = source("a.c", "int a;\n");
    expect(Buffer.from(compile(file).object).toString()).toBe("int a;\n");
    expect([compile(file), runs()][1]).toBe(1);
    compile(file, ["-DX"]);
    expect(runs()).toBe(2);
    source("a.c", "int b;\n");
    expect([Buffer.from(compile(file).object).toString(), runs()]).toEqual(["int b;\n", 3]);
    writeFileSync(join(directory, "header.h"), "two\n");
    compile(file);
    expect([compile(file), runs()][1]).toBe(4);
  });

  it("pass on what the compiler says, with places", () => {
    const file = source("broken.c", "error\n");
    expect(failure(() => compile(file)).diagnostics).toEqual([
      {
        code: "program-syntax",
        severity: "error",
        message: "Use of undeclared identifier 'x'.",
        place: { file, line: 2, column: 5 },
        hint: `${file}:1: Declared nowhere.`,
      },
    ]);
  });

  it.each([
    "a.c:1:10: fatal error: 'bpf/bpf_helpers.h' file not found",
    "a.c:1:10: fatal error: bpf/bpf_helpers.h: No such file or directory",
  ])("say which package a header is in: %s", (output) => {
    expect(readDiagnostics(output, "a.c", false)).toMatchObject([{ hint: expect.stringContaining("libbpf-dev") }]);
  });

  it("keep warnings with the object", () => {
    const file = source("warned.c", "warn\n");
    const [first, second] = [compile(file).warnings, compile(file).warnings];
    expect(first).toMatchObject([{ severity: "warning", message: "Unused variable 'y'.", place: { line: 3 } }]);
    expect(second).toEqual(first);
  });

  it("say so where the compiler fails without a word", () => {
    expect(failure(() => compile(source("silent.c", "silent\n"))).message).toMatch(/gave up: It said nothing/);
  });

  it("say so where there is no compiler", () => {
    const file = source("none.c", "int a;\n");
    const error = failure(() => compileSource(file, { environment: { PATH: "/nowhere" } }));
    expect(error.diagnostics[0]).toMatchObject({ code: "compiler-missing", place: { file } });
  });

  it("are compiled without a cache where none can be kept", () => {
    const file = source("uncached.c", "int a;\n");
    const elsewhere = { ...environment, XDG_CACHE_HOME: join(directory, "header.h") };
    expect(Buffer.from(compileSource(file, { environment: elsewhere }).object).toString()).toBe("int a;\n");
  });
});
