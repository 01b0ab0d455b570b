import type { Hook } from "../../hooks/hook.ts";
import type { JsonSchema } from "../../json-schema.ts";
import { IMPAIRMENTS } from "./link.ts";
import { entryPart, mapCheck, mapEntry, mapName, UPDATE_FLAGS } from "./map.ts";
import { attachable } from "./program.ts";
import { byKey, mapping, noneOf, oneOfKeys, type Properties, ref, text } from "./shape.ts";
import { TC_COMMAND } from "./tc.ts";

const at = ref("duration", "Simulated time of the step.");

function step(title: string, properties: Properties, more: JsonSchema = {}): JsonSchema {
  return mapping(title, { at, ...properties }, ["at"], more);
}

const ATTACH_PLACES = ["xdp", "socket", "cgroup-ingress", "cgroup-egress", "tcx-ingress", "tcx-egress"] as const;

const attachPoint = (which: string): JsonSchema => ({
  ...text,
  description: `Interface, socket or control group of a host, ${which}.`,
  examples: ["server:eth0", "server/web"],
});

const replace = mapping(
  "replacement",
  {
    program: {
      type: "string",
      minLength: 1,
      description: "Name of the program whose place is taken, everywhere it is attached.",
    },
    with: ref("program-reference"),
  },
  ["program", "with"],
);

/** Keys of an attach step: those of the hooks of the points that it may name. */
function attachKeys(hooks: readonly Hook[]): Properties {
  const keys: Record<string, JsonSchema> = {};
  for (const place of ATTACH_PLACES)
    for (const [key, schema] of Object.entries(attachable(hooks, place)))
      keys[key] =
        keys[key] === undefined
          ? schema
          : { ...schema, description: `${keys[key].description} Or: ${schema.description}` };
  return keys;
}

/** An entry of `steps`. */
export const stepSchema = (hooks: readonly Hook[]): JsonSchema => ({
  title: "step",
  type: "object",
  ...byKey(
    [
      [
        "replace",
        step("replace step", { replace: { ...replace, description: "Puts another program in a program's place." } }),
      ],
      [
        "map",
        step(
          "map step",
          {
            map: mapName,
            update: { ...mapEntry, description: "Puts a value under a key." },
            delete: { ...entryPart("key"), description: "Key that is taken out." },
            check: { ...mapCheck, description: "What the map should hold now." },
            dump: { const: true, description: "Puts what the map holds now into the result." },
            flags: { enum: Object.keys(UPDATE_FLAGS), description: "Of an update. Default any." },
            errno: {
              ...text,
              description: "Error that an update or a deletion should end with.",
              examples: ["EEXIST"],
            },
          },
          oneOfKeys(["update", "delete", "check", "dump"]),
        ),
      ],
      [
        "attach",
        step(
          "attach step",
          { attach: attachPoint("which gets the program"), ...attachKeys(hooks) },
          oneOfKeys(Object.keys(attachKeys(hooks))),
        ),
      ],
      [
        "detach",
        step("detach step", {
          detach: attachPoint("which loses a program"),
          hook: {
            enum: Object.keys(attachKeys(hooks)),
            description: "Which program, by the key that attaches such. Default: the only one there.",
          },
          program: { ...text, description: "Which program, by its name. Default: the only one there." },
        }),
      ],
      [
        "tc",
        mapping(
          "tc step",
          {
            at,
            tc: {
              type: ["string", "array"],
              minLength: 1,
              items: TC_COMMAND,
              minItems: 1,
              description: "Commands of tc that are run now, one after another.",
              examples: ["qdisc replace dev eth0 root fq_codel"],
            },
            node: { ...text, description: "Host whose traffic control they change." },
          },
          ["at", "tc", "node"],
        ),
      ],
      [
        "ofctl",
        mapping(
          "OpenFlow step",
          {
            at,
            ofctl: {
              type: ["string", "array"],
              minLength: 1,
              items: { ...text, minLength: 1 },
              minItems: 1,
              description:
                "Commands of ovs-ofctl that change the switch now, without its name: add-flow, mod-flows, del-flows, add-group, mod-group, del-groups, add-meter, mod-meter, del-meters.",
              examples: [
                "add-flow priority=9,tcp,tp_dst=22,actions=drop",
                "del-flows --strict priority=9,tcp,tp_dst=22",
              ],
            },
            node: { ...text, description: "Switch whose tables they change." },
          },
          ["at", "ofctl", "node"],
        ),
      ],
      ["cut", step("cut step", { cut: ref("link", "Link that carries nothing from now on.") })],
      ["mend", step("mend step", { mend: ref("link", "Link that works again.") })],
      [
        "impair",
        step(
          "impair step",
          {
            impair: ref("link", "Link whose settings change; those that are not given stay."),
            from: ref("endpoint", "Only the direction that this end sends. Default: both."),
            ...IMPAIRMENTS,
          },
          oneOfKeys(Object.keys(IMPAIRMENTS)),
        ),
      ],
    ],
    noneOf("step", ["replace", "map", "attach", "detach", "tc", "ofctl", "cut", "mend", "impair"], { at }),
  ),
});
