import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseDocument, readDocument } from "../../src/topology/document.ts";
import { pluginReferences } from "../../src/topology/plugin-references.ts";
import { diagnosticsOf } from "./loading.ts";

const directory = mkdtempSync(join(tmpdir(), "netsim-document-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function problemsOf(path: string): string[] {
  return diagnosticsOf(() => readDocument(path)).map(
    ({ code, message, place }) =>
      `${place?.line ?? "-"}:${place?.column ?? "-"} ${code} ${message.replaceAll(directory, "DIR")}`,
  );
}

describe("readDocument", () => {
  it("reads UTF-8, with and without a byte order mark", () => {
    for (const mark of ["", "\ufeff"]) {
      const { source, root } = readDocument(file("good.yaml", `${mark}nodes: {ä: x}\n`));
      expect(root.entries.get("nodes")!.value.plain).toEqual(Object.assign(Object.create(null), { ä: "x" }));
      expect(source.place(root.entries.get("nodes")!.key)).toMatchObject({ line: 1, column: 1, endColumn: 6 });
    }
  });

  it("refuses a file of 100 MB by its size", () => {
    const path = file("huge.yaml", "");
    truncateSync(path, 100_000_000);
    expect(problemsOf(path)).toEqual(["-:- file-too-large The file 'DIR/huge.yaml' is larger than 16 MiB."]);
  });

  it.skipIf(!existsSync("/dev/zero"))("stops reading a device without end (needs /dev/zero)", () => {
    expect(problemsOf("/dev/zero")).toEqual(["-:- file-too-large The file '/dev/zero' is larger than 16 MiB."]);
  });

  it.each([
    {
      name: "a missing file",
      path: () => join(directory, "none.yaml"),
      want: "-:- file-unreadable The file 'DIR/none.yaml' cannot be read: it does not exist.",
    },
    {
      name: "a directory",
      path: () => directory,
      want: "-:- file-unreadable The file 'DIR' cannot be read: it is a directory.",
    },
    {
      name: "an object",
      path: () => file("classify.o", Buffer.from("7f454c4602", "hex")),
      want: "-:- bad-topology 'DIR/classify.o' is an ELF object, and no topology.",
    },
    {
      name: "a C source",
      path: () => file("classify.c", "int x;"),
      want: "-:- bad-topology 'DIR/classify.c' is a C source, and no topology.",
    },
    {
      name: "a capture",
      path: () => file("packets.yaml", Buffer.from("d4c3b2a10200", "hex")),
      want: "-:- bad-topology 'DIR/packets.yaml' is a capture, and no topology.",
    },
    {
      name: "a seccomp policy",
      path: () => file("web.kafel", "POLICY web { ALLOW { read } }"),
      want: "-:- bad-topology 'DIR/web.kafel' is a seccomp policy, and no topology.",
    },
    { name: "an empty file", path: () => file("empty.yaml", ""), want: "1:1 schema-type The file is empty." },
    {
      name: "a file of comments",
      path: () => file("comments.yaml", "# none\n"),
      want: "1:1 schema-type The file is empty.",
    },
    {
      name: "a list",
      path: () => file("list.yaml", "- a\n"),
      want: "1:1 schema-type A topology is a mapping of keys such as `nodes` and `links`.",
    },
    {
      name: "bytes that are not UTF-8",
      path: () => file("latin1.yaml", Buffer.from("a: 1\nb: x\xe9y\n", "latin1")),
      want: "2:5 yaml-syntax The file is not UTF-8 text from here on.",
    },
    {
      name: "a genuine replacement character before them",
      path: () => file("mixed.yaml", Buffer.concat([Buffer.from("a: \ufffd\n"), Buffer.from([0x62, 0xff])])),
      want: "2:2 yaml-syntax The file is not UTF-8 text from here on.",
    },
    {
      name: "a single wrong byte",
      path: () => file("byte.yaml", Buffer.from([0xff])),
      want: "1:1 yaml-syntax The file is not UTF-8 text from here on.",
    },
    {
      name: "UTF-16",
      path: () => file("utf16.yaml", Buffer.from("\ufeffa: 1\n", "utf16le")),
      want: "1:1 yaml-syntax The file is not UTF-8 text from here on.",
    },
  ])("refuses $name", ({ path, want }) => {
    expect(problemsOf(path())).toEqual([want]);
  });
});

describe("pluginReferences", () => {
  it("gives the modules with the topology's directory and their places", () => {
    const document = parseDocument("plugins:\n  - ./a.mjs\n  - some-package\n  - 5\n", join("dir", "t.yaml"));
    expect(pluginReferences(document)).toEqual([
      {
        specifier: "./a.mjs",
        directory: "dir",
        place: { file: join("dir", "t.yaml"), line: 2, column: 5, endColumn: 12 },
      },
      {
        specifier: "some-package",
        directory: "dir",
        place: { file: join("dir", "t.yaml"), line: 3, column: 5, endColumn: 17 },
      },
    ]);
  });

  it("is empty where there are none", () => {
    expect(pluginReferences(parseDocument("plugins: 5\n", "t.yaml"))).toEqual([]);
    expect(pluginReferences(parseDocument("nodes: {}\n", "t.yaml"))).toEqual([]);
  });
});
