import { describe, expect, it } from "vitest";
import type { Scene } from "../../src/run/assemble.ts";
import { checkConservation } from "../../src/run/conservation.ts";

/** As much of a run as the check looks at. */
function scene(
  counts: Partial<Record<"created" | "copied" | "delivered" | "dropped" | "queued" | "live", number>>,
): Scene {
  const { created = 0, copied = 0, delivered = 0, dropped = 0, queued = 0, live = queued } = counts;
  const drops = [
    { where: "a:eth0", reason: "NO_SOCKET", packets: 1 },
    { where: "b:eth0", reason: "NO_SOCKET", packets: 2 },
  ];
  return {
    world: { ledger: { created, copied, delivered, dropped, drops }, pool: { live } },
    network: { queued: () => queued },
  } as unknown as Scene;
}

describe("conservation", () => {
  it("gives the totals, the most frequent drops first", () => {
    const totals = checkConservation(scene({ created: 8, copied: 2, delivered: 6, dropped: 3, queued: 1 }));
    expect(totals).toMatchObject({ created: 8, copied: 2, delivered: 6, dropped: 3, queued: 1 });
    expect(totals.drops).toMatchObject([
      { where: "b:eth0", reason: "NO_SOCKET", packets: 2, meaning: expect.any(String) },
      { where: "a:eth0", packets: 1 },
    ]);
  });

  const bugs = [
    { name: "a packet that went missing", have: { created: 3, delivered: 2 } },
    { name: "a packet that ended twice", have: { created: 1, delivered: 1, dropped: 1 } },
    { name: "a packet whose memory was not given back", have: { created: 1, delivered: 1, live: 1 } },
  ];
  it.each(bugs)("is broken by $name", ({ have }) => {
    expect(() => checkConservation(scene(have))).toThrow("packets do not add up");
  });
});
