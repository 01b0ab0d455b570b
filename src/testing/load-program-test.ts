import type { Hook } from "../hooks/hook.ts";
import { SEES_FRAMES, SEES_PACKETS } from "../hooks/places.ts";
import type { Fields } from "../topology/build/fields.ts";
import { Maps } from "../topology/build/maps.ts";
import { Programs } from "../topology/build/programs.ts";
import { besideFile } from "../topology/document.ts";
import type { TopologyParts } from "../topology/parts.ts";
import { parseClassid } from "../topology/quantity/classid.ts";
import { ACTION_ANSWERS } from "../topology/schema/tc.ts";
import { withoutNetwork } from "../topology/without-network.ts";
import { exact } from "../topology/yaml/value.ts";
import { contextValues, PACKET_FIELDS, XDP_FIELDS } from "./context-fields.ts";
import type { ProgramFacts } from "./expectable.ts";
import type { HookSettings, NamedValue, ProgramCase, ProgramTest } from "./model.ts";
import { packetBytes } from "./packet-bytes.ts";
import { programChecks } from "./program-checks.ts";
import { caseName, nameOf, readSplit, refuseKeys } from "./test-fields.ts";

const SECCOMP_ONLY = ["arch", "capabilities"];
/** Settings by the places of hooks that have them. */
const SETTINGS: Readonly<Record<string, Hook["place"]>> = {
  "direct-action": "tc-filter",
  classid: "tc-filter",
  configured: "tc-action",
  "data-start": "socket",
};

/** Builds the model of a test of a program; undefined where there are problems. */
export function programTest(root: Fields, parts: TopologyParts): ProgramTest | undefined {
  const { context } = root;
  refuseKeys(root, SECCOMP_ONLY, "it is for tests of `seccomp`.");
  const programs = new Programs(root, [...parts.languages]);
  const maps = new Maps(root, programs);
  const given = root.value("program");
  const program = given && programs.refer(given);
  const hooks = [...parts.hooks].filter(({ place }) => SEES_PACKETS[place]);
  const hookName = root.text("hook")?.text ?? "socket-filter";
  const hook = hooks.find(({ name }) => name === hookName);
  if (hook === undefined || given === undefined) return undefined;
  for (const [key, place] of Object.entries(SETTINGS))
    if (place !== hook.place) refuseKeys(root, [key], `the hook is ${hook.name}.`);
  refuseUnseen(root, hook);
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
    topology: withoutNetwork({
      file,
      name: nameOf(root),
      seed: BigInt(seed ?? 1),
      programs: programs.sources,
      maps: maps.models,
    }),
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
  refuseUnseen(fields, facts.hook);
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

/** Refuses fields that programs of the hook cannot see. */
function refuseUnseen(fields: Fields, { place, name }: Hook): void {
  const given = SEES_FRAMES.includes(place) ? fields.fields("context") : undefined;
  if (given === undefined) return;
  const unseen = PACKET_FIELDS.filter((field) => !XDP_FIELDS.includes(field));
  refuseKeys(given, unseen, `a frame at ${name} has only ${XDP_FIELDS.join(" and ")} yet.`);
}

function namedValues(fields: Fields, key: string): NamedValue[] {
  return fields.named(key).map(({ name, key: span, value }) => ({ name, key: span, value }));
}
