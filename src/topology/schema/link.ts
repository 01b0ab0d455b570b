import type { JsonSchema } from "../../json-schema.ts";
import { integer, list, mapping, type Properties, ref } from "./shape.ts";

/** What a link does to packets; each of these may also stand in a step that changes it. */
export const IMPAIRMENTS: Properties = {
  delay: ref("duration", "Time on the wire. Default 0."),
  jitter: ref("duration", "Delay varies uniformly by at most this much, up and down. Default 0."),
  rate: ref("rate", "Bits a second; packets wait for the ones before them. Default: no limit."),
  loss: ref("fraction", "Packets lost. Default 0."),
  duplicate: ref("fraction", "Packets that arrive twice. Default 0."),
  corrupt: ref("fraction", "Packets with one flipped bit. Default 0."),
  mtu: ref("size", "Largest layer-3 packet in bytes that the link carries. Default: no limit of its own."),
  queue: integer(0, 1_000_000_000, "Packets that may wait for a link with a rate. Default 1000, as txqueuelen."),
};

export const linkSchema: JsonSchema = mapping(
  "link",
  {
    endpoints: list(ref("endpoint"), "The two interfaces that the link joins.", {
      minItems: 2,
      maxItems: 2,
      examples: [["client:eth0", "server:eth0"]],
    }),
    ...IMPAIRMENTS,
    impair: {
      title: "settings by sending end",
      description: "Settings for one direction, under the end that sends: they go before those of the whole link.",
      type: "object",
      additionalProperties: mapping("direction of a link", IMPAIRMENTS),
    },
  },
  ["endpoints"],
);
