import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import type { QdiscPart } from "../parts.ts";
import { attachable } from "./program.ts";
import { byKind, integer, list, mapping, oneOfKeys, type Properties, ref, text } from "./shape.ts";

const CLASSID: JsonSchema = {
  title: "class",
  type: "string",
  pattern: "^[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}$",
  description: "A class, or a qdisc by its handle, as tc writes it: major:minor in hexadecimal.",
  examples: ["1:10", "1:"],
};

/** Answers of actions, by the names that tc has for them. */
export const ACTION_ANSWERS: Readonly<Record<string, number>> = {
  continue: -1,
  ok: 0,
  pass: 0,
  reclassify: 1,
  shot: 2,
  drop: 2,
  pipe: 3,
  stolen: 4,
  queued: 5,
  repeat: 6,
  trap: 8,
};

/** A command. Unquoted ones with a handle, as in `handle 1: htb`, are mappings to YAML. */
export const TC_COMMAND: JsonSchema = {
  title: "command of tc",
  type: ["string", "object"],
  minLength: 1,
  description: "Without `tc` itself.",
  examples: ["qdisc add dev eth0 root handle 1: htb default 30"],
};

const answer: JsonSchema = {
  enum: Object.keys(ACTION_ANSWERS),
  description:
    "What the action answers, as tc names it; of a program, what its answer -1 stands for. Default pipe, of a program.",
};
const chain = (description: string) => integer(0, 0x0fff_ffff, description);
const target = mapping(
  "target",
  {
    dev: { ...text, description: "Interface of the same node." },
    direction: { enum: ["egress", "ingress"], description: "Goes out by it, or comes in there. Default egress." },
  },
  ["dev"],
);

function filterSchema(hooks: readonly Hook[]): JsonSchema {
  const acting = attachable(hooks, "tc-action");
  const action = mapping(
    "filter action",
    {
      ...acting,
      action: answer,
      "goto-chain": chain("Chain that the packet goes on in."),
      redirect: { ...target, description: "Sends the packet by another interface (mirred)." },
      mirror: { ...target, description: "Sends a copy by another interface (mirred)." },
    },
    [],
    oneOfKeys([...Object.keys(acting), "action", "goto-chain", "redirect", "mirror"]),
  );
  return mapping("filter", {
    ...attachable(hooks, "tc-filter"),
    "direct-action": {
      type: "boolean",
      description: "The program's answer is the verdict, and its class is in tc_classid. Default false.",
    },
    flowid: { ...CLASSID, description: "The filter's class." },
    priority: integer(1, 0xffff, "The lowest is asked first. Default: the filters' order here."),
    protocol: {
      type: ["string", "integer"],
      minimum: 0,
      maximum: 0xffff,
      description: "Ethertype of the packets that it looks at, as a number or a name. Default all.",
      examples: ["ip", "arp", "802.1q"],
    },
    chain: chain("Chain that the filter is in; packets begin in chain 0. Default 0."),
    actions: list(action, "What is done with packets that match, one after another."),
  });
}

/** A qdisc, in a class or at the root. */
function qdiscSchema(kinds: readonly QdiscPart[]): JsonSchema {
  const schemas = kinds.map(
    ({
      name,
      options,
      required = [],
      classOptions,
      classRequired = [],
      filters,
      classFilters,
    }): [string, JsonSchema] => {
      const oneClass = mapping(
        `${name} class`,
        {
          ...classOptions,
          qdisc: { ...ref("qdisc"), description: "Where its packets wait. Default: a plain queue." },
          ...(classFilters === true && {
            filters: list(ref("filter"), "Filters that choose a class below this one."),
          }),
        },
        classRequired,
      );
      return [
        name,
        mapping(
          `${name} qdisc`,
          {
            kind: { const: name },
            handle: {
              ...CLASSID,
              description: "Its number. Default 1: for the root, 8001: and on for others.",
              examples: ["1:"],
            },
            ...options,
            ...(classOptions && {
              classes: {
                type: "object",
                additionalProperties: oneClass,
                propertyNames: CLASSID,
                description: "Classes by their ids.",
              },
            }),
            ...((classOptions !== undefined || filters === true) && {
              filters: list(ref("filter"), "Filters that choose a class."),
            }),
          },
          ["kind", ...required],
        ),
      ];
    },
  );
  return byKind(
    "qdisc",
    "kind",
    Object.fromEntries(schemas),
    kinds.map(({ name, description }) => `${name}: ${description}`).join(" "),
  );
}

/** Definitions of traffic control, for `$defs`. */
export function tcDefinitions(hooks: readonly Hook[], kinds: readonly QdiscPart[]): Properties {
  const tcx = (place: Hook["place"]) => {
    const hook = hooks.find((one) => one.place === place);
    return list(ref("program-reference"), hook?.description ?? "");
  };
  return {
    filter: filterSchema(hooks),
    ...(kinds.length > 0 && { qdisc: qdiscSchema(kinds) }),
    tc: {
      description: "Traffic control by interface; or commands of tc, as a list or as a text with one in each line.",
      type: ["object", "array", "string"],
      minLength: 1,
      items: TC_COMMAND,
      additionalProperties: mapping("traffic control", {
        ...(kinds.length > 0 && {
          qdisc: { ...ref("qdisc"), description: "By which packets queue that go out." },
          filters: list(ref("filter"), "Filters of that qdisc."),
        }),
        ingress: list(ref("filter"), "Filters on packets that come in (clsact ingress)."),
        egress: list(ref("filter"), "Filters on packets that go out, before the qdisc (clsact egress)."),
        tcx: {
          ...mapping("tcx", { ingress: tcx("tcx-ingress"), egress: tcx("tcx-egress") }),
          description: "Programs that run before the filters.",
        },
      }),
    },
  };
}
