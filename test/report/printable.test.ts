import { describe, expect, it } from "vitest";
import { printable } from "../../src/report/printable.ts";

describe("printable", () => {
  it("leaves nothing in texts, however deep, that does something to a terminal", () => {
    const have = {
      name: "\u202e\u0007\u001b[31m evil",
      list: ["\n", { more: "gr\u00fc\u00df \u4f60" }],
      count: 3,
      none: null,
    };
    expect(printable(have)).toEqual({
      name: "???[31m evil",
      list: ["?", { more: "gr\u00fc\u00df \u4f60" }],
      count: 3,
      none: null,
    });
  });
});
