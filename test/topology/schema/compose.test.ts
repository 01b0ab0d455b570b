import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../../../src/json-schema.ts";
import { parseDocument } from "../../../src/topology/document.ts";
import { parseBitRate } from "../../../src/topology/quantity/bit-rate.ts";
import { parseCountTest } from "../../../src/topology/quantity/count-test.ts";
import { parseDuration } from "../../../src/topology/quantity/duration.ts";
import { parseEventRate } from "../../../src/topology/quantity/event-rate.ts";
import { parseFraction } from "../../../src/topology/quantity/fraction.ts";
import { parseSize } from "../../../src/topology/quantity/size.ts";
import { composeSchema } from "../../../src/topology/schema/compose.ts";
import { EVERYTHING } from "../everything.ts";
import { PARTS, partsWith } from "../loading.ts";

const schema = composeSchema(PARTS);
const definitions = schema.$defs as Record<string, JsonSchema>;

describe("composeSchema", () => {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTypes: false });

  it("makes a valid schema of draft 2020-12", () => {
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(ajv.errors).toBeNull();
  });

  it("survives being printed, and accepts a file with every key", () => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema)));
    validate(parseDocument(EVERYTHING, "everything.yaml").root.plain);
    expect(validate.errors).toBeNull();
  });

  it("has no key that the file with every key does not use", () => {
    const used = new Set<string>();
    const collect = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(collect);
      else if (typeof value === "object" && value !== null)
        for (const [key, below] of Object.entries(value)) {
          used.add(key);
          collect(below);
        }
    };
    collect(parseDocument(EVERYTHING, "everything.yaml").root.plain);
    const layers = Object.keys(definitions).flatMap((name) => (name.startsWith("layer-") ? [name.slice(6)] : []));
    const unused = [...keysOf(composeSchema(PARTS, Object.fromEntries(layers.map((layer) => [layer, {}]))))].filter(
      (key) => !used.has(key) && !layers.includes(key),
    );
    expect(unused).toEqual([]);
  });

  it("describes every key for editors", () => {
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      const { properties, title } = value as JsonSchema;
      if (typeof properties === "object" && typeof title === "string" && !path.includes("layer-"))
        for (const [key, property] of Object.entries(properties as Record<string, JsonSchema>)) {
          const { $ref } = property as { $ref?: string };
          const target = $ref === undefined ? property : { ...definitions[$ref.slice("#/$defs/".length)], ...property };
          const isHint = Object.keys(property).length === 0 || target.const !== undefined;
          if (!isHint && target.description === undefined) silent.push(`${title}.${key}`);
        }
      for (const [key, below] of Object.entries(value)) visit(below, `${path}/${key}`);
    };
    visit(schema, "");
    expect(silent).toEqual([]);
  });

  it("has the options of a plugin's hook", () => {
    const options = { type: "object", properties: { program: {}, snap: { type: "integer" } }, required: ["program"] };
    const hook = { ...partsWith().hooks[Symbol.iterator]().next().value!, name: "mine", key: "mine", options };
    const text = JSON.stringify(composeSchema(partsWith(hook)));
    expect(text).toContain('"snap"');
  });

  it.each([
    {
      key: "filter",
      want: "The hook 'mine' wants the key `filter` of sockets, which belongs to the hook 'socket-filter'.",
    },
    { key: "port", want: "The hook 'mine' wants the key `port` of sockets, which belongs to sockets themselves." },
  ])("refuses a hook whose key $key is taken", ({ key, want }) => {
    const hook = { ...partsWith().hooks[Symbol.iterator]().next().value!, name: "mine", key };
    expect(() => composeSchema(partsWith(hook))).toThrow(want);
  });
});

/** Names under `properties` anywhere in a schema. */
function keysOf(part: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(part)) for (const item of part) keysOf(item, found);
  else if (typeof part === "object" && part !== null)
    for (const [keyword, value] of Object.entries(part)) {
      if (keyword === "properties") for (const key of Object.keys(value as object)) found.add(key);
      keysOf(value, found);
    }
  return found;
}

describe("patterns for editors", () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 1000 }).map(String),
    fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 })).map(([a, b]) => `${a}.${b}`),
    fc.constantFrom(".5", "5.", "1e3", "2E-1"),
  );
  const space = fc.constantFrom("", " ");
  it.each([
    {
      definition: "duration",
      parse: parseDuration,
      units: ["ns", "nsec", "us", "usecs", "µs", "μs", "ms", "s", "SEC", "secs", "min", "mins", "h", "d", "m", "x", ""],
    },
    {
      definition: "rate",
      parse: parseBitRate,
      units: ["bit", "kbit", "Mbit", "gibit", "tbps", "kibps", "bps", "x", ""],
    },
    { definition: "size", parse: parseSize, units: ["B", "kB", "MB", "GB", "KiB", "MiB", "GiB", "kb", ""] },
    { definition: "fraction", parse: parseFraction, units: ["%", "", "x"] },
    { definition: "packet-rate", parse: parseEventRate, units: ["/s", " / s", "k/s", "M", "/min", ""] },
  ])("accept every $definition that is one", ({ definition, parse, units }) => {
    const pattern = new RegExp(definitions[definition]!.pattern as string, "u");
    const text = fc.tuple(space, number, space, fc.constantFrom(...units), space).map((parts) => parts.join(""));
    fc.assert(fc.property(text, (candidate) => pattern.test(candidate) || !succeeds(parse, candidate)));
  });

  it("accept every test of a count that is one", () => {
    const pattern = new RegExp(definitions.count!.pattern as string, "u");
    const text = fc
      .tuple(
        fc.constantFrom("", "=", "==", "!=", "<", "<=", ">", ">=", "1..", "1 .. "),
        space,
        fc.integer({ min: 0, max: 9 }),
      )
      .map((parts) => parts.join(""));
    fc.assert(fc.property(text, (candidate) => pattern.test(candidate) || !succeeds(parseCountTest, candidate)));
  });
});

function succeeds(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
