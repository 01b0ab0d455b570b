import type { JsonSchema } from "../../json-schema.ts";
import { IMPAIRMENTS } from "./link.ts";
import { byKey, mapping, noneOf, oneOfKeys, type Properties, ref } from "./shape.ts";

const at = ref("duration", "Simulated time of the step.");

function step(title: string, properties: Properties, more: JsonSchema = {}): JsonSchema {
  return mapping(title, { at, ...properties }, ["at"], more);
}

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

/** An entry of `steps`. */
export const stepSchema: JsonSchema = {
  title: "step",
  type: "object",
  ...byKey(
    [
      [
        "replace",
        step("replace step", { replace: { ...replace, description: "Puts another program in a program's place." } }),
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
    noneOf("step", ["replace", "cut", "mend", "impair"], { at }),
  ),
};
