import { describe, expect, it } from "vitest";
import { comparable, obey } from "./commands.ts";
import { recorded } from "./recorded.ts";

/** Commands by hand, by chance, and what is counted of the frames that `obey` sends. */
describe.each([
  ["linux-commands.json", false],
  ["linux-random-commands.json", false],
  ["linux-counts.json", true],
])("commands beside tc, %s", (file, counts) => {
  it.each(recorded(file).map((one) => [one.commands.join("; "), one] as const))(
    "%s",
    async (_, { commands, refused, shown }) => {
      const have = await obey(commands, counts);
      expect(
        [...have.refused.keys()].sort((a, b) => a - b),
        [...have.refused.values()].join("; "),
      ).toEqual(refused);
      expect(comparable(have.shown)).toEqual(comparable(shown));
    },
  );
});
