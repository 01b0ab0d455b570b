import { NetsimError, type Place } from "../errors.ts";
import { DEFAULT_ARCHITECTURE, findArchitecture } from "../seccomp/architecture/architecture.ts";
import { parseCall } from "../seccomp/calls/written-call.ts";
import { DEFAULT_CAPABILITIES } from "../seccomp/profile/profile.ts";
import type { BuildContext } from "../topology/build/context.ts";
import type { Fields } from "../topology/build/fields.ts";
import { besideFile } from "../topology/document.ts";
import type { YamlValue } from "../topology/yaml/value.ts";
import { callChecks } from "./call-checks.ts";
import type { SeccompCase, SeccompTest } from "./model.ts";
import { readFilter } from "./seccomp-filters.ts";
import { caseName, nameOf, readSplit, refuseKeys } from "./test-fields.ts";

const PROGRAM_ONLY = ["programs", "maps", "hook", "direct-action", "classid", "configured", "data-start", "context"];

/** Builds the model of a test of seccomp filters; undefined where there are problems. */
export function seccompTest(root: Fields): SeccompTest | undefined {
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
