import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { comparable, obey } from "./commands.ts";

/*
 * What tc of iproute2 6.1 and Linux 6.12 did with commands about a device eth0, a veth with one queue: which it refused, and what
 * `tc show` printed afterwards of qdiscs, classes, the disciplines' filters, and those of ingress and egress.
 */
interface Recorded {
  readonly commands: readonly string[];
  /** Numbers of those that were refused. */
  readonly refused: readonly number[];
  readonly shown: readonly string[];
}

const cases = JSON.parse(readFileSync(new URL("linux-commands.json", import.meta.url), "utf8")) as readonly Recorded[];

describe("commands beside tc", () => {
  it.each(cases.map((one) => [one.commands.join("; "), one] as const))(
    "%s",
    async (_, { commands, refused, shown }) => {
      const have = await obey(commands);
      expect(
        [...have.refused.keys()].sort((a, b) => a - b),
        [...have.refused.values()].join("; "),
      ).toEqual(refused);
      expect(comparable(have.shown)).toEqual(comparable(shown));
    },
  );
});
