import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createContainer } from "../../src/container.ts";
import type { JsonSchema } from "../../src/json-schema.ts";
import { partsFor, schemaParts } from "../../src/open-topology.ts";
import { runTests } from "../../src/run-tests.ts";
import { runTopology } from "../../src/run-topology.ts";
import { SCHEMAS, type SchemaName } from "../../src/schemas/schemas.ts";
import { netsim } from "../cli/fake-terminal.ts";
import { scratch } from "../scratch.ts";

const NAMES = Object.keys(SCHEMAS) as SchemaName[];
const parts = schemaParts(createContainer());
const ajv = () => new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

interface Property {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** All properties in a schema, those of alternatives and definitions among them; not those that tests of alternatives ask for. */
function propertiesOf(value: unknown, path = ""): Property[] {
  if (typeof value !== "object" || value === null) return [];
  const { required = [] } = value as { required?: readonly string[] };
  return Object.entries(value).flatMap(([keyword, inner]) => {
    if (["enum", "const", "examples", "default", "required", "if", "not"].includes(keyword)) return [];
    const below = propertiesOf(inner, `${path}/${keyword}`);
    if (keyword !== "properties") return below;
    const own = Object.entries(inner as Record<string, JsonSchema>).map(([name, schema]) => ({
      path: `${path}/${name}`,
      schema,
      isRequired: Array.isArray(required) && required.includes(name),
    }));
    return [...own, ...own.flatMap((one) => propertiesOf(one.schema, one.path))];
  });
}

/** A schema and its properties, each once. */
function properties(name: SchemaName): { schema: JsonSchema; all: Property[] } {
  const schema = SCHEMAS[name](parts);
  const seen = new Set<JsonSchema>();
  const all = propertiesOf(schema).filter((one) => !seen.has(one.schema) && seen.add(one.schema));
  return { schema, all };
}

describe.each(NAMES)("the published schema of the format %s", (name) => {
  const { schema, all } = properties(name);

  it("describes every property, with an example", () => {
    expect(all.length).toBeGreaterThan(30);
    const lacking = all.filter((one) => !one.schema.description || !Array.isArray(one.schema.examples));
    expect(lacking.map(({ path }) => path)).toEqual([]);
  });

  it("says for every property that may be absent what stands for it", () => {
    const silent = all.filter(
      ({ schema: one, isRequired }) =>
        !isRequired &&
        one.const === undefined &&
        one.default === undefined &&
        !/Default|Absent/.test(`${one.description}`),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  // What is written by netsim has no defaults.
  it.runIf(name === "topology" || name === "test")(
    "has these defaults as values, whatever sentences say them",
    async () => {
      const defaults = all.filter(({ schema: one }) => one.default !== undefined);
      const lines = defaults.map(
        ({ path, schema: one }) => `${path.replaceAll("/properties/", ".")} ${JSON.stringify(one.default)}\n`,
      );
      await expect(lines.sort().join("")).toMatchFileSnapshot(`defaults/${name}.txt`);
    },
  );

  it("has no sentence that names a default and loses it", () => {
    const lost = all.flatMap(({ path, schema: one }) => {
      const [, word] = /\bDefault:? `?(-?\d[\w.]*|true|false)`?[.,;)]/.exec(`${one.description}`) ?? [];
      return word === undefined || one.default !== undefined ? [] : [`${path}: ${word}`];
    });
    expect(lost).toEqual([]);
  });

  it("accepts its examples and defaults", () => {
    const compiler = ajv();
    const wrong = all.flatMap(({ path, schema: one }) => {
      const refers = JSON.stringify(one).includes('"$ref"');
      const validate = compiler.compile(refers ? { $defs: schema.$defs, ...one } : one);
      const values = [...(one.examples as unknown[]), ...(one.default === undefined ? [] : [one.default])];
      return values.filter((value) => !validate(value)).map((value) => `${path}: ${JSON.stringify(value)}`);
    });
    expect(wrong).toEqual([]);
  }, 60_000);

  it("is what `netsim schema` prints", async () => {
    const { out, exitCode } = await netsim(["schema", "--of", name]);
    expect({ exitCode, printed: JSON.parse(out) }).toEqual({
      exitCode: 0,
      printed: JSON.parse(JSON.stringify(schema)),
    });
  });
});

const examples = (directory: string) =>
  readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => join(directory, file));
const EXAMPLES = [...examples("topologies"), ...examples("policies/tests")];
const isTopology = (file: string) => "nodes" in parse(readFileSync(file, "utf8"));
const TOPOLOGIES = EXAMPLES.filter(isTopology);
const TESTS = EXAMPLES.filter((file) => !isTopology(file));

/** The file that editors are told to look for the schema in; `npm run build` writes them. */
function modelineOf(file: string): string | undefined {
  const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(file, "utf8")) ?? [];
  return named === undefined ? undefined : resolve(dirname(file), named);
}

const validatorOf = (schema: JsonSchema) => ajv().compile(schema);

describe("examples", () => {
  const test = validatorOf(SCHEMAS.test(parts));
  it.each(TESTS)("of policy tests name their schema, which accepts them: %s", (file) => {
    expect(modelineOf(file)).toBe(resolve("schema/test.schema.json"));
    test(parse(readFileSync(file, "utf8")));
    expect(test.errors).toBeNull();
  });

  const topology = validatorOf(SCHEMAS.topology(parts));
  it.each(TOPOLOGIES)("of topologies name their schema, which accepts them: %s", async (file) => {
    const { plugins } = parse(readFileSync(file, "utf8"));
    expect(modelineOf(file)).toBe(
      resolve(plugins === undefined ? "schema/topology.schema.json" : "schema/plugin.schema.json"),
    );
    const validate = plugins === undefined ? topology : validatorOf(SCHEMAS.topology(await partsFor(file)));
    validate(parse(readFileSync(file, "utf8")));
    expect(validate.errors).toBeNull();
  });

  const result = validatorOf(SCHEMAS.result());
  it.each(TOPOLOGIES)("give results that their schema accepts: %s", async (file) => {
    result(JSON.parse(JSON.stringify(await runTopology(file))));
    expect(result.errors).toBeNull();
  });

  it("give reports of tests that their schema accepts, with failures and coverage too", async () => {
    const validate = validatorOf(SCHEMAS["test-report"]());
    const failing = scratch({
      "fails.yaml": "program: { filter: tcp }\ncases: [{ packet: { udp: {} }, expect: { verdict: passed } }]\n",
      "refused.yaml": "program: { filter: tcp }\ncases: [{ packet: {}, expect: { verdict: shot } }]\n",
    });
    const report = await runTests(["policies/tests", "topologies/quickstart.yaml", dirname(failing)], {
      coverage: true,
    });
    expect(report).toMatchObject({ failed: 1, exitCode: 3 });
    validate(JSON.parse(JSON.stringify(report)));
    expect(validate.errors).toBeNull();
  });
});
