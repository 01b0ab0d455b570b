import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";

const TOPOLOGY = readFileSync("test/kernel/lab/tunnels.yaml", "utf8").replaceAll(
  "tunnels.o",
  resolve("test/kernel/lab/tunnels.o"),
);
const ARRIVED = 3;

async function run(type: string, edit = (text: string) => text) {
  const text = edit(TOPOLOGY.replaceAll("type: vxlan", `type: ${type}`));
  const { maps, packets, nodes, links } = await runTopology(scratch({ "topology.yaml": text }));
  const looks = maps!.find(({ name }) => name === "looks")!.entries;
  /** What is known of what came out of the tunnel for a port. */
  const arrived = (wanted: number, wantedStep = 0) => {
    const found = looks.find(({ key }) => {
      const { what, port, step } = key as Record<string, number>;
      return what === ARRIVED && port === wanted && step === wantedStep;
    });
    return found?.value as Record<string, number> | undefined;
  };
  const drops = Object.fromEntries(packets.drops.map(({ reason, packets }) => [reason, packets]));
  const received = nodes.find(({ name }) => name === "server")!.sockets!.find(({ name }) => name === "first")!.received;
  return { arrived, drops, received, frames: links[0]!.directions[0]!.sent };
}

/** Flags of a key as programs read them, in network order. */
const flags = (value: number) => ((value & 0xff) << 8) | (value >>> 8);
const CHECKSUM = 1;
const KEY = 4;

describe("tunnel devices", () => {
  it.each([
    { type: "vxlan", checksum: flags(KEY | CHECKSUM), none: flags(KEY), id: 0xfffffe, options: -2 >>> 0 },
    { type: "geneve", checksum: flags(KEY | CHECKSUM), none: flags(KEY), id: 0xfffffe, options: 8 },
    { type: "gretap", checksum: flags(KEY | CHECKSUM), none: flags(KEY), id: 0, options: -2 >>> 0 },
  ])(
    "carry frames where programs say, and tell where they came from: $type",
    async ({ type, checksum, none, id, options }) => {
      const { arrived, received } = await run(type);
      expect(received).toBe(2);
      expect(arrived(100)).toMatchObject({
        answer: 0,
        id: 42,
        ttl: 64,
        tos: 0,
        flags: checksum,
        source: 0x0a000001,
        destination: 0x0a000002,
      });
      expect(arrived(101)).toMatchObject({ answer: 0, flags: none });
      expect(arrived(102)).toMatchObject({ ttl: 9, tos: 0xb8 });
      // No key is no key where there can be one.
      expect(arrived(103)).toMatchObject({ id });
      expect(arrived(104)).toMatchObject({ source: 0x0a000101 });
      expect(arrived(105, 1)).toMatchObject({ id: options, tos: -22 >>> 0 });
      expect(arrived(106)).toBeUndefined();
    },
  );

  it.each([
    { type: "vxlan", want: { TUNNEL_TXINFO: 1, IP_OUTNOROUTES: 1, UDP_CSUM: 1, IP_TUNNEL_ECN: 1 } },
    { type: "gretap", want: { TUNNEL_TXINFO: 3, IP_OUTNOROUTES: 1 } },
  ])("drop what is told nothing, or what cannot be: $type", async ({ type, want }) => {
    expect((await run(type)).drops).toMatchObject(want);
  });

  it("carry keys of IPv6, with a flow label", async () => {
    const { arrived } = await run("geneve");
    const end = (last: number) => (last << 24) >>> 0;
    expect(arrived(107)).toMatchObject({ answer: 0, tos: 0x48, label: 0x12345, source: end(1), destination: end(2) });
    // Asked as one of IPv4.
    expect(arrived(107, 1)).toMatchObject({ answer: -71 });
  });

  it.each([
    { name: "as many packets as segments", offload: "", least: 14 },
    { name: "as one", offload: ", offload: { device: veth, tx: true, sg: true, tso: true }", least: 6 },
  ])("carry what is many TCP segments $name", async ({ offload, least }) => {
    const veth = ", offload: { device: veth, tx: true, sg: true, tso: true }";
    for (const type of ["vxlan", "geneve", "gretap"]) {
      const { nodes, links, packets } = await runTopology(
        scratch({
          "topology.yaml": `programs:
  key: { extended: key.s }
nodes:
  client:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24${offload} }, t: { address: 10.9.0.1/24, mtu: 1400${veth}, tunnel: { type: ${type} } } }
    tc: { t: { egress: [{ program: key, direct-action: true }] } }
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24${offload} }, t: { address: 10.9.0.2/24, mtu: 1400${veth}, tunnel: { type: ${type} } } }
    tc: { t: { egress: [{ program: key, direct-action: true }] } }
    sockets: { web: { kind: tcp, port: 80 } }
links: [{ endpoints: ["client:eth0", "server:eth0"] }]
traffic: [{ from: client, to: "server:t", flow: tcp, port: 80, bytes: 12000 }]
`,
          // To the other of 10.0.0.1 and 10.0.0.2, by whose device it is.
          "key.s": KEY_PROGRAM,
        }),
      );
      expect(packets.drops, type).toEqual([]);
      expect(nodes[1]!.sockets![0]!.receivedBytes, type).toBe(12_000);
      const { sent } = links[0]!.directions[0]!;
      expect(sent, type).toBeGreaterThanOrEqual(least);
      expect(sent, type).toBeLessThan(least + 8);
    }
  });
});

/** The remote end is 10.0.0.1 for frames whose source MAC ends in the server's number, else 10.0.0.2. */
const KEY_PROGRAM = `
  r6 = r1
  r1 = 0
  *(u64 *)(r10 - 48) = r1
  *(u64 *)(r10 - 40) = r1
  *(u64 *)(r10 - 32) = r1
  *(u64 *)(r10 - 24) = r1
  *(u64 *)(r10 - 16) = r1
  *(u64 *)(r10 - 8) = r1
  r1 = r6
  r2 = 9
  r3 = r10
  r3 += -4
  r4 = 1
  call bpf_skb_load_bytes
  r1 = *(u8 *)(r10 - 4)
  r2 = 0x0a000001
  if r1 == 2 goto pc+1
  r2 = 0x0a000002
  *(u32 *)(r10 - 44) = r2
  r1 = 42
  *(u32 *)(r10 - 48) = r1
  r1 = 64
  *(u8 *)(r10 - 27) = r1
  r1 = 0
  *(u32 *)(r10 - 4) = r1
  r1 = r6
  r2 = r10
  r2 += -48
  r3 = 44
  r4 = 0
  call bpf_skb_set_tunnel_key
  r0 = 0
  exit
`;
