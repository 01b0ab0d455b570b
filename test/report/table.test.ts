import { describe, expect, it } from "vitest";
import { painter } from "../../src/report/paint.ts";
import { formatTable } from "../../src/report/table.ts";

describe("formatTable", () => {
  const cases = [
    { name: "nothing", have: [], want: [] },
    {
      name: "text to the left, numbers to the right",
      have: [
        ["eth0", "7", "x"],
        ["lo", "1,000", "y"],
      ],
      want: ["  eth0      7  x", "  lo    1,000  y"],
    },
    {
      name: "rows of different lengths, no space at the end",
      have: [["a", ""], ["bcd"]],
      want: ["  a", "  bcd"],
    },
    {
      name: "colours take no columns",
      have: [
        [painter(true).red("ab"), "x"],
        ["abcd", "y"],
      ],
      want: [`  ${painter(true).red("ab")}    x`, "  abcd  y"],
    },
    { name: "an address is no number", have: [["10.0.0.1/24"], ["x"]], want: ["  10.0.0.1/24", "  x"] },
  ];
  it.each(cases)("$name", ({ have, want }) => {
    expect(formatTable(have)).toEqual(want);
  });

  it("counts the columns that characters take on a terminal", () => {
    expect(
      formatTable([
        ["客户端", "x"],
        ["e\u0301", "y"],
        ["abcdefg", "z"],
      ]),
    ).toEqual(["  客户端   x", "  e\u0301        y", "  abcdefg  z"]);
  });
});
