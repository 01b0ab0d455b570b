import { NetsimError } from "../../errors.ts";
import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { LAYER_SCHEMAS } from "../../packet/describe/schema.ts";
import type { TopologyParts } from "../parts.ts";
import { DEFINITIONS, NAME } from "./definitions.ts";
import { expectationSchema } from "./expectation.ts";
import { linkSchema } from "./link.ts";
import { mapSchema } from "./map.ts";
import { nodeSchema } from "./node.ts";
import { programDefinitions } from "./program.ts";
import { integer, list, named, ref, text } from "./shape.ts";
import { stepSchema } from "./step.ts";
import { tcDefinitions } from "./tc.ts";
import { tracingSchema } from "./tracing.ts";
import { trafficSchema } from "./traffic.ts";

/** Keys of sockets that no hook may take. */
const SOCKET_KEYS = [
  "kind",
  "interface",
  "type",
  "protocol",
  "port",
  "address",
  "family",
  "echo",
  "process",
  "serves",
  "cgroup",
];

/**
 * The JSON schema (draft 2020-12) of topology files with these plugins, for validation and for editors. Throws a
 * NetsimError `duplicate-name` where a hook's key is taken.
 * @param layerSchemas the layers of packets by name.
 */
export function composeSchema(
  parts: TopologyParts,
  layerSchemas: Readonly<Record<string, JsonSchema>> = LAYER_SCHEMAS,
): JsonSchema {
  const hooks = [...parts.hooks];
  const socketHooks = hooks.filter((hook) => hook.place === "socket");
  const eventHooks = hooks.filter((hook) => hook.place === "event");
  const hasTc = hooks.some((hook) => hook.place === "tc-filter");
  refuseTakenKeys(socketHooks);
  const layers = Object.keys(layerSchemas);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:netsim:topology",
    title: "topology",
    description: "A netsim topology: nodes, links, programs, traffic, and what should come of it.",
    type: "object",
    properties: {
      name: { ...text, description: "What reports call it. Default: the file's name." },
      seed: {
        title: "seed",
        type: "integer",
        description: "Seed of all chance, 64 bits. The same seed gives the same run. Default 1.",
      },
      until: ref("duration", "Simulated time at which the run stops. Default: when nothing is left to do."),
      "max-packets": integer(
        1,
        Number.MAX_SAFE_INTEGER,
        "The run stops after this many packets have come into being, copies among them.",
      ),
      epoch: ref("time", "The point of time that simulated time 0 stands for, in captures."),
      plugins: list({ ...text, examples: ["./my-hook.mjs"] }, "Modules with hooks of your own, relative to this file."),
      programs: named(ref("program"), NAME, "Programs by name, to be attached by that name."),
      maps: named(ref("map"), NAME, "Maps by name, shared by all programs that name them."),
      nodes: { ...named(ref("node"), NAME, "Hosts and bridges by name."), minProperties: 1 },
      ...(eventHooks.length > 0 && {
        tracing: list(
          ref("tracing-entry"),
          "Programs at events of the nodes' kernels, and one-liners of the tracing language.",
        ),
      }),
      links: list(ref("link-entry"), "Cables between interfaces."),
      traffic: list(ref("traffic-entry"), "Packets that are sent: described, as flows, or replayed from captures."),
      steps: list(ref("step"), "What changes at given times."),
      expect: list(ref("expectation"), "What should have come out at the end; a run fails where it has not."),
    },
    required: ["nodes"],
    additionalProperties: false,
    $defs: {
      ...DEFINITIONS,
      ...programDefinitions([...parts.languages]),
      map: mapSchema,
      node: nodeSchema(hooks, hasTc),
      ...(hasTc && tcDefinitions(hooks, [...parts.qdiscs])),
      ...(eventHooks.length > 0 && { "tracing-entry": tracingSchema(eventHooks) }),
      "link-entry": linkSchema,
      "traffic-entry": trafficSchema(layers),
      step: stepSchema(hooks),
      expectation: expectationSchema,
      ...Object.fromEntries(Object.entries(layerSchemas).map(([layer, schema]) => [`layer-${layer}`, schema])),
    },
  };
}

function refuseTakenKeys(hooks: readonly Hook[]): void {
  const takers = new Map(SOCKET_KEYS.map((key) => [key, "sockets themselves"]));
  const problems: string[] = [];
  for (const { key, name } of hooks) {
    const taker = takers.get(key);
    if (taker === undefined) takers.set(key, `the hook '${name}'`);
    else problems.push(`The hook '${name}' wants the key \`${key}\` of sockets, which belongs to ${taker}.`);
  }
  if (problems.length > 0)
    throw new NetsimError(problems.map((message) => ({ code: "duplicate-name", severity: "error", message })));
}
