import { describe, expect, it } from "vitest";
import { NetsimError } from "../../src/errors.ts";
import { runTopology } from "../../src/run-topology.ts";
import { scratch } from "../scratch.ts";

const topology = (filter: string) => `
name: filters
nodes:
  client: { kind: host, interfaces: { eth0: { address: [10.0.0.1/24, "2001:db8::1/64"] } } }
  server:
    kind: host
    interfaces: { eth0: { address: [10.0.0.2/24, "2001:db8::2/64"] } }
    sockets:
      sink: { kind: udp, port: 9 }
      sniffer: { kind: packet, interface: eth0, filter: { filter: ${filter} } }
links: [{ endpoints: ["client:eth0", "server:eth0"] }]
traffic:
  - { from: client, to: server, flow: udp, port: 9, bytes: 10, count: 5, every: 1ms }
`;

async function received(filter: string): Promise<number> {
  const result = await runTopology(scratch({ "t.yaml": topology(filter) }), {});
  const sockets = result.nodes.flatMap((node) => node.sockets);
  return sockets.find(({ name }) => name === "sniffer")!.received;
}

describe("a filter in a topology", () => {
  it.each([
    { filter: "udp", want: 5 },
    { filter: '"udp port 9"', want: 5 },
    { filter: "udp and src client and dst server", want: 5 },
    { filter: "udp and src server", want: 0 },
    { filter: "arp and ether src client", want: 1 },
    { filter: "ip and less 60", want: 5 },
    { filter: "ip and greater 61", want: 0 },
    { filter: "outbound", want: 1 },
  ])("$filter lets $want packets through", async ({ filter, want }) => {
    expect(await received(filter)).toBe(want);
  });

  it.each([
    { filter: "udp and host nobody", want: [13, 94, "program-syntax", "The host 'nobody' is not known."] },
    { filter: '"udp prot 9"', want: undefined },
    { filter: "ip protochain 6", want: undefined },
  ])("$filter is refused", async ({ filter, want }) => {
    const problem = await received(filter).then(
      () => undefined,
      (error: unknown) => (error instanceof NetsimError ? error.diagnostics[0] : undefined),
    );
    expect(problem).toBeDefined();
    if (want !== undefined) {
      const text = topology(filter).split("\n")[problem!.place!.line! - 1]!;
      expect(text.slice(problem!.place!.column! - 1, problem!.place!.endColumn! - 1)).toBe("nobody");
      expect(problem!.message).toBe(want[3]);
    }
  });
});
