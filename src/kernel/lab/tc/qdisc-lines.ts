import type { Framing } from "../../../network/qdisc/framing.ts";
import type { HtbOptions } from "../../../network/qdisc/htb/htb-qdisc.ts";
import type { TbfOptions } from "../../../network/qdisc/tbf.ts";
import type { QdiscModel } from "../../../topology/model.ts";
import { formatClassid } from "../../../topology/quantity/classid.ts";

/** What tc(8) is told of a qdisc of a kind: its own options, and lines for its classes. */
interface Words {
  readonly options: string;
  /** Parents before their children. */
  readonly classes?: readonly ClassWords[];
}

interface ClassWords {
  readonly classid: number;
  readonly words: string;
}

type Describe = (model: QdiscModel) => Words;

const limit = ({ options }: QdiscModel): Words => {
  const { limit: most } = options as { limit: number | undefined };
  return { options: most === undefined ? "" : `limit ${most}` };
};

const bits = (bytesPerSecond: number) => `${Math.round(bytesPerSecond * 8)}bit`;

const framed = ({ overhead, mpu, linklayer }: Framing) => ` overhead ${overhead} mpu ${mpu} linklayer ${linklayer}`;

const KINDS: Readonly<Record<string, Describe>> = {
  pfifo: limit,
  bfifo: limit,
  pfifo_fast: () => ({ options: "" }),
  tbf({ options }) {
    const { rate, burst, limit: most, peakRate, mtu, framing } = options as TbfOptions;
    const peak = peakRate === 0 ? "" : ` peakrate ${bits(peakRate)}`;
    const longest = mtu === 0 ? "" : ` mtu ${mtu}`;
    return { options: `rate ${bits(rate)} burst ${burst}b limit ${most}b${peak}${longest}${framed(framing)}` };
  },
  htb({ options, handle }) {
    const { classes, defaultClass, directLength } = options as HtbOptions;
    const direct = directLength === undefined ? "" : ` direct_qlen ${directLength}`;
    return {
      options: `default ${(defaultClass & 0xffff).toString(16)}${direct}`,
      classes: classes.map(({ classid, parent, rate, ceil, burst, cburst, prio, quantum, framing }) => ({
        classid,
        words:
          `parent ${formatClassid(parent === 0 ? handle : parent)} classid ${formatClassid(classid)} ` +
          `htb rate ${bits(rate)} ceil ${bits(ceil)} burst ${burst}b cburst ${cburst}b prio ${prio} quantum ${quantum}${framed(framing)}`,
      })),
    };
  },
};

/** Kinds of qdiscs that the lab makes. */
export const LAB_QDISCS: readonly string[] = Object.keys(KINDS);

/** Lines of tc(8) that make a device's root qdisc and what is in it, outer ones first; each kind is one of LAB_QDISCS. */
export function qdiscLines(device: string, model: QdiscModel, parent = "root"): string[] {
  const { options, classes = [] } = KINDS[model.kind]!(model);
  const inner = [...model.children].flatMap(([classid, child]) =>
    qdiscLines(device, child, `parent ${formatClassid(classid)}`),
  );
  return [
    `qdisc add dev ${device} ${parent} handle ${formatClassid(model.handle)} ${model.kind} ${options}`.trimEnd(),
    ...classes.map(({ words }) => `class add dev ${device} ${words}`),
    ...inner,
  ];
}

/** Lines that give a qdisc other options, and its classes: some of those may be new or gone. @param parent where it stands. */
export function changeLines(device: string, before: QdiscModel, after: QdiscModel, parent: string): string[] {
  const [had, has] = [KINDS[before.kind]!(before), KINDS[after.kind]!(after)];
  const known = new Map((had.classes ?? []).map(({ classid, words }) => [classid, words]));
  const left = new Set((has.classes ?? []).map(({ classid }) => classid));
  const gone = [...known.keys()].filter((classid) => !left.has(classid)).reverse();
  return [
    ...(had.options === has.options
      ? []
      : [`qdisc change dev ${device} ${parent} handle ${formatClassid(after.handle)} ${after.kind} ${has.options}`]),
    ...gone.map((classid) => `class del dev ${device} classid ${formatClassid(classid)}`),
    ...(has.classes ?? []).flatMap(({ classid, words }) => {
      if (known.get(classid) === words) return [];
      return [`class ${known.has(classid) ? "change" : "add"} dev ${device} ${words}`];
    }),
  ];
}
