import { SEES_PACKETS } from "../hooks/places.ts";
import type { JsonSchema } from "../json-schema.ts";
import { LAYER_SCHEMAS } from "../packet/describe/schema.ts";
import type { TopologyParts } from "../topology/parts.ts";
import { DEFINITIONS, NAME } from "../topology/schema/definitions.ts";
import { mapSchema } from "../topology/schema/map.ts";
import { programDefinitions } from "../topology/schema/program.ts";
import { exclusive, integer, list, mapping, named, oneOfKeys, ref, text } from "../topology/schema/shape.ts";
import { ACTION_ANSWERS } from "../topology/schema/tc.ts";
import { CONTEXT_FIELDS, PACKET_TYPES } from "./context-fields.ts";

const U32 = 0xffff_ffff;

const classid: JsonSchema = {
  title: "class",
  type: "string",
  description: "A class as tc writes it: major:minor in hexadecimal.",
  examples: ["1:10"],
};

const hex = mapping(
  "bytes",
  { hex: { type: "string", minLength: 1, description: "Bytes in hexadecimal, spaces allowed." } },
  ["hex"],
);

const layers = Object.keys(LAYER_SCHEMAS);
const layerItem = mapping("packet layer", Object.fromEntries(layers.map((layer) => [layer, {}])), [], {
  minProperties: 1,
  maxProperties: 1,
});

const packet: JsonSchema = {
  title: "packet",
  type: ["object", "array", "string"],
  items: layerItem,
  minItems: 1,
  minLength: 1,
  minProperties: 1,
  description:
    "The packet: its layers as in a topology, a list of them with the outermost first, or all its bytes in hexadecimal.",
  examples: [{ ipv4: { src: "10.0.0.1", dst: "10.0.0.2" }, tcp: { dport: 22 } }],
};

const context = mapping(
  "packet context",
  {
    ...Object.fromEntries(
      Object.entries(CONTEXT_FIELDS).map(([name, { description, largest }]) => [
        name,
        integer(0, largest, description),
      ]),
    ),
    pkt_type: {
      type: ["string", "integer"],
      enum: [...Object.keys(PACKET_TYPES), ...Object.values(PACKET_TYPES)],
      description: "Whom the packet is for. Default: as its destination address says.",
    },
    cb: list(integer(0, U32, "A word."), "The five words that programs pass on to one another.", { maxItems: 5 }),
  },
  [],
  { description: "Fields of the program's context that are set before. Default: of all cases what the test says." },
);

const count = (description: string) => ref("count", description);
const split = named(
  count("How many."),
  text,
  "How many of them should come to what, by verdict; others are to be 0. Absent: any.",
);

const expectation = mapping(
  "case expectation",
  {
    verdict: {
      ...text,
      description:
        "What comes of it, by the hook's word (`passed`, `trimmed`, `dropped`; `matched`, `shot`, ...) or seccomp's action (`ALLOW`, `ERRNO(1)`).",
      examples: ["passed", "ERRNO(1)"],
    },
    returns: { type: "integer", description: "The program's return value, signed or unsigned." },
    length: count("Bytes that a socket filter leaves of the packet."),
    class: classid,
    action: { enum: [...Object.keys(ACTION_ANSWERS), "unspec", "redirect"], description: "What traffic control does." },
    errno: { type: ["string", "integer"], description: "Error that the call ends with.", examples: ["EPERM"] },
    signal: { enum: ["SIGSYS"], description: "Signal that the thread gets, or is killed by." },
    runs: { type: "boolean", description: "Whether the call itself runs." },
    bytes: { ...hex, description: "The packet as the program leaves it." },
    context: { ...context, description: "Fields as the program leaves them." },
    maps: {
      type: "object",
      additionalProperties: { type: ["object", "array"], title: "what a map should hold" },
      description: "What maps should hold afterwards, by their names: values or comparisons by their keys.",
    },
    split,
  },
  [],
  { minProperties: 1 },
);

const testCase = mapping(
  "test case",
  {
    name: { ...text, description: "What reports call it." },
    packet,
    capture: { ...text, description: "A capture, each of whose packets the program is run on, relative to this file." },
    call: { ...text, description: "A system call.", examples: ['openat(AT_FDCWD, "/etc/passwd", O_RDONLY)'] },
    trace: { ...text, description: "What strace printed, or an audit log, relative to this file." },
    context,
    maps: {
      type: "object",
      additionalProperties: { type: ["object", "array"], title: "entries of a map" },
      description: "What maps hold before, beside what they hold anyway: by their names, as in a topology.",
    },
    expect: { ...expectation, description: "What should come of it." },
  },
  ["expect"],
  {
    ...oneOfKeys(["packet", "capture", "call", "trace"]),
    allOf: [
      exclusive("packet", "capture", "test case"),
      exclusive("packet", "call", "test case"),
      exclusive("packet", "trace", "test case"),
      exclusive("capture", "call", "test case"),
      exclusive("capture", "trace", "test case"),
      exclusive("call", "trace", "test case"),
    ],
  },
);

/** The JSON schema (draft 2020-12) of policy tests, tables already written out. */
export function policyTestSchema(parts: TopologyParts): JsonSchema {
  const hooks = [...parts.hooks].filter(({ place }) => SEES_PACKETS[place]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:netsim:policy-test",
    ...mapping(
      "policy test",
      {
        name: { ...text, description: "What reports call it. Default: the file's name." },
        seed: { type: "integer", minimum: 0, description: "Seed of what programs draw at random. Default 1." },
        programs: named(ref("program"), NAME, "Further programs by name, which arrays of programs may hold."),
        program: ref("program-reference", "The program that is tested."),
        maps: named(ref("map"), NAME, "Maps by name, as in a topology. Every case begins with their contents."),
        hook: {
          enum: hooks.map(({ name }) => name),
          description: "Where the program runs. Default: socket-filter.",
        },
        "direct-action": { type: "boolean", description: "tc-filter: return values are verdicts (da)." },
        classid: { ...classid, description: "tc-filter: the filter's own class." },
        configured: {
          enum: Object.keys(ACTION_ANSWERS),
          description: "tc-action: the configured answer. Default pipe.",
        },
        "data-start": {
          enum: ["link", "network", "transport"],
          description:
            "socket-filter: where the socket's data begins: `link` for whole frames, `network` for packet sockets of type dgram, `transport` for UDP and TCP. Default link.",
        },
        context: { ...context, description: "Context fields of all cases that do not say otherwise." },
        seccomp: {
          type: ["string", "array"],
          items: text,
          minLength: 1,
          minItems: 1,
          description: "The seccomp profile or filter that is tested, or several, in the order of their installation.",
        },
        arch: { ...text, description: "seccomp: the architecture of the calls. Default x86_64." },
        capabilities: list(text, "seccomp: capabilities of the process, which some profiles ask for."),
        cases: list(ref("case"), "What is put before the program, and what should come of it.", { minItems: 1 }),
      },
      ["cases"],
      { ...oneOfKeys(["program", "seccomp"]), allOf: [exclusive("program", "seccomp", "policy test")] },
    ),
    description: "A test of one program, or of seccomp filters, without a network.",
    $defs: { ...DEFINITIONS, ...programDefinitions([...parts.languages]), map: mapSchema, case: testCase },
  };
}
