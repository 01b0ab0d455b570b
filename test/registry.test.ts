import { describe, expect, it } from "vitest";
import { NetsimError } from "../src/errors.ts";
import { Registry } from "../src/registry.ts";

describe("Registry", () => {
  const registry = new Registry("hook", [{ name: "b" }, { name: "a" }]);

  it("keeps the order in which things were bound", () => {
    expect([...registry].map(({ name }) => name)).toEqual(["b", "a"]);
    expect(registry.names).toEqual(["b", "a"]);
  });

  it("finds by name", () => {
    expect(registry.find("a")).toEqual({ name: "a" });
    expect(registry.find("c")).toBeUndefined();
    expect(() => registry.get("c")).toThrow("no hook is named 'c'; there are: b, a");
  });

  it("refuses every duplicate name, all at once", () => {
    const names = ["x", "y", "x", "y", "x", "z"].map((name) => ({ name }));
    expect(() => new Registry("hook", names)).toThrow(NetsimError);
    try {
      new Registry("hook", names);
    } catch (error) {
      expect((error as NetsimError).diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        "duplicate-name: There are two hooks named 'x'.",
        "duplicate-name: There are two hooks named 'y'.",
      ]);
    }
  });
});
