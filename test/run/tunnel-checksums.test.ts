import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";

const VETH = ", offload: { device: veth, tx: true, sg: true, tso: true }";
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

  it.each(
    ["vxlan", "geneve", "gre"].flatMap((kind) =>
      ["false", "true"].flatMap((csum) => [
        { kind, csum, on: "the hosts alone", between: "", frames: [20, 50] as const },
        { kind, csum, on: "all devices", between: VETH, frames: [8, 20] as const },
      ]),
    ),
  )("carry packets of many segments: $kind, csum $csum, offloads on $on", async ({ kind, csum, between, frames }) => {
    const topology = EXAMPLE.replaceAll("type: vxlan", `type: ${kind}, csum: ${csum}`)
      .replaceAll("mtu: 1450", `mtu: 1450${VETH}`)
      .replaceAll(/(eth\d: { address: (?:192|198)[^ ]+)/g, `$1${between}`);
    const { expectations, links, packets } = await runTopology(scratch({ "topology.yaml": topology }));
    expect(expectations).toMatchObject([{ passed: true }]);
    expect(packets.drops).toEqual([]);
    const { sent } = links[1]!.directions[0]!;
    expect(sent).toBeGreaterThan(frames[0]);
    expect(sent).toBeLessThan(frames[1]);
  });
});
