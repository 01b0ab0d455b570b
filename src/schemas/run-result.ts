import { EXIT } from "../errors.ts";
import type { JsonSchema } from "../json-schema.ts";
import { NODE } from "./node-result.ts";
import { DIAGNOSTICS, flag, listOf, number, object, string, strings, word } from "./result-shape.ts";

const READABLE: JsonSchema = {
  type: ["integer", "string", "object"],
  description: "A number; a text where it does not fit in one, and for addresses and bytes; or fields by name.",
  examples: [22],
};

const MAP_ENTRIES = listOf(
  object("An entry.", {
    "key?": { ...READABLE, description: "The key, as its layout says. Absent: the map has no keys." },
    value: { ...READABLE, description: "The value, as its layout says." },
  }),
  "At the end: of arrays those that are not zero, of queues and stacks none.",
);

const PACKETS = object("The balance: created + copied = delivered + dropped + queued.", {
  created: number("Put on the network by traffic entries and by hosts that answer.", 62),
  copied: number("Made out of another by bridges that flood, links that duplicate and hosts that fragment."),
  delivered: number("Arrived.", 62),
  dropped: number("Dropped, each for a reason."),
  queued: number("On the wire or waiting when the run ended."),
  drops: listOf(
    object("Packets that were dropped at one place for one reason.", {
      reason: string("As in Linux's enum skb_drop_reason where it has the reason.", "SOCKET_FILTER"),
      meaning: string("The reason in words.", "a socket filter dropped it"),
      where: string("Node, interface, socket or link.", "server:eth0"),
      packets: number("How many.", 3),
    }),
    "Why and where packets were dropped, most frequent first.",
  ),
});

const PROGRAM = object("A program.", {
  name: string("Its name, or the place where it is written.", "ssh-only"),
  type: string("`classic`, or as bpftool names it.", "classic"),
  instructions: number("How many it has.", 13),
  replaced: number("How often a step replaced it."),
  attachments: listOf(
    object(
      "A place where it is attached.",
      {
        hook: string("The attachment point.", "socket-filter"),
        where: string("Which one.", "server/sniffer"),
        runs: number("How often it ran there.", 62),
      },
      {
        additionalProperties: {
          type: "integer",
          description: "How often this outcome of the hook came.",
          examples: [24],
        },
      },
    ),
    "Where it is attached, and what came of its runs by the hook's outcomes.",
  ),
});

const MAP = object("A map.", {
  name: string("Its name.", "ports"),
  type: string("As bpftool names it.", "hash"),
  keySize: number("Bytes of a key.", 4),
  valueSize: number("Bytes of a value.", 8),
  maxEntries: number("Entries that fit.", 256),
  entries: MAP_ENTRIES,
  "records?": object(
    "Maps of records that somebody reads: what was read, in its order. Absent: the map has none, or nobody reads them.",
    {
      count: number("How many were read.", 5),
      lost: number("How many the reader was told it has lost."),
      first: listOf(
        object("A record.", {
          time: number("Simulated nanoseconds at which it was read.", 1_000_000),
          "cpu?": number("Processor whose buffer it came from. Absent: all share one."),
          value: {
            ...READABLE,
            description: "As its layout says; in hexadecimal where there is none, or the record is shorter.",
          },
          "rest?": string("Bytes behind what the layout describes, in hexadecimal. Absent: none.", "4500"),
          "lost?": number("How many were lost just before it. Absent: none.", 2),
        }),
        "The first 65,536 of them.",
      ),
    },
  ),
  "dumps?": listOf(
    object("A dump.", { time: number("Simulated nanoseconds.", 1_000_000), entries: MAP_ENTRIES }),
    "What steps have dumped. Absent: none did.",
  ),
});

const LINK = object("A link.", {
  name: string("Its ends.", "client:eth0 -- server:eth0"),
  up: flag("Whether it is up at the end."),
  directions: listOf(
    object("One direction.", {
      from: string("The end that sends.", "client:eth0"),
      to: string("The end that receives.", "server:eth0"),
      sent: number("Packets that were given to it.", 36),
      sentBytes: number("Their bytes.", 15_520),
      delivered: number("Packets that arrived.", 36),
      dropped: number("Packets that were lost, or found no room."),
      duplicated: number("Packets that arrived twice."),
      corrupted: number("Packets that arrived with a changed bit."),
      inFlight: number("Packets on it at the end."),
    }),
    "Its two directions.",
  ),
});

