import { basename, extname } from "node:path";
import { NetsimError, type Place } from "../errors.ts";
import type { Hook } from "../hooks/hook.ts";
import { DEFAULT_ARCHITECTURE, findArchitecture } from "../seccomp/architecture/architecture.ts";
import { parseCall } from "../seccomp/calls/written-call.ts";
import { DEFAULT_CAPABILITIES } from "../seccomp/profile/profile.ts";
import type { BuildContext } from "../topology/build/context.ts";
import { Fields } from "../topology/build/fields.ts";
import { Maps } from "../topology/build/maps.ts";
import { Programs } from "../topology/build/programs.ts";
import { namesHint } from "../topology/check/hints.ts";
import { Problems } from "../topology/check/problems.ts";
import { compileSchema, type Validator } from "../topology/check/validate.ts";
import { besideFile, type TopologyDocument } from "../topology/document.ts";
import { checkedBuild } from "../topology/load.ts";
import type { TopologyParts } from "../topology/parts.ts";
import { parseClassid } from "../topology/quantity/classid.ts";
import { parseCountTest } from "../topology/quantity/count-test.ts";
import { ACTION_ANSWERS } from "../topology/schema/tc.ts";
import { exact, type YamlValue } from "../topology/yaml/value.ts";
import { callChecks } from "./call-checks.ts";
import { contextValues } from "./context-fields.ts";
import type {
  HookSettings,
  NamedValue,
  PolicyTest,
  ProgramCase,
  ProgramTest,
  SeccompCase,
  SeccompTest,
  Split,
} from "./model.ts";
import { packetBytes } from "./packet-bytes.ts";
import { type ProgramFacts, programChecks } from "./program-checks.ts";
import { policyTestSchema } from "./schema.ts";
import { readFilter } from "./seccomp-filters.ts";
import { writeOutTables } from "./write-out.ts";

const validators = new WeakMap<TopologyParts, Validator>();

/** Checks a policy test and builds its model. Throws one NetsimError with every problem, in the file's order. */
export function loadPolicyTest(document: TopologyDocument, parts: TopologyParts): PolicyTest {
  let validate = validators.get(parts);
  if (validate === undefined) {
    validate = compileSchema(policyTestSchema(parts));
    validators.set(parts, validate);
  }
  const problems = new Problems(document.source);
  const root = writeOutTables(document.root, problems);
  const written = { source: document.source, root };
  const test = checkedBuild(
    written,
    validate,
    (context) => {
      const fields = Fields.of(context, root)!;
      return fields.has("seccomp") ? seccompTest(fields) : programTest(fields, parts);
    },
    problems,
  );
  // A test that has no model has problems, which were thrown.
  return test!;
}

function nameOf(root: Fields): string {
  const { file } = root.context.source;
  return root.text("name")?.text ?? basename(file, extname(file)).replace(/\.test$/, "");
}

const SECCOMP_ONLY = ["arch", "capabilities"];
const PROGRAM_ONLY = ["programs", "maps", "hook", "direct-action", "classid", "configured", "data-start", "context"];
/** Settings by the places of hooks that have them. */
const SETTINGS: Readonly<Record<string, Hook["place"]>> = {
  "direct-action": "tc-filter",
  classid: "tc-filter",
  configured: "tc-action",
  "data-start": "socket",
};

function refuseKeys(fields: Fields, keys: readonly string[], why: string): void {
  for (const key of keys)
    if (fields.has(key))
      fields.context.problem("bad-test", fields.keySpan(key), `\`${key}\` means nothing here: ${why}`);
}

function programTest(root: Fields, parts: TopologyParts): ProgramTest | undefined {
  const { context } = root;
  refuseKeys(root, SECCOMP_ONLY, "it is for tests of `seccomp`.");
  const programs = new Programs(root, [...parts.languages]);
  const maps = new Maps(root, programs);
  const given = root.value("program");
  const program = given && programs.refer(given);
  const hooks = [...parts.hooks];
  const hookName = root.text("hook")?.text ?? "socket-filter";
  const hook = hooks.find(({ name }) => name === hookName);
  if (hook === undefined || given === undefined) return undefined;
  for (const [key, place] of Object.entries(SETTINGS))
    if (place !== hook.place) refuseKeys(root, [key], `the hook is ${hook.name}.`);
  const settings = readSettings(root);
  const source = program === undefined ? undefined : programs.sources.get(program);
  const isClassic = source?.language === "classic" || source?.language === "filter";
  const facts = { hook, settings, isClassic };
  const cases = root.itemFields("cases").flatMap((fields) => programCase(fields, root, facts) ?? []);
  if (program === undefined) return undefined;
  const { file } = context.source;
  const seed = root.number("seed");
  return {
    kind: "program",
    file,
    name: nameOf(root),
    topology: {
      file,
      name: nameOf(root),
      seed: BigInt(seed ?? 1),
      programs: programs.sources,
      maps: maps.models,
      nodes: new Map(),
      links: [],
      traffic: [],
      steps: [],
      expect: [],
    },
    attachment: { hook: hook.name, program, options: exact(given), place: context.place(given.span) },
    hook,
    settings,
    cases,
    maps,
    context,
  };
}

function readSettings(root: Fields): HookSettings {
  const configured = root.text("configured")?.text ?? "pipe";
  return {
    dataStart: root.choice("data-start", "link", "network", "transport") ?? "link",
    directAction: root.flag("direct-action") ?? false,
    classid: root.parsedText("classid", parseClassid, "bad-quantity") ?? 0,
    configured: ACTION_ANSWERS[configured] ?? 0,
    minimum: 0,
  };
}

