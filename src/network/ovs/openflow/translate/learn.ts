import { AT } from "../../flow/layout.ts";
import type { Action } from "../action/action.ts";
import type { LearnAction, LearnSource } from "../action/learn.ts";
import type { FinTimeoutAction } from "../action/sundry.ts";
import { placed, readSubfield } from "../field/subfield.ts";
import type { FlowEntry } from "../flow/flow.ts";
import { formatMatch } from "../match/format-match.ts";
import { type Match, matchAll, matchField, setMatchField } from "../match/match.ts";
import { hex } from "../text/number.ts";
import { loadSubfield, wantSubfield } from "./fields.ts";
import { maskBytes } from "./key-access.ts";
import { saySubfield } from "./set-fields.ts";
import type { Lesson, Translation } from "./translation.ts";

/**
 * learn: a flow made from this one is to be in a table once the packet's way through the tables is over (xlate_learn_action,
 * lib/learn.c): look-ups see the tables as they were at its beginning.
 */
export function learn(t: Translation, action: LearnAction): void {
  for (const { source } of action.specs) if (typeof source !== "bigint") wantSubfield(t.wanted, source);
  if (!t.hasEffects && t.report.isOn) {
    t.say("warn", "suppressing side effects, so learn action ignored");
    return;
  }
  const { limit } = action;
  const lesson: Lesson = { bridge: t.bridge, entry: learnt(t.flow, action), limit };
  if (t.report.isOn) t.say("detail", describe(lesson.entry, t.format(lesson.entry.actions)));
  const isThere = !t.hasEffects || t.bridge.mayLearn(lesson, t.lessons);
  if (isThere) t.lessons.push(lesson);
  if (action.result !== undefined) {
    loadSubfield(t.flow, t.wanted, action.result, isThere ? 1n : 0n);
    saySubfield(t, action.result);
  }
  if (!isThere) t.say("detail", "Limit exceeded, learn failed");
}

/** The flow that a packet teaches. */
function learnt(flow: Uint8Array, action: LearnAction): FlowEntry {
  const match = matchAll();
  const actions: Action[] = [];
  const given = (source: LearnSource) => (typeof source === "bigint" ? source : readSubfield(flow, source));
  for (const spec of action.specs) {
    if (spec.type === "output") {
      actions.push({ kind: "output", port: Number(given(spec.source)) } as Action);
      continue;
    }
    const { destination } = spec;
    const set = placed(destination, given(spec.source));
    if (spec.type === "match") addToMatch(match, destination.field, set);
    else actions.push({ kind: "set_field", field: destination.field, set, load: destination } as Action);
  }
  if (action.finIdleTimeout !== 0 || action.finHardTimeout !== 0)
    actions.push({ kind: "fin_timeout", idle: action.finIdleTimeout, hard: action.finHardTimeout } as Action);
  return {
    table: action.table,
    priority: action.priority,
    cookie: action.cookie,
    idleTimeout: action.idleTimeout,
    hardTimeout: action.hardTimeout,
    importance: 0,
    flags: action.flags.includes("send_flow_rem") ? ["send_flow_rem"] : [],
    match,
    actions,
  };
}

function addToMatch(
  match: Match,
  field: Parameters<typeof setMatchField>[1],
  set: { value: bigint; mask: bigint },
): void {
  const before = matchField(match, field);
  setMatchField(match, field, { value: (before.value & ~set.mask) | set.value, mask: before.mask | set.mask });
}

function describe(
  { table, match, priority, cookie, idleTimeout, hardTimeout, flags }: FlowEntry,
  actions: string,
): string {
  const text = formatMatch(match);
  const parts = [`table=${table} ${text}${text === "" ? "" : " "}priority=${priority}`];
  if (cookie !== 0n) parts.push(`cookie=${hex(cookie)}`);
  if (idleTimeout !== 0) parts.push(`idle=${idleTimeout}`);
  if (hardTimeout !== 0) parts.push(`hard=${hardTimeout}`);
  parts.push(...flags, `actions=${actions}`);
  return parts.join(" ");
}

const TCP_FIN = 0x01;
const TCP_RST = 0x04;

/** fin_timeout: the rule's timeouts become these once TCP's connection ends. */
export function finTimeout(t: Translation, { idle, hard }: FinTimeoutAction): void {
  maskBytes(t.wanted, AT.nwProto, 1);
  if (!t.hasEffects || t.rule === undefined || (t.flow[AT.tcpFlags + 1]! & (TCP_FIN | TCP_RST)) === 0) return;
  const shorter = (seconds: number, limit: number) =>
    limit === 0 ? seconds : seconds === 0 ? limit : Math.min(seconds, limit);
  t.rule.idleTimeout = shorter(t.rule.idleTimeout, idle);
  t.rule.hardTimeout = shorter(t.rule.hardTimeout, hard);
  t.bridge.timeoutsChanged(t.rule);
}
