import { basename, extname } from "node:path";
import { fail, NetsimError } from "../errors.ts";
import type { JsonSchema } from "../json-schema.ts";
import { LAYER_SCHEMAS } from "../packet/describe/schema.ts";
import { AttachSteps } from "./build/attach-step.ts";
import { BuildContext } from "./build/context.ts";
import { Drafts } from "./build/drafts.ts";
import { buildExpectation } from "./build/expectations.ts";
import { Fields } from "./build/fields.ts";
import { Links } from "./build/links.ts";
import { Maps } from "./build/maps.ts";
import { buildNodes } from "./build/nodes.ts";
import { Programs } from "./build/programs.ts";
import { buildSteps } from "./build/steps.ts";
import { buildTracing } from "./build/tracing.ts";
import { buildTraffic } from "./build/traffic.ts";
import { Problems } from "./check/problems.ts";
import { addSchemaProblems } from "./check/schema-problems.ts";
import { compileSchema, type Validator } from "./check/validate.ts";
import type { TopologyDocument } from "./document.ts";
import type { Topology } from "./model.ts";
import type { TopologyParts } from "./parts.ts";
import { parseDuration } from "./quantity/duration.ts";
import { parseInstant } from "./quantity/instant.ts";
import { composeSchema } from "./schema/compose.ts";

const DEFAULT_SEED = 1n;

/** Layers' fields are in the schema for editors only: `parseDescription` checks them, says more, and needs no compiling. */
const UNCHECKED_LAYERS = Object.fromEntries(Object.keys(LAYER_SCHEMAS).map((layer) => [layer, {}]));

/** The schema that files are checked against. */
export function checkedSchema(parts: TopologyParts): JsonSchema {
  return composeSchema(parts, UNCHECKED_LAYERS);
}

/** Compiling takes longer than checking a small file, and parts are the same for all files of a process. */
const validators = new WeakMap<TopologyParts, Validator>();

/**
 * Checks a file against the schema with these parts, builds its model, and checks what no schema can: references,
 * quantities, addresses and what contradicts itself. Throws one NetsimError with every problem, in the file's order.
 */
export function loadTopology(document: TopologyDocument, parts: TopologyParts): Topology {
  refusePolicyTest(document);
  let validate = validators.get(parts);
  if (validate === undefined) {
    validate = compileSchema(checkedSchema(parts));
    validators.set(parts, validate);
  }
  return checkedBuild(document, validate, (context) => build(document, parts, context));
}

/** What is taken for a topology though it is a test of a policy would else be told of all its keys. */
function refusePolicyTest({ root: { entries }, source }: TopologyDocument): void {
  const cases = entries.get("cases");
  if (cases !== undefined && !entries.has("nodes"))
    fail("bad-topology", `'${source.file}' is a policy test, and no topology.`, {
      place: source.place(cases.key),
      hint: `\`netsim test ${source.file}\` runs it.`,
    });
}

/**
 * Checks a document against its schema and has its model built, so that problems of both are told at once, in the file's order. Throws
 * one NetsimError with all of them.
 */
export function checkedBuild<T>(
  document: TopologyDocument,
  validate: Validator,
  build: (context: BuildContext) => T,
  problems = new Problems(document.source),
): T {
  addSchemaProblems(validate(document.root.plain), document.root, problems);
  const context = new BuildContext(document.source, problems);
  const model = build(context);
  const diagnostics = problems.sorted();
  if (diagnostics.length > 0) throw new NetsimError(diagnostics);
  const [hole] = context.mismatches;
  if (hole !== undefined)
    throw new Error(`the schema let something through that has no meaning, at ${JSON.stringify(hole)}`);
  return model;
}

function build({ root: map, source }: TopologyDocument, parts: TopologyParts, context: BuildContext): Topology {
  const root = Fields.of(context, map)!;
  const hooks = [...parts.hooks];
  const programs = new Programs(root, [...parts.languages]);
  const drafts = new Drafts(root);
  const links = new Links(root, drafts);
  // Links name interfaces, too, which values of maps may name.
  const maps = new Maps(root, programs, drafts);
  const { nodes, tc } = buildNodes(drafts, programs, hooks, [...parts.qdiscs]);
  const until = root.parsed("until", parseDuration);
  const maxPackets = root.number("max-packets");
  const epoch = root.parsed("epoch", parseInstant);
  const scope = { drafts, nodes, isBounded: root.has("until") || root.has("max-packets") };
  return {
    file: source.file,
    name: root.text("name")?.text ?? basename(source.file, extname(source.file)),
    seed: readSeed(root),
    programs: programs.sources,
    maps: maps.models,
    nodes,
    links: links.models,
    tracing: buildTracing(
      root,
      drafts,
      programs,
      hooks.filter(({ place }) => place === "event"),
    ),
    traffic: root.itemFields("traffic").flatMap((fields) => buildTraffic(fields, scope) ?? []),
    steps: buildSteps(root.itemFields("steps"), {
      programs,
      links,
      maps,
      attached: new AttachSteps(drafts, programs, hooks, nodes),
      tc,
      switches: [...nodes.values()].filter(({ kind }) => kind === "ovs").map(({ name }) => name),
    }),
    expect: root.itemFields("expect").flatMap((fields) => buildExpectation(fields, drafts, links, maps) ?? []),
    ...(until !== undefined && { until }),
    ...(maxPackets !== undefined && { maxPackets }),
    ...(epoch && { epoch }),
  };
}

/** A 64-bit number, signed or unsigned. */
function readSeed(root: Fields): bigint {
  const value = root.value("seed");
  if (value === undefined) return DEFAULT_SEED;
  if (
    value.kind !== "scalar" ||
    (typeof value.value !== "number" && typeof value.value !== "bigint") ||
    !Number.isInteger(Number(value.value))
  )
    return root.context.mismatch(value.span) ?? DEFAULT_SEED;
  const seed = BigInt(value.value);
  if (seed < -(2n ** 63n) || seed >= 2n ** 64n)
    root.context.problem(
      "bad-quantity",
      value.span,
      `The seed ${value.source} does not fit in 64 bits.`,
      "It goes from -9223372036854775808 to 18446744073709551615.",
    );
  return seed;
}
