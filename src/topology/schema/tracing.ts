import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { exclusive, mapping, ref } from "./shape.ts";

/** An entry of `tracing`: a program and the event that it is for. */
export function tracingSchema(hooks: readonly Hook[]): JsonSchema {
  const keys = hooks.map(({ key }) => key);
  const events = Object.fromEntries(
    hooks.map(({ key, description }) => [key, { type: "string", minLength: 1, description } as JsonSchema]),
  );
  const pairs = keys.flatMap((first, i) => keys.slice(i + 1).map((second) => exclusive(first, second)));
  return {
    ...mapping("tracing entry", {
      program: ref("program-reference"),
      ...events,
      node: { type: "string", minLength: 1, description: "Only what this node's kernel does. Default: what all do." },
      every: ref("duration", "With `perf-event`: time from one sample to the next. Default 1ms."),
      histogram: {
        description: "A map of the program that reports show as a histogram.",
        ...mapping(
          "histogram",
          {
            map: {
              type: "string",
              minLength: 1,
              description: "The map: an array of counts by the logarithm of what is counted.",
            },
            label: { type: "string", description: "What is counted. Default `value`." },
            title: { type: "string", description: "What stands above it. Default: the map's name." },
          },
          ["map"],
        ),
      },
    }),
    type: ["object", "string"],
    minLength: 1,
    required: ["program"],
    allOf: pairs,
  };
}
