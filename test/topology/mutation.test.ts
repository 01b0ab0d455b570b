import fc from "fast-check";
import { expect, it } from "vitest";
import { EVERYTHING } from "./everything.ts";
import { diagnosticsOf, load } from "./loading.ts";

/** What stands in the place of some part of a good file. */
const INTRUDERS = [
  "{}",
  "[]",
  "5",
  "-1",
  "1.5",
  "x",
  "~",
  '""',
  "true",
  '"a:b"',
  "[x]",
  "[[]]",
  "{a: b}",
  ".nan",
  "1e400",
  "99999999999999999999",
  '"\\u0000"',
  "__proto__",
  "{__proto__: 1, constructor: {}}",
];

it("a file with any part replaced gives a model or diagnostics with places, never anything else", () => {
  const replacement = fc.record({ at: fc.nat(), by: fc.constantFrom(...INTRUDERS) });
  fc.assert(
    fc.property(fc.array(replacement, { minLength: 1, maxLength: 3 }), (replacements) => {
      let yaml = EVERYTHING;
      for (const { at, by } of replacements) {
        const parts = [...yaml.matchAll(/\[[^[\]{}]*\]|\{[^{}]*\}|"[^"\n]*"|[\w.\-/]+/g)];
        const part = parts[at % parts.length]!;
        yaml = yaml.slice(0, part.index) + by + yaml.slice(part.index + part[0].length);
      }
      for (const { message, place, hint } of diagnosticsOf(() => load(yaml))) {
        expect(message).toMatch(/^[^\n]+\.$/);
        expect(`${message} ${hint ?? ""}`).not.toMatch(/undefined|\[object/);
        expect(place).toMatchObject({
          line: expect.any(Number),
          column: expect.any(Number),
          endColumn: expect.any(Number),
        });
      }
    }),
    { numRuns: 300 },
  );
});
