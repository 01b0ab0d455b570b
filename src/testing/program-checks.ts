import { chainOf, majorOf, TC_ACT } from "../hooks/tc/verdict.ts";
import { parseHex } from "../packet/describe/value-kind.ts";
import type { Fields } from "../topology/build/fields.ts";
import { namesHint } from "../topology/check/hints.ts";
import { formatClassid, parseClassid } from "../topology/quantity/classid.ts";
import { parseCountTest } from "../topology/quantity/count-test.ts";
import { ACTION_ANSWERS } from "../topology/schema/tc.ts";
import { exact } from "../topology/yaml/value.ts";
import { contextValues, PACKET_FIELDS } from "./context-fields.ts";
import { effectsAt, NEVER_EXPECTED, type ProgramFacts } from "./expectable.ts";
import type { ProgramCheck, ProgramRun } from "./model.ts";

const ACTIONS: Readonly<Record<string, number>> = {
  ...ACTION_ANSWERS,
  unspec: TC_ACT.UNSPEC,
  redirect: TC_ACT.REDIRECT,
};

/** Verdicts of filters that leave the class to the next one. */
const CLASSLESS: readonly string[] = ["unmatched", "continued"];

/** Reads what a case expects of a run; what can never hold is refused with the reason. */
export function programChecks(expect: Fields, facts: ProgramFacts): ProgramCheck[] {
  return [...expect.map.entries].flatMap(([key]) => {
    const reason = NEVER_EXPECTED[key]?.(facts);
    if (reason !== undefined) {
      expect.context.problem("bad-test", expect.keySpan(key), `\`${key}\` can never match: ${reason}`);
      return [];
    }
    return READERS[key]?.(expect, facts) ?? [];
  });
}

type Reader = (expect: Fields, facts: ProgramFacts) => ProgramCheck | ProgramCheck[] | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  verdict: readVerdict,
  returns: readReturns,
  length: readLength,
  class: readClass,
  action: readAction,
  bytes: readBytes,
  context: readContext,
};

function check(
  expect: Fields,
  key: string,
  expected: string,
  differs: (run: ProgramRun) => string | undefined,
): ProgramCheck {
  const value = expect.value(key)!;
  return { subject: key, expected, span: value.span, place: expect.context.place(value.span), differs };
}

/** The hook, with what decides over its answers. */
function configured({ hook, settings }: ProgramFacts): string {
  if (hook.place !== "tc-filter") return hook.name;
  return `${hook.name} ${settings.directAction ? "with" : "without"} direct action`;
}

const directActionHint = (isDirect: boolean): string =>
  isDirect ? "Leave out `direct-action`." : "Say `direct-action: true` beside `hook`.";

function readVerdict(expect: Fields, facts: ProgramFacts): ProgramCheck | undefined {
  const wanted = expect.text("verdict");
  if (wanted === undefined) return undefined;
  const { hook, settings } = facts;
  const names = hook.outcomes.map(({ name }) => name);
  const { text, span } = wanted;
  if (!names.includes(text))
    return expect.context.problem(
      "bad-test",
      span,
      `'${text}' can never match: it is no verdict of a ${hook.name}.`,
      namesHint(text, names),
    );
  if (effectsAt(hook).never?.(settings).includes(text))
    return expect.context.problem(
      "bad-test",
      span,
      `'${text}' can never match: a ${configured(facts)} does not come to that.`,
      hook.place === "tc-filter" ? directActionHint(settings.directAction) : undefined,
    );
  const within = hook.outcomes.filter((outcome) => outcome.within === text).map(({ name }) => name);
  return check(expect, "verdict", text, ({ verdict }) =>
    verdict === text || within.includes(verdict) ? undefined : verdict,
  );
}

function readReturns(expect: Fields): ProgramCheck | undefined {
  const wanted = expect.number("returns");
  if (wanted === undefined) return undefined;
  if (wanted < -0x8000_0000 || wanted > 0xffff_ffff)
    return expect.context.problem(
      "bad-test",
      expect.value("returns")!.span,
      `\`returns\` can never match: return values have 32 bits here.`,
    );
  return check(expect, "returns", `${wanted}`, ({ returnValue }) =>
    returnValue === wanted >>> 0 ? undefined : `${wanted < 0 ? returnValue | 0 : returnValue}`,
  );
}

