import type { JsonSchema } from "../../json-schema.ts";
import { cgroupPath } from "./host-hooks.ts";
import { byKey, exclusive, integer, list, mapping, oneOfKeys, type Properties, ref, text } from "./shape.ts";

const direction: JsonSchema = {
  enum: ["out", "in"],
  description: "out: sent by the interface. in: arrives at it out of the wire. Default out.",
};
const start = ref("duration", "Simulated time of the first packet. Default 0.");

const schedule: Properties = {
  start,
  count: integer(1, Number.MAX_SAFE_INTEGER, "How many. Default 1; with `every` or `rate`: until the end of the run."),
  every: ref("duration", "Time between two. Default 0: all at once."),
  rate: ref("packet-rate", "How many a second, instead of `every`."),
  for: ref("duration", "For how long, instead of `count`."),
  process: {
    enum: ["constant", "poisson"],
    description: "constant: evenly spaced. poisson: at random, with that mean. Default constant.",
  },
};
const scheduleRules: readonly JsonSchema[] = [
  exclusive("count", "for", "traffic entry"),
  exclusive("every", "rate", "traffic entry"),
];

function packetSchema(layers: readonly string[]): JsonSchema {
  const own: Properties = Object.fromEntries(layers.map((layer) => [layer, ref(`layer-${layer}`)]));
  return mapping(
    "packet entry",
    {
      from: ref("node-or-interface", "Host that sends the packets, by the interface that is named."),
      to: ref("node-or-interface", "Host whose addresses are the packets' default destination."),
      at: ref("endpoint", "Interface at which the packets are sent or, with `direction: in`, arrive."),
      direction,
      ...schedule,
      packet: list(
        mapping("packet layer", own, [], { minProperties: 1, maxProperties: 1 }),
        "Layers, outermost first, where one occurs twice.",
        {
          minItems: 1,
        },
      ),
      ...own,
      // Never there in this branch; here so that a slip in them is found.
      flow: {},
      replay: {},
    },
    [],
    {
      allOf: [
        ...scheduleRules,
        exclusive("from", "at", "packet entry"),
        oneOfKeys(["from", "at"], "packet entry"),
        oneOfKeys(["flow", "replay", "packet", ...layers], "traffic entry"),
        { title: "packet entry", not: { type: "object", required: ["packet"], ...oneOfKeys(layers) } },
      ],
    },
  );
}

const flow = mapping(
  "flow",
  {
    flow: { enum: ["udp", "tcp", "icmp"], description: "udp: datagrams. tcp: connections. icmp: echo requests." },
    from: ref("node-or-interface", "Host that begins."),
    to: ref("node-or-interface", "Host that it talks to."),
    port: integer(1, 65_535, "Destination port, for udp and tcp."),
    sport: integer(1, 65_535, "Source port. Default: an ephemeral one."),
    bytes: ref(
      "size",
      "Payload of each datagram or echo request, or sent over each connection. Default 56, as ping's.",
    ),
    cgroup: cgroupPath,
    family: { enum: [4, 6], description: "IP version. Default: 4 where both hosts have such an address." },
    ...schedule,
  },
  ["flow", "from", "to"],
  {
    allOf: [
      ...scheduleRules,
      {
        if: { type: "object", required: ["flow"], properties: { flow: { enum: ["udp", "tcp"] } } },
        // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
        then: { title: "udp or tcp flow", required: ["port"] },
      },
    ],
  },
);

const timing = mapping(
  "timing",
  {
    speed: { type: "number", exclusiveMinimum: 0, maximum: 1e9, description: "Gaps are divided by this." },
    every: ref("duration", "Time between two packets."),
  },
  [],
  { ...oneOfKeys(["speed", "every"]), ...exclusive("speed", "every") },
);

const replay = mapping(
  "replay",
  {
    replay: { ...text, description: "Capture, pcap or pcapng, relative to this file.", examples: ["web.pcap"] },
    at: ref("endpoint", "Interface at which its packets are sent or arrive."),
    direction,
    start,
    limit: integer(1, Number.MAX_SAFE_INTEGER, "At most this many packets."),
    timing: {
      description:
        "original: gaps as captured. { speed: 2 }: twice as fast. { every: 1us }: evenly spaced. Default original.",
      examples: ["original", { speed: 2 }, { every: "1us" }],
      if: { type: "object" },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema.
      then: timing,
      else: { enum: ["original"] },
    },
  },
  ["replay", "at"],
);

/** An entry of `traffic`, with these layers of packets. */
export function trafficSchema(layers: readonly string[]): JsonSchema {
  return {
    title: "traffic entry",
    type: "object",
    ...byKey(
      [
        ["flow", flow],
        ["replay", replay],
      ],
      packetSchema(layers),
    ),
  };
}
