import type { JsonSchema } from "../../json-schema.ts";
import { DROP_REASONS } from "../../packet/drop-reason.ts";
import { COUNTERS } from "../counters.ts";
import { expectedMap, mapCheckProperties, recordIndex } from "./map.ts";
import { byKey, list, mapping, noneOf, oneOfKeys, type Properties, ref } from "./shape.ts";

function counters(kind: keyof typeof COUNTERS): Properties {
  return Object.fromEntries(
    Object.entries(COUNTERS[kind]).map(([name, description]) => [name, ref("count", description)]),
  );
}

/** Bytes to look for: text, or `{ hex: ... }`. */
const needle: JsonSchema = {
  title: "bytes",
  type: ["string", "object"],
  minLength: 1,
  properties: {
    hex: { type: "string", minLength: 1, description: "Bytes in hexadecimal, spaces allowed." },
    text: { type: "string", minLength: 1, description: "Text, in UTF-8." },
  },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
};

const contains: JsonSchema = {
  ...needle,
  title: "bytes, or list of bytes",
  type: ["string", "object", "array"],
  items: needle,
  minItems: 1,
  description: "Some packet that the socket received contains this; of a list, each.",
  examples: ["GET /", { hex: "47 45 54" }],
};

const socket = mapping(
  "socket expectation",
  {
    socket: { type: "string", description: "`node/socket`.", examples: ["server/web"] },
    ...counters("socket"),
    lengths: list({ type: "integer", minimum: 0 }, "Lengths in bytes of the packets received, in order."),
    contains,
  },
  ["socket"],
  { minProperties: 2 },
);

const device = mapping(
  "interface expectation",
  { interface: ref("endpoint"), ...counters("interface") },
  ["interface"],
  { minProperties: 2 },
);

const link = mapping(
  "link expectation",
  {
    link: ref("link", "A link; its counters are both directions added up."),
    from: ref("endpoint", "Only the direction that this end sends."),
    ...counters("link"),
  },
  ["link"],
  oneOfKeys(Object.keys(COUNTERS.link)),
);

const drops = mapping(
  "drop expectation",
  { drops: { enum: Object.keys(DROP_REASONS), description: "Reason, as reports name it." }, count: ref("count") },
  ["drops", "count"],
);

const classes = mapping(
  "class expectation",
  {
    class: {
      type: "string",
      description: "A class of a device's qdisc: `node:interface/class`.",
      examples: ["server:eth0/1:10"],
    },
    ...counters("class"),
  },
  ["class"],
  { minProperties: 2 },
);

const qdisc = mapping(
  "qdisc expectation",
  { qdisc: { ...ref("endpoint"), description: "A device's root qdisc, by the device." }, ...counters("qdisc") },
  ["qdisc"],
  { minProperties: 2 },
);

const map = mapping(
  "map expectation",
  { map: expectedMap, ...counters("map"), ...mapCheckProperties, record: recordIndex },
  ["map"],
  { minProperties: 2 },
);

const call = mapping(
  "call expectation",
  {
    call: {
      type: "string",
      description: "A call of a process, counted from 0: `node/process[0]`.",
      examples: ["server/nginx[0]"],
    },
    answer: { type: "string", description: "What the filters say.", examples: ["ALLOW", "ERRNO(1)", "KILL_PROCESS"] },
    outcome: {
      enum: ["runs", "returns", "fails", "signal", "killed", "not made"],
      description: "What becomes of the call.",
    },
    errno: { type: "string", pattern: "^E[A-Z0-9]+$", description: "Error that it gives.", examples: ["EPERM"] },
    value: { type: "integer", description: "What it gives." },
    signal: { type: "string", pattern: "^SIG[A-Z]+$", description: "Signal that it ends with.", examples: ["SIGSYS"] },
  },
  ["call"],
  { minProperties: 2 },
);

const processes = mapping(
  "process expectation",
  {
    process: { type: "string", description: "A process: `node/process`.", examples: ["server/nginx"] },
    ended: {
      type: "string",
      pattern: "^(SIG[A-Z0-9_]+|exit|exit_group|thread killed|none)$",
      description: "The signal or the call that has ended its calls, or `thread killed`; none: it lives.",
      examples: ["SIGSYS", "SIGKILL", "exit_group", "thread killed", "none"],
    },
    ...counters("process"),
  },
  ["process"],
  { minProperties: 2 },
);

const run = mapping(
  "run expectation",
  {
    run: {
      ...mapping("mapping of totals", counters("run"), [], { minProperties: 1 }),
      description: "Totals over all packets of the run.",
    },
  },
  ["run"],
);

/** An entry of `expect`. */
export const expectationSchema: JsonSchema = {
  title: "expectation",
  type: "object",
  ...byKey(
    [
      ["socket", socket],
      ["interface", device],
      ["link", link],
      ["drops", drops],
      ["class", classes],
      ["qdisc", qdisc],
      ["map", map],
      ["call", call],
      ["process", processes],
      ["run", run],
    ],
    noneOf("expectation", ["socket", "interface", "link", "drops", "class", "qdisc", "map", "call", "process", "run"]),
  ),
};