const TRAFFIC = object("An entry of `traffic`.", {
  kind: string("What it sends.", "tcp"),
  description: string("What is sent from where, for people.", "TCP connections from client to server port 22"),
  sent: number("Packets, datagrams, connections or echo requests begun.", 3),
  "answered?": number("Echo replies, or connections that ended in order. Absent: it gets no answer.", 3),
  "refused?": listOf(
    object("Those with one error.", { errno: number("The error.", 101), items: number("How many.", 2) }),
    "Datagrams that the sender's host refused to send. Absent: none.",
  ),
});

const TRACING = object("What tracing programs have printed and counted. Absent: they have not.", {
  tracePipe: strings("Lines of bpf_trace_printk, as trace_pipe has them.", "nginx-1000  [000] ..... 0.001000: hello"),
  lostLines: number("Lines that were printed when there was no more room."),
  histograms: listOf(
    object("Counts by the logarithm of what was counted.", {
      map: string("The map that has them.", "latency"),
      title: string("What stands above it.", "Latency"),
      label: string("What was counted.", "microseconds"),
      rows: listOf(
        object("A range.", {
          from: string("Its lowest value, in decimal.", "64"),
          to: string("Its highest value, in decimal.", "127"),
          count: number("How often.", 12),
        }),
        "From the lowest range to the highest that has a count.",
      ),
    }),
    "Histograms of maps.",
  ),
  output: strings("Lines that one-liners have printed.", "@[22]: 7"),
  maps: listOf(
    object("A map of a one-liner.", {
      name: string("As the one-liner names it.", "@bytes"),
      entries: listOf(
        object("An entry.", {
          "key?": string("As it is printed, without its brackets. Absent: the map has no keys.", "22"),
          value: {
            type: ["integer", "string", "object"],
            description:
              "A number; a text where it is none, or does not fit in one; of histograms counts by what rows are called.",
            examples: [7],
          },
        }),
        "In the order in which they are printed.",
      ),
    }),
    "What the maps of one-liners hold at the end.",
  ),
});

const EXPECTATION = object("An expected value.", {
  place: string("Where it is written: FILE:LINE:COLUMN.", "topology.yaml:30:5"),
  subject: string("What it is about.", "socket server/sniffer received"),
  expected: string("The value, or its range.", "24"),
  got: string("What came out.", "24"),
  passed: flag("Whether that is as expected."),
});

/** The JSON schema (draft 2020-12) of `netsim run --json`. */
export const RUN_RESULT_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:netsim:result",
  title: "result",
  ...object("What a run of a topology came to. Times are simulated nanoseconds, lengths bytes.", {
    schemaVersion: { const: 1, description: "Rises when a member changes its meaning or goes.", examples: [1] },
    topology: object("What was run.", {
      name: string("The topology's name.", "quickstart"),
      file: string("Its file.", "topologies/quickstart.yaml"),
    }),
    seed: string("The seed in decimal: 64 bits do not fit in a JSON number.", "1"),
    engine: string("What ran the programs.", "interpreter"),
    stopped: word("Why the run ended: nothing was left to do, or what came first.", [
      "idle",
      "until",
      "max-packets",
      "interrupted",
    ]),
    time: number("Simulated time at the end.", 20_260_000),
    events: number("Events that happened.", 97),
    packets: PACKETS,
    programs: listOf(PROGRAM, "The programs."),
    maps: listOf(MAP, "The maps."),
    nodes: listOf(NODE, "The nodes."),
    links: listOf(LINK, "The links."),
    traffic: listOf(TRAFFIC, "The entries of `traffic`."),
    "tracing?": TRACING,
    expectations: listOf(EXPECTATION, "Each value that `expect` and checks of steps expect."),
    diagnostics: { ...DIAGNOSTICS, description: "What went wrong without ending the run." },
    exitCode: word("What the command exits with.", Object.values(EXIT)),
  }),
};
