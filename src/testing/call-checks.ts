import { ACTION, type ActionName, MAX_ERRNO, runsCall } from "../hooks/seccomp/action.ts";
import { isQuiet } from "../hooks/seccomp/outcome.ts";
import { SECCOMP_ROWS } from "../hooks/seccomp/rows.ts";
import { errnoName, errnoValue } from "../seccomp/constants.ts";
import type { Fields } from "../topology/build/fields.ts";
import { namesHint } from "../topology/check/hints.ts";
import type { YamlValue } from "../topology/yaml/value.ts";
import type { CallCheck, CallOutcome } from "./model.ts";

const PACKETS_ONLY = ["returns", "length", "class", "action", "bytes", "context", "maps"];
/** Words for more than one action, beside SECCOMP_RET_'s own names. */
const KILL = "KILL";
const NOTIFY = "NOTIFY";
/** Of calls that wait for a supervisor or tracer who is not there. */
const ENOSYS = 38;

/** Reads what a case expects of a call; what can never hold is refused with the reason. */
export function callChecks(expect: Fields): CallCheck[] {
  const { context } = expect;
  for (const key of PACKETS_ONLY)
    if (expect.has(key))
      context.problem(
        "bad-test",
        expect.keySpan(key),
        `\`${key}\` can never match: seccomp decides over system calls, which have none; it gives a verdict, an errno or a signal.`,
      );
  const readers = [readVerdict, readErrno, readSignal, readRuns];
  const checks = readers.flatMap((read) => read(expect) ?? []);
  refuseContradictions(expect);
  return checks;
}

function check(expect: Fields, key: string, expected: string, differs: CallCheck["differs"]): CallCheck {
  const { span } = expect.value(key)!;
  return { subject: key, expected, span, place: expect.context.place(span), differs };
}

function readVerdict(expect: Fields): CallCheck | undefined {
  const wanted = expect.text("verdict");
  if (wanted === undefined) return undefined;
  const { text, span } = wanted;
  const match = /^([A-Z_]+)(?:\((\w+)\))?$/.exec(text.trim());
  const names = [...Object.keys(ACTION), KILL, NOTIFY];
  const name = match?.[1];
  if (name === undefined || !names.includes(name))
    return expect.context.problem(
      "bad-test",
      span,
      `'${text}' can never match: it is no action of seccomp.`,
      namesHint(text, names),
    );
  const data = match![2];
  const number = data === undefined || /^\d+$/.test(data) ? data : errnoValue(data);
  if (data !== undefined && number === undefined)
    return expect.context.problem("bad-test", span, `'${text}' can never match: '${data}' is no number of an error.`);
  return check(expect, "verdict", text, ({ verdict }) =>
    isVerdict(verdict, name, number === undefined ? undefined : `${number}`) ? undefined : verdict,
  );
}

/** `ERRNO` takes every ERRNO, `ERRNO(1)` only that one; KILL is either kind. */
function isVerdict(verdict: string, name: string, data: string | undefined): boolean {
  const [, action, given = "0"] = /^([A-Z_]+)(?:\((\w+)\))?/.exec(verdict)!;
  const isNamed =
    action === name || (name === KILL && action!.startsWith("KILL_")) || (name === NOTIFY && action === "USER_NOTIF");
  return isNamed && (data === undefined || data === given);
}

function readErrno(expect: Fields): CallCheck | undefined {
  const value = expect.value("errno");
  if (value === undefined) return undefined;
  if (value.kind !== "scalar") return expect.context.mismatch(value.span);
  const number = errnoOfText(value);
  if (number === undefined)
    return expect.context.problem("bad-test", value.span, `There is no error '${value.source}'.`, "As in EPERM or 1.");
  if (number < 1 || number > MAX_ERRNO)
    return expect.context.problem(
      "bad-test",
      value.span,
      `\`errno\` can never match: error numbers go from 1 to ${MAX_ERRNO}.`,
    );
  return check(expect, "errno", errorText(number), ({ errno }) => (errno === number ? undefined : errorText(errno)));
}

const errorText = (errno: number): string => (errno === 0 ? "none" : (errnoName(errno) ?? `${errno}`));

function readSignal(expect: Fields): CallCheck | undefined {
  const wanted = expect.text("signal");
  return (
    wanted &&
    check(expect, "signal", wanted.text, ({ signal }) => (signal === wanted.text ? undefined : (signal ?? "none")))
  );
}

function readRuns(expect: Fields): CallCheck | undefined {
  const wanted = expect.flag("runs");
  if (wanted === undefined) return undefined;
  return check(expect, "runs", `${wanted}`, ({ runs }: CallOutcome) => (runs === wanted ? undefined : `${runs}`));
}

/** A call that gives an error neither runs nor ends in a signal, and each action leads to one of them. */
function refuseContradictions(expect: Fields): void {
  const runs = expect.flag("runs");
  const ends = ["errno", "signal", ...(runs === true ? ["runs"] : [])].filter((key) => expect.has(key));
  const [first, second] = ends;
  if (first !== undefined && second !== undefined) {
    expect.context.problem(
      "bad-test",
      expect.keySpan(second),
      `\`${second}\` can never match beside \`${first}\`: a call gives an error, ends in a signal or runs.`,
    );
    return;
  }
  const verdict = /^([A-Z_]+)(?:\((\w+)\))?$/.exec(expect.text("verdict")?.text.trim() ?? "");
  const end = verdict && endOf(verdict[1]!, verdict[2]);
  if (!end) return;
  const refuse = (key: string, why: string) =>
    expect.context.problem(
      "bad-test",
      expect.keySpan(key),
      `\`${key}\` can never match beside the verdict ${verdict[0]}: ${why}.`,
    );
  for (const key of ends) if (end.key !== key) refuse(key, end.does);
  if (runs === false && end.key === "runs") refuse("runs", end.does);
  const errno = errnoOfText(expect.value("errno"));
  if (end.errno !== undefined && errno !== undefined && errno !== end.errno)
    refuse("errno", `the error is ${errorText(end.errno)}`);
}

/** What an action leads to: the key that says so, and the row of its table. */
function endOf(
  name: string,
  data: string | undefined,
): { readonly key: string; readonly does: string; readonly errno?: number } | undefined {
  const action = name === NOTIFY ? "USER_NOTIF" : name === KILL ? "KILL_PROCESS" : name;
  const does = SECCOMP_ROWS[action as ActionName]?.does;
  if (does === undefined) return undefined;
  if (runsCall(action as ActionName)) return { key: "runs", does };
  if (!isQuiet(action as ActionName)) return { key: "signal", does };
  if (action !== "ERRNO") return { key: "errno", does, errno: ENOSYS };
  const number = data === undefined || !/^\d+$/.test(data) ? errnoValue(data ?? "") : Number(data);
  if (number === undefined) return { key: "errno", does };
  return number === 0 ? { key: "", does } : { key: "errno", does, errno: Math.min(number, MAX_ERRNO) };
}

/** The error that is expected, where it is one. */
function errnoOfText(value: YamlValue | undefined): number | undefined {
  if (value?.kind !== "scalar") return undefined;
  return typeof value.value === "string" ? errnoValue(value.value) : Number(value.value);
}
