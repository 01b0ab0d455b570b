import { formatClassid } from "../../../topology/quantity/classid.ts";
import type { Interface } from "../../interface.ts";
import { noCounts } from "../../qdisc/counts.ts";
import { HtbClass } from "../../qdisc/htb/htb-class.ts";
import type { QdiscClass, QdiscCounts } from "../../qdisc/qdisc.ts";
import type { QdiscNode } from "../qdisc-tree.ts";
import { countLines, NOTHING_WAITS } from "./counts-text.ts";
import { tcBurst, tcRateText, tcSizeText } from "./numbers.ts";
import { QDISC_TEXTS } from "./qdisc-text.ts";
import type { ShowOptions } from "./show-options.ts";

/** Bytes of a frame beside its layer-3 packet. */
const FRAME_HEADER = 14;
const QUEUE_LENGTH = 1000;

/** `tc qdisc show` */
export function showQdiscs(device: Interface, { statistics, namesDevice }: ShowOptions): string[] {
  const lines: string[] = [];
  const name = namesDevice ? `dev ${device.name} ` : "";
  if (device.tree === undefined) {
    lines.push(`qdisc noqueue 0: ${name}root refcnt 2 `);
    if (statistics) lines.push(...countLines(noCounts(), NOTHING_WAITS));
  }
  for (const { model, qdisc, above } of device.tree?.all ?? []) {
    const text = QDISC_TEXTS[model.kind];
    const details = qdisc.details?.() ?? {};
    const facts = { queueLength: QUEUE_LENGTH, frameBytes: device.mtu + FRAME_HEADER };
    const seat = above === undefined ? "root refcnt 2" : `parent ${formatClassid(above.classid)}`;
    lines.push(
      `qdisc ${model.kind} ${formatClassid(model.handle)} ${name}${seat} ${text?.options(model.options, facts, details) ?? ""}`,
    );
    if (!statistics) continue;
    lines.push(...(text?.firstStatistics?.(details) ?? []).map((line) => `  ${line}`));
    lines.push(...countLines(qdisc.counts, qdisc));
    lines.push(...(text?.statistics?.(details) ?? []).map((line) => `  ${line}`));
  }
  if (device.hook !== undefined) {
    // tc prints a line of dashes for the options that ingress has not.
    const options = device.hook === "ingress" ? "---------------- " : "";
    const { ingress, egress } = device.blocks;
    const blocks = `${ingress === undefined ? "" : `ingress_block ${ingress} `}${egress === undefined ? "" : `egress_block ${egress} `}`;
    lines.push(`qdisc ${device.hook} ffff: ${name}parent ffff:fff1 ${blocks}${options}`);
    if (statistics) lines.push(...countLines(hookCounts(device), NOTHING_WAITS));
  }
  return lines;
}

/** clsact has one account for both of its sides. */
function hookCounts({ ingress, egress }: Interface): QdiscCounts {
  const sum = noCounts();
  for (const side of [ingress, egress]) {
    sum.packets += side?.counts.packets ?? 0;
    sum.bytes += side?.counts.bytes ?? 0;
    sum.dropped += side?.counts.dropped ?? 0;
  }
  return sum;
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
    const { rate, ceil, prio, parent, framing } = one.options;
    const { burst, cburst } = one.bursts;
    const bursts = `burst ${tcSizeText(tcBurst(rate, burst))} cburst ${tcSizeText(tcBurst(ceil, cburst))}`;
    const overhead = framing.overhead > 0 ? `overhead ${framing.overhead} ` : "";
    const cells = framing.linklayer === "atm" ? "linklayer atm " : "";
    const leaf = one.level === 0 ? `prio ${prio} ` : "";
    return {
      seat: parent === 0 ? "root" : `parent ${formatClassid(parent)}`,
      options: `${leaf}rate ${tcRateText(rate)} ${overhead}ceil ${tcRateText(ceil)} ${cells}${bursts} `,
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
