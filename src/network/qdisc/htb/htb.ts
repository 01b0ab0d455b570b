import { majorOf, minorOf } from "../../../hooks/tc/verdict.ts";
import { formatClassid, parseClassid } from "../../../topology/quantity/classid.ts";
import { FRAMING_OPTIONS, FRAMING_WORDS, readFraming } from "../framing.ts";
import { Options } from "../options.ts";
import type { QdiscKind } from "../qdisc.ts";
import { type HtbClassOptions, MAX_DEPTH, PRIORITIES } from "./htb-class.ts";
import { type HtbOptions, HtbQdisc } from "./htb-qdisc.ts";

/** Burst that tc gives a class without one, bytes. */
const DEFAULT_BURST = 1600;
/** A class's turn is its rate in a second through this many bytes. */
const DEFAULT_R2Q = 10;
const QUANTUM = { least: 1000, most: 200_000 };

const rate = (description: string) => ({ $ref: "#/$defs/rate", description });
const size = (description: string) => ({ $ref: "#/$defs/size", description });

export const htb: QdiscKind<HtbOptions> = {
  name: "htb",
  description: "A hierarchy of rates, whose classes borrow what others do not use.",
  options: {
    default: {
      type: "string",
      description: "Class of packets that no filter matches. Default: they are sent unshaped.",
      examples: ["1:30"],
    },
    r2q: {
      type: "integer",
      minimum: 1,
      maximum: 0xffff_ffff,
      description: "Divides a class's rate in bytes to give its quantum. Default 10.",
    },
    "direct-qlen": {
      type: "integer",
      minimum: 0,
      maximum: 0xffff_ffff,
      description: "Packets that may wait unshaped. Default 1000.",
    },
  },
  filters: true,
  classFilters: true,
  words: {
    default: { key: "default", type: "hexadecimal" },
    r2q: { key: "r2q", type: "decimal", means: (r2q) => Math.max(r2q, 1) },
    debug: { key: "debug", type: "decimal", ignored: true },
    direct_qlen: { key: "direct-qlen", type: "decimal" },
  },
  changeKeeps: "refused",
  makesOptions: true,
  classWords: {
    rate: { key: "rate", type: "rate", once: true },
    ceil: { key: "ceil", type: "rate", once: true },
    burst: { key: "burst", type: "size and cell", zeroIsAbsent: true },
    buffer: { key: "burst", type: "size and cell", zeroIsAbsent: true },
    maxburst: { key: "burst", type: "size and cell", zeroIsAbsent: true },
    cburst: { key: "cburst", type: "size and cell", zeroIsAbsent: true },
    cbuffer: { key: "cburst", type: "size and cell", zeroIsAbsent: true },
    cmaxburst: { key: "cburst", type: "size and cell", zeroIsAbsent: true },
    prio: { key: "prio", type: "decimal", means: (prio) => Math.min(prio, PRIORITIES - 1) },
    quantum: { key: "quantum", type: "decimal", zeroIsAbsent: true },
    mtu: { key: "mtu", type: "decimal" },
    ...FRAMING_WORDS,
  },
  completeClassWords: ({ mtu, ...values }) => (mtu === undefined ? values : { burst: mtu, cburst: mtu, ...values }),
  classRequired: ["rate"],
  classOptions: {
    parent: { type: "string", description: "Class that it borrows from. Default: none.", examples: ["1:1"] },
    rate: rate("What it may always send."),
    ceil: rate("What it may send at most, when its parent has some to lend. Default: its rate."),
    burst: size("Bytes that it may send at once at its rate. Default 1600."),
    cburst: size("Bytes that it may send at once at its ceiling. Default 1600."),
    prio: { type: "integer", minimum: 0, maximum: PRIORITIES - 1, description: "Lower ones borrow first. Default 0." },
    quantum: {
      type: "integer",
      minimum: 1,
      maximum: 0xffff_ffff,
      description: "Bytes of its turn. Default: rate / r2q.",
    },
    ...FRAMING_OPTIONS,
  },
  parse(given, classes, handle) {
    const options = new Options(given);
    const r2q = options.integer("r2q") ?? DEFAULT_R2Q;
    const made = new Map<number, HtbClassOptions>();
    for (const [classid, own] of classes) made.set(classid, readClass(classid, new Options(own, classid), handle, r2q));
    const inOrder = sorted(made, (classid, parent) =>
      new Options({}, classid).fail("parent", `There is no class ${formatClassid(parent)} above this one.`),
    );
    const chosen = options.read("default", (text) => readDefault(text, handle)) ?? { classid: 0, number: 0 };
    return {
      classes: inOrder,
      r2q,
      defaultClass: chosen.classid,
      defaultNumber: chosen.number,
      directLength: options.integer("direct-qlen"),
    };
  },
  create: (options, surroundings) => new HtbQdisc(options, surroundings),
};

/** `1:30`, or `30` alone, which a command may say with more digits than a class has. */
function readDefault(text: string, handle: number): { classid: number; number: number } {
  if (text.includes(":")) {
    const classid = parseClassid(text);
    return { classid, number: minorOf(classid) };
  }
  if (!/^[0-9a-f]{5,8}$/i.test(text)) return readDefault(`${formatClassid(handle)}${text}`, handle);
  const number = Number.parseInt(text, 16);
  return { classid: handle + minorOf(number), number };
}

function readClass(classid: number, options: Options, handle: number, r2q: number): HtbClassOptions {
  if (majorOf(classid) !== handle || classid === handle)
    options.fail("rate", `The class ${formatClassid(classid)} is none of the qdisc ${formatClassid(handle)}.`);
  const given = options.need("rate", options.rate("rate"));
  if (given === 0) options.fail("rate", "The rate of a class is above 0.");
  const ceil = options.rate("ceil") ?? given;
  const parent = options.read("parent", parseClassid) ?? 0;
  const quantum =
    options.integer("quantum") ?? Math.floor(Math.min(Math.max(given / r2q, QUANTUM.least), QUANTUM.most));
  return {
    classid,
    parent: parent === handle ? 0 : parent,
    rate: given,
    ceil: ceil === 0 ? given : ceil,
    burst: options.size("burst") ?? DEFAULT_BURST,
    cburst: options.size("cburst") ?? DEFAULT_BURST,
    prio: options.integer("prio") ?? 0,
    quantum,
    framing: readFraming(options),
  };
}

/** Parents before their children; `lost` is told of a class whose parents do not lead to the root. */
function sorted(
  classes: ReadonlyMap<number, HtbClassOptions>,
  lost: (classid: number, parent: number) => never,
): HtbClassOptions[] {
  const depths = new Map<number, number>();
  for (const { classid } of classes.values()) {
    let depth = 0;
    for (let at = classes.get(classid)!; at.parent !== 0; depth++) {
      const above = classes.get(at.parent);
      if (above === undefined || depth >= MAX_DEPTH - 1) lost(at.classid, at.parent);
      at = above;
    }
    depths.set(classid, depth);
  }
  return [...classes.values()].sort((a, b) => depths.get(a.classid)! - depths.get(b.classid)!);
}
