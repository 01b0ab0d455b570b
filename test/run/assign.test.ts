import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";

const { maps, expectations } = await runTopology("test/kernel/lab/assign.yaml");
const EGRESS = 0x1_0000;
const SEEN = 3;

/** What a helper answered for packets to a port, or that come from it. */
function answer(family: number, protocol: number, port: number, step: number): number | undefined {
  const found = maps!
    .find(({ name }) => name === "answers")!
    .entries.find(({ key }) => JSON.stringify(key) === JSON.stringify({ family, protocol, port, step }));
  return found && Number(BigInt.asIntN(64, BigInt(found.value as number)));
}

describe("bpf_sk_assign", () => {
  it("gives datagrams and connections to the socket that a program has chosen, over both versions of IP", () => {
    expect(expectations.map(({ passed }) => passed)).toEqual([true, true]);
  });

  it.each([4, 6].flatMap((family) => [6, 17].map((protocol) => ({ family, protocol }))))(
    "answers as in Linux, and the program sees the socket: IPv$family, protocol $protocol",
    ({ family, protocol }) => {
      const found = [0, 1, SEEN].map((step) => answer(family, protocol, 1000, step));
      expect(found).toEqual([-22, 0, 1]);
    },
  );

  it("does so where packets come in alone", () => {
    expect(answer(4, 6, 1000 | EGRESS, 1)).toBe(-95);
    expect(answer(6, 6, 1000 | EGRESS, 1)).toBe(-95);
  });
});
