import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { LAYERS } from "../../../src/packet/describe/layer-table.ts";
import { LAYER_SCHEMAS } from "../../../src/packet/describe/schema.ts";
import { CASES } from "./cases.ts";

const ajv = new Ajv2020({ strict: true });
const validate = ajv.compile({ type: "object", additionalProperties: false, properties: LAYER_SCHEMAS });

describe("LAYER_SCHEMAS", () => {
  it.each(CASES)("accepts: $name", ({ have }) => {
    for (const layers of Array.isArray(have) ? have : [have]) {
      validate(layers);
      expect(validate.errors).toBeNull();
    }
  });

  it.each([
    { name: "an unknown layer", have: { tpc: {} } },
    { name: "an unknown field", have: { tcp: { dprot: 1 } } },
    { name: "a number out of range", have: { tcp: { dport: 65536 } } },
    { name: "an offset between units", have: { ipv4: { offset: 7 } } },
    { name: "an unknown name", have: { arp: { op: "replay" } } },
    { name: "an unknown TCP option", have: { tcp: { options: [{ mms: 1 }] } } },
    { name: "half a byte", have: { payload: { hex: "abc" } } },
    { name: "a number for a layer", have: { tcp: 80 } },
    { name: "a list of what does not repeat", have: { tcp: [{}] } },
  ])("refuses $name", ({ have }) => expect(validate(have)).toBe(false));

  it("describes each layer and field with a sentence", () => {
    const descriptions = [...LAYERS.values()].flatMap(({ description, fields }) => [
      description,
      ...Object.values(fields).map((field) => field.description),
    ]);
    for (const description of descriptions) expect(description).toMatch(/^[A-Z].*\.$/);
  });

  it("has the defaults that are constants", () => {
    const text = JSON.stringify(LAYER_SCHEMAS);
    expect(text).toContain('"default":64240');
    expect(text).toContain('"default":false');
    expect(text).toContain('"default":"::"');
    expect(text).toContain('"default":"0.0.0.0"');
  });
});
