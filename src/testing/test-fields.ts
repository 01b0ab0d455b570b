import { basename, extname } from "node:path";
import type { Fields } from "../topology/build/fields.ts";
import { namesHint } from "../topology/check/hints.ts";
import { parseCountTest } from "../topology/quantity/count-test.ts";
import type { YamlValue } from "../topology/yaml/value.ts";
import type { Split } from "./model.ts";

/** What reports call a test: as it says, or its file's name. */
export function nameOf(root: Fields): string {
  const { file } = root.context.source;
  return root.text("name")?.text ?? basename(file, extname(file)).replace(/\.test$/, "");
}

/** Refuses what only tests of another kind have. @param why the end of a sentence. */
export function refuseKeys(fields: Fields, keys: readonly string[], why: string): void {
  for (const key of keys)
    if (fields.has(key))
      fields.context.problem("bad-test", fields.keySpan(key), `\`${key}\` means nothing here: ${why}`);
}

/** What a case is called that has no name. */
export function caseName(fields: Fields, subject: YamlValue | undefined): string {
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

/** What should come of a capture or a trace. @param names the verdicts that there are; undefined: any. */
export function readSplit(expect: Fields, isMany: boolean, names: readonly string[] | undefined): Split | undefined {
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
