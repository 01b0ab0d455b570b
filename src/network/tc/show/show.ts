import { chainOf } from "../../../hooks/tc/verdict.ts";
import type { TcActionModel } from "../../../topology/model.ts";
import { formatClassid } from "../../../topology/quantity/classid.ts";
import { ACTION_ANSWERS } from "../../../topology/schema/tc.ts";
import { SOCKET_ETHERTYPES } from "../../../topology/socket-protocol.ts";
import type { Interface } from "../../interface.ts";
import { HtbClass } from "../../qdisc/htb/htb-class.ts";
import type { QdiscClass, QdiscCounts } from "../../qdisc/qdisc.ts";
import type { Filter } from "../filter.ts";
import type { QdiscNode } from "../qdisc-tree.ts";
import { tcBurst, tcRateText, tcSizeText } from "./numbers.ts";
import { QDISC_TEXTS } from "./qdisc-text.ts";

export interface ShowOptions {
  /** -s */
  readonly statistics: boolean;
  /** Each line says its device, as where tc is not asked about one. */
  readonly namesDevice: boolean;
}

/** Bytes of a frame beside its layer-3 packet. */
const FRAME_HEADER = 14;
const QUEUE_LENGTH = 1000;

/** `tc qdisc show` */
export function showQdiscs(device: Interface, { statistics, namesDevice }: ShowOptions): string[] {
  const lines: string[] = [];
  const name = namesDevice ? `dev ${device.name} ` : "";
  for (const { model, qdisc, above } of device.tree?.all ?? []) {
    const text = QDISC_TEXTS[model.kind];
    const details = qdisc.details?.() ?? {};
    const facts = { queueLength: QUEUE_LENGTH, frameBytes: device.mtu + FRAME_HEADER };
    const seat = above === undefined ? "root refcnt 2" : `parent ${formatClassid(above.classid)}`;
    lines.push(
      `qdisc ${model.kind} ${formatClassid(model.handle)} ${name}${seat} ${text?.options(model.options, facts, details) ?? ""}`,
    );
    if (!statistics) continue;
    lines.push(...countLines(qdisc.counts, qdisc));
    lines.push(...(text?.statistics?.(details) ?? []).map((line) => `  ${line}`));
  }
  if (device.hook !== undefined) {
    // tc prints a line of dashes for the options that ingress has not.
    const options = device.hook === "ingress" ? "---------------- " : "";
    lines.push(`qdisc ${device.hook} ffff: ${name}parent ffff:fff1 ${options}`);
  }
  return lines;
}

/** `tc class show` */
export function showClasses(device: Interface, { statistics }: ShowOptions): string[] {
  const nodes = device.tree?.all ?? [];
  return nodes.flatMap((node) =>
    (node.qdisc.classes ?? []).flatMap((one) => {
      const child = nodes.find(({ above }) => above?.node === node && above.classid === one.classid);
      const leaf = child === undefined ? "" : `leaf ${formatClassid(child.model.handle)} `;
      const { seat, options } = classWords(node, one);
      const line = `class ${node.model.kind} ${formatClassid(one.classid)} ${seat} ${leaf}${options}`;
      if (!statistics) return [line];
      // tbf, red and netem count nothing of their only class.
      if (["tbf", "red", "netem"].includes(node.model.kind)) return [line, ""];
      return [line, ...countLines(one.counts, one), ...classStatistics(one)];
    }),
  );
}

function classWords(node: QdiscNode, one: QdiscClass): { seat: string; options: string } {
  if (one instanceof HtbClass) {
    const { rate, ceil, prio, parent } = one.options;
    const { burst, cburst } = one.bursts;
    const bursts = `burst ${tcSizeText(tcBurst(rate, burst))} cburst ${tcSizeText(tcBurst(ceil, cburst))}`;
    const leaf = one.level === 0 ? `prio ${prio} ` : "";
    return {
      seat: parent === 0 ? "root" : `parent ${formatClassid(parent)}`,
      options: `${leaf}rate ${tcRateText(rate)} ceil ${tcRateText(ceil)} ${bursts} `,
    };
  }
  if (node.model.kind === "drr")
    return { seat: "root", options: `quantum ${tcSizeText((one as { quantum?: number }).quantum ?? 0)} ` };
  return { seat: `parent ${formatClassid(node.model.handle)}`, options: "" };
}

