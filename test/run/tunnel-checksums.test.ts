import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";

const EXAMPLE = readFileSync("topologies/ovs-vxlan.yaml", "utf8");

describe("tunnels with checksums, of packets whose own checksum is left to the device", () => {
  it.each(
    ["vxlan", "geneve", "gre"].flatMap((kind) =>
      ["tx: true", "tx: true, sg: true, tso: true"].map((offload) => ({ kind, offload })),
    ),
  )("deliver what is in them: $kind, $offload", async ({ kind, offload }) => {
    const topology = EXAMPLE.replaceAll("type: vxlan", `type: ${kind}, csum: true`).replaceAll(
      "mtu: 1450",
      `mtu: 1450, offload: { device: veth, ${offload} }`,
    );
    const { expectations } = await runTopology(scratch({ "topology.yaml": topology }));
    expect(expectations).toMatchObject([{ passed: true }]);
  });
});
