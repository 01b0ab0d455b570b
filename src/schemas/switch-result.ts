import type { JsonSchema } from "../json-schema.ts";
import { listOf, nullable, number, object, string, word } from "./result-shape.ts";

const PORT = object("A port.", {
  number: number("Its number in OpenFlow.", 1),
  name: string("Its name.", "p1"),
  type: string("What it leads to.", "vxlan"),
  received: number("Packets received.", 12),
  receivedBytes: number("Bytes received.", 1_176),
  sent: number("Packets sent.", 12),
  sentBytes: number("Bytes sent.", 1_176),
  tooBig: number("Packets larger than its MTU."),
});

const MEGAFLOW = object("A megaflow, as `ovs-appctl dpctl/dump-flows` has it.", {
  match: string("What it matches.", "recirc_id(0),in_port(1),eth_type(0x0800),ipv4(frag=no)"),
  actions: string("What it does.", "2"),
  packets: number("Packets that it has carried.", 11),
  bytes: number("Their bytes.", 1_078),
  used: nullable(number("Simulated time of the last one; null: none.", 20_000_000)),
});

/** An Open vSwitch's part of the result. */
export const SWITCH: JsonSchema = object("An Open vSwitch's datapath at the end. Absent: the node is none.", {
  contract: word("What its programs are given and their answers mean.", ["opcodes", "plumgrid2013"]),
  ports: listOf(PORT, "Its ports."),
  lookups: object("Look-ups of flows.", {
    hit: number("Those that found one.", 22),
    missed: number("Those that found none.", 2),
  }),
  upcalls: object("Packets that went up to the slow path.", {
    misses: number("For want of a flow.", 2),
    actions: number("Because a flow said so."),
    lost: number("Those that found no room."),
    queued: number("Those that wait at the end."),
  }),
  masks: object("Masks of megaflows.", {
    count: number("How many there are.", 1),
    tried: number("How often one was tried.", 24),
    cacheHits: number("Look-ups that the mask cache answered.", 20),
  }),
  megaflows: listOf(MEGAFLOW, "Megaflows at the end, those most used first."),
  expired: number("Megaflows that went because they were idle."),
  invalidated: number("Megaflows that went because they were no longer right."),
  connections: number("Connections that are tracked at the end."),
  packetsIn: number("Packets that flows sent to controllers, which are not simulated."),
  keyProblems: listOf(
    object("A problem.", {
      problem: string("What made no sense.", "an unknown EtherType"),
      packets: number("In how many packets.", 3),
    }),
    "What made no sense in keys that a parser wrote.",
  ),
});