function classStatistics(one: QdiscClass): string[] {
  const details = one.details?.();
  if (details === undefined) return [];
  if (details.deficit !== undefined) return [` deficit ${tcSizeText(details.deficit)} `];
  if (details.lended === undefined) return [];
  const { lended, borrowed, giants, tokens, ctokens } = details;
  return [` lended: ${lended} borrowed: ${borrowed} giants: ${giants}`, ` tokens: ${tokens} ctokens: ${ctokens}`, ""];
}

function countLines(
  { packets, bytes, dropped, overlimits, requeues }: QdiscCounts,
  { length, backlog }: { length: number; backlog: number },
): string[] {
  return [
    ` Sent ${bytes} bytes ${packets} pkt (dropped ${dropped}, overlimits ${overlimits} requeues ${requeues}) `,
    ` backlog ${tcSizeText(backlog)} ${length}p requeues ${requeues}`,
  ];
}

/** `tc filter show`, of a side or of the disciplines. */
export function showFilters(device: Interface, where: "ingress" | "egress" | "qdisc"): string[] {
  if (where !== "qdisc")
    return device[where]?.filters.filters.flatMap((filter, i, all) => filterLines(filter, all[i - 1])) ?? [];
  return (device.tree?.all ?? []).flatMap(({ model, filters }) =>
    [...filters].flatMap(([classid, list]) =>
      list.filters.flatMap((filter, i, all) =>
        filterLines(filter, all[i - 1], `parent ${formatClassid(classid === 0 ? model.handle : classid)} `),
      ),
    ),
  );
}

function filterLines({ model }: Filter, before: Filter | undefined, parent = ""): string[] {
  const { kind, handle, priority, protocol, chain, classid, directAction, actions, attachment, shown } = model;
  const head = `filter ${parent}protocol ${protocolName(protocol)} pref ${priority} ${kind} chain ${chain} `;
  const isFirst = before?.model.priority !== priority || before.model.chain !== chain;
  const flow = classid === 0 ? "" : `flowid ${formatClassid(classid)} `;
  const own =
    kind === "matchall"
      ? [`${head}handle 0x${handle.toString(16)} ${flow}`, "  not_in_hw"]
      : [`${head}handle 0x${handle.toString(16)} ${flow}${programWords(shown ?? attachment!.program, directAction)}`];
  return [
    ...(isFirst ? [head] : []),
    ...own,
    ...actions.flatMap((action, i) => actionLines(action, i + 1)),
    ...(actions.length > 0 ? [""] : []),
  ];
}

/** An object's name comes before the flags, bytecode after them. */
function programWords(shown: string, directAction: boolean): string {
  const flags = `${directAction ? "direct-action " : ""}not_in_hw `;
  return shown.startsWith("bytecode ") ? `${flags}${shown}` : `${shown} ${flags}`;
}

const ANSWERS = Object.entries(ACTION_ANSWERS);
const answerName = (answer: number): string => {
  const chain = chainOf(answer);
  if (chain !== undefined) return `goto chain ${chain}`;
  const name = ANSWERS.findLast(([, value]) => value === answer)?.[0] ?? String(answer);
  return name;
};

function actionLines(action: TcActionModel, order: number): string[] {
  const begin = `\taction order ${order}: `;
  switch (action.kind) {
    case "answer":
      return [`${begin}gact action ${answerName(action.answer)}`, "\t random type none pass val 0"];
    case "send": {
      const way = `${action.ingress ? "Ingress" : "Egress"} ${action.mirrors ? "Mirror" : "Redirect"}`;
      return [`${begin}mirred (${way} to device ${action.device}) ${action.mirrors ? "pipe" : "stolen"}`];
    }
    case "program":
      return [`${begin}bpf ${action.attachment.program} default-action ${answerName(action.answer)}`];
  }
}

function protocolName(protocol: number): string {
  const name = Object.entries(SOCKET_ETHERTYPES).find(([, value]) => value === protocol)?.[0];
  return name ?? `[${protocol}]`;
}
