import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/run-topology.ts";
import { CLIENT, CONNECTION_CASES, DATAGRAM_CASES, PAYLOAD, SERVER, SOCKETS } from "../network/socket-filters.ts";
import { scratch } from "../scratch.ts";

const NETWORK = `
name: filters
nodes:
  client: { kind: host, interfaces: { eth0: { address: ${CLIENT.ip}/24, mac: "${CLIENT.mac}" } } }
  server:
    kind: host
    interfaces: { eth0: { address: [${SERVER.ip}/24, "fd00::2/64"], mac: "${SERVER.mac}" } }
    sockets:
      udp: { kind: udp, port: ${SERVER.port}, filter: asked }
      raw: { kind: raw, protocol: udp, filter: asked }
      dgram: { kind: packet, type: dgram, protocol: ip, filter: asked }
      packet: { kind: packet, protocol: ip, filter: asked }
      tcp: { kind: tcp, port: ${SERVER.port}, filter: asked }
links: [{ endpoints: ["client:eth0", "server:eth0"] }]
`;

async function receivers(expression: string, traffic: string): Promise<string[]> {
  const text = `${NETWORK}programs: { asked: { filter: ${JSON.stringify(expression)} } }\n${traffic}`;
  const result = await runTopology(scratch({ "t.yaml": text }), {});
  expect(result.programs).toMatchObject([{ name: "asked", attachments: { length: 5 } }]);
  const sockets = result.nodes.flatMap((node) => node.sockets);
  return sockets.filter(({ received }) => received > 0).map(({ name }) => name);
}

describe("one filter at sockets of all kinds", () => {
  const datagram = `traffic: [{ from: client, to: server, udp: { sport: ${CLIENT.port}, dport: ${SERVER.port} }, payload: ${PAYLOAD} }]`;
  it.each(DATAGRAM_CASES)("$expression", async ({ expression, want }) => {
    expect(await receivers(expression, datagram)).toEqual(SOCKETS.filter((name) => want.includes(name)));
  });

  const connection = `traffic: [{ from: client, to: server, flow: tcp, port: ${SERVER.port}, bytes: 5, count: 1 }]\nuntil: 500ms`;
  it.each(CONNECTION_CASES)("of a connection: $expression", async ({ expression, want }) => {
    expect((await receivers(expression, connection)).includes("tcp")).toBe(want);
  });

  it("is for packets on the loopback device, too", async () => {
    const file = scratch({
      "t.yaml": `
nodes:
  host:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    sockets:
      echo: { kind: udp, port: 9, echo: true, interface: lo }
      sniffer: { kind: packet, interface: lo, filter: { filter: udp port 9 and ether src 0:0:0:0:0:0 } }
      other: { kind: packet, interface: eth0 }
traffic: [{ from: host, to: host, udp: { dport: 9 }, count: 3, every: 1ms }]
`,
    });
    const [host] = (await runTopology(file, {})).nodes;
    expect(host!.sockets.map(({ name, received }) => [name, received])).toEqual([
      ["echo", 3],
      ["sniffer", 12],
      ["other", 0],
    ]);
  });

  it("is replaced at all of them", async () => {
    const replaced = `${datagram}\nsteps: [{ at: 0s, replace: { program: asked, with: { filter: udp port 5000 } } }]`;
    expect(await receivers("icmp", replaced)).toEqual([...SOCKETS]);
  });
});
