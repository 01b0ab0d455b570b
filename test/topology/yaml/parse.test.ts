import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/errors.ts";
import { parseYaml } from "../../../src/topology/yaml/parse.ts";
import { SourceText } from "../../../src/topology/yaml/source-text.ts";
import { exact, follow } from "../../../src/topology/yaml/value.ts";

function read(text: string): { value: unknown; problems: string[]; hints: (string | undefined)[] } {
  const problems: Diagnostic[] = [];
  const value = parseYaml(new SourceText("t.yaml", text), problems);
  return {
    value: value && exact(value),
    problems: problems.map(({ place, code, message }) => `${place!.line}:${place!.column} ${code} ${message}`),
    hints: problems.map(({ hint }) => hint),
  };
}

const object = (entries: Record<string, unknown>) => Object.assign(Object.create(null), entries);

describe("parseYaml", () => {
  it.each([
    {
      name: "core types",
      text: "[a, 1, 1.5, true, null, ~, 0x1f, 0o17, -3, 1e3]",
      want: ["a", 1, 1.5, true, null, null, 31, 15, -3, 1000],
    },
    {
      name: "no YAML 1.1 booleans and base-60 numbers",
      text: "[yes, no, on, 02:00:00, 12:30]",
      want: ["yes", "no", "on", "02:00:00", "12:30"],
    },
    {
      name: "exact integers",
      text: "[18446744073709551615, -9223372036854775808, 0xffffffffffffffff]",
      want: [2n ** 64n - 1n, -(2n ** 63n), 2n ** 64n - 1n],
    },
    { name: "small integers as numbers", text: "[9007199254740991, 9007199254740992]", want: [2 ** 53 - 1, 2n ** 53n] },
    {
      name: "keys as text",
      text: "{22: a, true: b, null: c, 1.10: d}",
      want: object({ 22: "a", true: "b", null: "c", "1.10": "d" }),
    },
    {
      name: "a key that is a prototype's",
      text: "{__proto__: 1, constructor: 2}",
      want: object(JSON.parse('{"__proto__": 1, "constructor": 2}')),
    },
    { name: "empty values", text: "a:\nb: {}\nc: []\n", want: object({ a: null, b: object({}), c: [] }) },
    { name: "block text", text: "a: |\n  x\n  y\nb: >\n  x\n  y\n", want: object({ a: "x\ny\n", b: "x y\n" }) },
    { name: "aliases", text: "[&a {x: 1}, *a]", want: [object({ x: 1 }), object({ x: 1 })] },
    { name: "an anchor that is set again", text: "[&a 1, *a, &a 2, *a]", want: [1, 1, 2, 2] },
    {
      name: "merge keys",
      text: "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 9}\n",
      want: object({ a: object({ x: 1, y: 1 }), b: object({ y: 2, z: 2 }), c: object({ x: 9, y: 1, z: 2 }) }),
    },
    { name: "a quoted merge key is a key", text: '{"<<": 1}', want: object({ "<<": 1 }) },
    { name: "Windows line ends", text: "a: 1\r\nb: 2\r\n", want: object({ a: 1, b: 2 }) },
    { name: "nothing", text: "", want: undefined },
    { name: "a comment", text: "# nothing\n", want: undefined },
  ])("reads $name", ({ text, want }) => {
    expect(read(text)).toEqual({ value: want, problems: [], hints: [] });
  });

  it.each([
    {
      name: "an unclosed bracket",
      text: "a: [1, 2\nb: }\n",
      want: [
        "2:1 yaml-syntax Flow sequence in block collection must be sufficiently indented and end with a ].",
        '2:4 yaml-syntax Unexpected flow-map-end token in YAML stream: "}".',
      ],
    },
    { name: "a tab", text: "a:\n\t- b\n", want: ["2:1 yaml-syntax Tabs are not allowed as indentation."] },
    {
      name: "several errors at once",
      text: 'a: @x\nb: `y\nc: "z\n',
      want: [
        "1:4 yaml-syntax Plain value cannot start with reserved character @.",
        "2:4 yaml-syntax Plain value cannot start with reserved character `.",
        '4:1 yaml-syntax Missing closing "quote.',
      ],
    },
    {
      name: "the same key twice",
      text: "a:\n  x: 1\n  y: 2\n  x: 3\n",
      want: ["4:3 duplicate-name The key 'x' is here twice."],
    },
    {
      name: "the same key as text and as number",
      text: '{1: a, "1": b}',
      want: ["1:8 duplicate-name The key '1' is here twice."],
    },
    {
      name: "a list as key",
      text: "? [a]\n: b\n",
      want: ["1:3 yaml-syntax A key must be plain text, not a list, a mapping or an alias."],
    },
    {
      name: "an unknown anchor",
      text: "a: *b\n",
      want: ["1:4 yaml-syntax There is no anchor '&b' before this alias."],
    },
    {
      name: "an alias in its own value",
      text: "a: &a [1, *a]\n",
      want: ["1:11 yaml-syntax The alias '*a' stands inside the value that it points at."],
    },
    {
      name: "a merge of a scalar",
      text: "a: {<<: 1}\n",
      want: ["1:5 yaml-syntax A merge key '<<' takes a mapping, or a list of mappings."],
    },
    {
      name: "two documents",
      text: "a: 1\n---\nb: 2\n",
      want: ["3:1 yaml-syntax The file holds more than one YAML document."],
    },
    {
      name: "another version",
      text: "%YAML 1.1\n---\na: yes\n",
      want: ["1:1 yaml-syntax The file asks for YAML 1.1; topologies are YAML 1.2."],
    },
    { name: "a tag", text: "a: !foo x\n", want: ["1:4 yaml-syntax Unresolved tag: !foo."] },
  ])("refuses $name", ({ text, want }) => {
    expect(read(text).problems).toEqual(want);
  });

  it.each([
    { text: "received: >= 5\n", want: 'Write the comparison in quotes: ">= 5".' },
    { text: "x: { received: != 0 }\n", want: 'Write the comparison in quotes: "!= 0".' },
  ])("says that comparisons need quotes: $text", ({ text, want }) => {
    expect(read(text).hints).toContain(want);
  });

  it.each([
    { name: "flow lists", text: "[".repeat(100_000) },
    { name: "flow mappings", text: "{a: ".repeat(100_000) },
    { name: "block lists", text: "- ".repeat(100_000) },
    { name: "explicit keys", text: "? ".repeat(100_000) },
    { name: "indented mappings", text: Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:\n`).join("") },
  ])("refuses $name that are nested too deep", ({ text }) => {
    expect(read(text).problems).toEqual([
      expect.stringMatching(/^\d+:\d+ yaml-syntax The file is nested more than 100 levels deep here\.$/),
    ]);
  });

  it("reads what is nested as deep as allowed", () => {
    expect(read(`${"[".repeat(90)}${"]".repeat(90)}`).problems).toEqual([]);
  });

  it("refuses aliases that multiply", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    expect(read(lines.join("\n")).problems).toEqual([
      expect.stringMatching(/^6:\d+ yaml-alias-limit Aliases make the file larger than 1,000,000 values\.$/),
    ]);
  });

  it("refuses aliases that nest too deep", () => {
    const lines = ["a0: &a0 [x]"];
    for (let i = 1; i < 2000; i++) lines.push(`a${i}: &a${i} [*a${i - 1}]`);
    expect(read(lines.join("\n")).problems).toEqual([
      expect.stringMatching(/ yaml-alias-limit Aliases nest the file more than 100 levels deep\.$/),
    ]);
  });
});

describe("places", () => {
  it("count columns in UTF-16 units and stay on one line", () => {
    const source = new SourceText("t.yaml", "ä: 1\r\n𝄞: |\r\n  two\r\n  lines\r\n");
    const value = parseYaml(source, [])!;
    const { value: text, key } = follow(value, ["𝄞"]);
    expect(source.place(key!)).toEqual({ file: "t.yaml", line: 2, column: 1, endColumn: 3 });
    expect(source.place(text.span)).toEqual({ file: "t.yaml", line: 2, column: 5, endColumn: 6 });
  });
});