function programCase(fields: Fields, root: Fields, facts: ProgramFacts): ProgramCase | undefined {
  const { context } = fields;
  refuseKeys(fields, ["call", "trace"], "a program is run on packets.");
  if (facts.isClassic) refuseKeys(fields, ["maps"], "classic programs have no maps.");
  const packet = fields.value("packet");
  const capture = fields.text("capture");
  const bytes = packet && packetBytes(context, packet);
  const expect = fields.fields("expect");
  if (expect === undefined) return undefined;
  const checks = programChecks(expect, facts);
  const split = readSplit(
    expect,
    capture !== undefined,
    facts.hook.outcomes.map(({ name }) => name),
  );
  if (bytes === undefined && capture === undefined) return undefined;
  return {
    name: caseName(fields, packet),
    place: context.place(fields.span),
    subject:
      capture === undefined
        ? { kind: "packet", bytes: bytes! }
        : {
            kind: "capture",
            file: besideFile(context.source.file, capture.text),
            place: context.place(capture.span),
          },
    fields: [root, fields].flatMap((from) => {
      const value = from.fields("context");
      return value === undefined ? [] : [contextValues(exact(value.map) as Record<string, unknown>)];
    }),
    maps: namedValues(fields, "maps"),
    mapChecks: namedValues(expect, "maps"),
    checks,
    ...(split && { split }),
  };
}

function namedValues(fields: Fields, key: string): NamedValue[] {
  return fields.named(key).map(({ name, key: span, value }) => ({ name, key: span, value }));
}

/** What a case is called that has no name. */
function caseName(fields: Fields, subject: YamlValue | undefined): string {
  const name = fields.text("name")?.text;
  if (name !== undefined) return name;
  const text = ["call", "capture", "trace"].map((key) => fields.value(key)).find((value) => value !== undefined);
  if (text?.kind === "scalar") return text.source;
  const plain = subject?.plain;
  return typeof plain === "string"
    ? plain.slice(0, 60)
    : JSON.stringify(plain ?? "")
        .replaceAll('"', "")
        .slice(0, 80);
}

function readSplit(expect: Fields, isMany: boolean, names: readonly string[] | undefined): Split | undefined {
  const given = expect.fields("split");
  const { context } = expect;
  if (given === undefined) {
    const [other] = [...expect.map.entries.keys()];
    if (isMany && other !== undefined && other !== "verdict")
      context.problem(
        "bad-test",
        expect.keySpan(other),
        `\`${other}\` is about one packet or call.`,
        "Of a capture or a trace say `split: { VERDICT: COUNT }`, or the `verdict` of all.",
      );
    return undefined;
  }
  if (!isMany) return context.problem("bad-test", expect.keySpan("split"), "`split` is for captures and traces.");
  const tests = new Map<string, ReturnType<typeof parseCountTest>>();
  for (const [name, { key }] of given.map.entries) {
    if (names !== undefined && !names.includes(name))
      context.problem("bad-test", key, `'${name}' can never match: it is no verdict here.`, namesHint(name, names));
    const test = given.parsed(name, parseCountTest);
    if (test !== undefined) tests.set(name, test);
  }
  return { place: context.place(given.span), tests };
}

function seccompTest(root: Fields): SeccompTest | undefined {
  const { context } = root;
  refuseKeys(root, PROGRAM_ONLY, "it is for tests of a `program`.");
  const arch = root.text("arch");
  const architecture = arch === undefined ? DEFAULT_ARCHITECTURE : findArchitecture(arch.text);
  if (architecture === undefined)
    return context.problem("bad-test", arch!.span, `There is no architecture '${arch!.text}'.`, "As in x86_64.");
  const capabilities = root.items("capabilities").flatMap((item) => context.text(item)?.text ?? []);
  const target = {
    architecture,
    capabilities: root.has("capabilities") ? new Set(capabilities) : DEFAULT_CAPABILITIES,
  };
  const filters = root.oneOrMore("seccomp").flatMap((value) => {
    const name = context.text(value);
    if (name === undefined) return [];
    const place = context.place(name.span);
    return told(context, name.span, () => readFilter(besideFile(context.source.file, name.text), target, place)) ?? [];
  });
  const cases = root.itemFields("cases").flatMap((fields) => seccompCase(fields, architecture) ?? []);
  return { kind: "seccomp", file: context.source.file, name: nameOf(root), architecture, filters, cases };
}

function seccompCase(fields: Fields, architecture: SeccompTest["architecture"]): SeccompCase | undefined {
  const { context } = fields;
  refuseKeys(fields, ["packet", "capture", "context", "maps"], "seccomp decides over system calls.");
  const call = fields.text("call");
  const trace = fields.text("trace");
  const expect = fields.fields("expect");
  if (expect === undefined) return undefined;
  const checks = callChecks(expect);
  const split = readSplit(expect, trace !== undefined, undefined);
  const place: Place = context.place(fields.span);
  const named = { name: caseName(fields, undefined), place, checks, ...(split && { split }) };
  if (trace !== undefined) {
    const file = besideFile(context.source.file, trace.text);
    return { ...named, subject: { kind: "trace", file, place: context.place(trace.span) } };
  }
  const parsed = call && told(context, call.span, () => parseCall(call.text, architecture), "bad-test");
  return parsed && { ...named, subject: { kind: "call", call: parsed } };
}

/** A NetsimError's problems become the file's. @param code instead of the problems' own. */
function told<T>(context: BuildContext, span: YamlValue["span"], act: () => T, code?: "bad-test"): T | undefined {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    for (const diagnostic of error.diagnostics)
      context.problems.addAt(span, {
        ...diagnostic,
        ...(code && { code }),
        ...((code || diagnostic.place === undefined) && { place: context.place(span) }),
      });
    return undefined;
  }
}