function readLength(expect: Fields): ProgramCheck | undefined {
  const wanted = expect.parsed("length", parseCountTest);
  if (wanted === undefined) return undefined;
  const verdict = expect.value("verdict");
  if (verdict?.kind === "scalar" && verdict.value === "dropped" && !wanted.accepts(0))
    return expect.context.problem(
      "bad-test",
      expect.value("length")!.span,
      "`length` can never match: of a dropped packet nothing is left.",
    );
  return check(expect, "length", wanted.text, ({ length }) => (wanted.accepts(length) ? undefined : `${length}`));
}

function readClass(expect: Fields, { settings }: ProgramFacts): ProgramCheck | undefined {
  const wanted = expect.parsedText("class", parseClassid, "bad-quantity");
  if (wanted === undefined) return undefined;
  if (settings.directAction && majorOf(wanted) !== majorOf(settings.classid))
    return expect.context.problem(
      "bad-test",
      expect.value("class")!.span,
      `\`class\` can never match: with direct action the major number is that of the filter's own class, ${formatClassid(settings.classid)}.`,
      `Give the filter a class: \`classid: "${formatClassid(majorOf(wanted))}"\` beside \`hook\`.`,
    );
  const verdict = expect.value("verdict");
  if (verdict?.kind === "scalar" && CLASSLESS.includes(`${verdict.value}`))
    return expect.context.problem(
      "bad-test",
      expect.value("class")!.span,
      `\`class\` can never match beside the verdict '${verdict.value}': a filter that does not match chooses none.`,
    );
  return check(expect, "class", formatClassid(wanted), ({ classid, action }) => {
    if (action === TC_ACT.UNSPEC) return "none";
    return classid === wanted ? undefined : formatClassid(classid);
  });
}

function readAction(expect: Fields, facts: ProgramFacts): ProgramCheck | undefined {
  const wanted = expect.text("action");
  const number = ACTIONS[wanted?.text ?? ""];
  // What is no action at all the schema has told.
  if (wanted === undefined || number === undefined) return undefined;
  const { hook, settings } = facts;
  if (!effectsAt(hook).actions!(settings).includes(number))
    return expect.context.problem(
      "bad-test",
      wanted.span,
      `'${wanted.text}' can never match: a ${configured(facts)} does not come to that.`,
      hook.place === "tc-filter" && !settings.directAction ? directActionHint(false) : undefined,
    );
  return check(expect, "action", wanted.text, ({ action }) => (action === number ? undefined : actionName(action)));
}

function actionName(action: number): string {
  const chain = chainOf(action);
  if (chain !== undefined) return `goto-chain ${chain}`;
  if (action === TC_ACT.UNSPEC) return "unspec";
  return Object.keys(ACTIONS).find((name) => ACTIONS[name] === action) ?? `${action}`;
}

function readBytes(expect: Fields): ProgramCheck | undefined {
  const given = expect.fields("bytes")?.text("hex");
  if (given === undefined) return undefined;
  const wanted = parseHex(given.text);
  if (wanted === undefined)
    return expect.context.problem("bad-packet", given.span, `'${given.text}' is not bytes in hexadecimal.`);
  return check(expect, "bytes", hexOf(wanted), (run) => {
    const got = run.bytes();
    return Buffer.compare(got, wanted) === 0 ? undefined : hexOf(got);
  });
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function readContext(expect: Fields, { hook }: ProgramFacts): ProgramCheck[] {
  const given = expect.fields("context");
  if (given === undefined) return [];
  const changeable = effectsAt(hook).fields;
  for (const name of PACKET_FIELDS)
    if (given.has(name) && !changeable.includes(name))
      given.context.problem(
        "bad-test",
        given.keySpan(name),
        `\`${name}\` is never changed by a ${hook.name}: it stays what \`context\` of the case says.`,
        `It can change ${changeable.join(", ")}.`,
      );
  const { fields, words } = contextValues(exact(given.map) as Record<string, unknown>);
  const checks = fields.map(({ name, value }) => ({
    ...check(given, name, `${value}`, (run) => (run.field(name) === value ? undefined : `${run.field(name)}`)),
    subject: `context.${name}`,
  }));
  if (words === undefined) return checks;
  const cb = check(given, "cb", `[${words.join(", ")}]`, (run) => {
    const got = [...run.words.subarray(0, words.length)].map((word) => word >>> 0);
    return words.every((word, i) => word === got[i]) ? undefined : `[${got.join(", ")}]`;
  });
  return [...checks, { ...cb, subject: "context.cb" }];
}
