import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";
import { scratch } from "../scratch.ts";

const OBJECT = resolve("test/kernel/lab/shape.o");
const BYTES = 6000;

/** Sends 6000 bytes over TCP; what the client's filters and the server's see of segments, and what was on the wire. */
async function run(client: string, server = "") {
  const file = scratch({
    "topology.yaml": `programs:
  out: { object: ${OBJECT}, function: client_out }
  in: { object: ${OBJECT}, function: server_in }
nodes:
  client:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24${client} } }
    tc: { eth0: { egress: [{ program: out, direct-action: true }] } }
  server:
    kind: host
    interfaces: { eth0: { address: 10.0.0.2/24${server} } }
    tc: { eth0: { ingress: [{ program: in, direct-action: true }] } }
    sockets: { web: { kind: tcp, port: 80 } }
links: [{ endpoints: ["client:eth0", "server:eth0"], delay: 1ms }]
traffic: [{ from: client, to: server, flow: tcp, port: 80, bytes: ${BYTES} }]
`,
  });
  const result = await runTopology(file);
  const shapes = result
    .maps!.find(({ name }) => name === "shapes")!
    .entries.map(({ key, value }) => {
      return { ...(key as Record<string, number>), ...(value as Record<string, number>) };
    });
  // Of those with payload, by side: length, linear part, segments, bytes of one, bytes that traffic control counts; whether the checksum is
  // left to the device, and its level.
  const at = (place: number) =>
    shapes
      .filter((shape) => shape.place === place && shape.length! > 100)
      .sort((a, b) => b.length! - a.length!)
      .map(({ length, linear, segments, size, on_wire, left, level }) =>
        [length, linear, segments, size, on_wire, left === 1 ? "left" : level].join(" "),
      );
  const napi = [...new Set(shapes.filter(({ place }) => place === 4).map(({ napi }) => napi))];
  const sockets = result.nodes.find(({ name }) => name === "server")!.sockets!;
  return {
    out: at(0x8000_0001),
    in: at(4),
    frames: result.links[0]!.directions[0]!.sent,
    napi,
    received: sockets[0]!.receivedBytes,
  };
}

/** What comes in without offloads: the program at egress has had 8 bytes of payload made linear. */
const ONE = ["1514 74 1 0 1500 -13", "274 74 1 0 260 -13"];

describe("offloads of devices", () => {
  it.each([
    { name: "none", want: { out: ["1514 66 1 0 1514 left", "274 66 1 0 274 left"], in: ONE, frames: 10, napi: [0] } },
    {
      name: "a network card cuts what it is given",
      client: "{ tx: true, sg: true, tso: true }",
      want: {
        out: ["6066 66 5 1448 6330 left"],
        in: ["1514 1514 0 0 1500 -13", "274 274 0 0 260 -13"],
        frames: 10,
        napi: [0],
      },
    },
    {
      name: "what it does not take is cut behind the queue",
      client: "{}",
      want: {
        out: ["6066 66 5 1448 6330 left"],
        in: ["1514 1514 0 0 1500 -13", "274 274 0 0 260 -13"],
        frames: 10,
        napi: [0],
      },
    },
    {
      name: "a veth device hands it over",
      client: "{ device: veth, tx: true, sg: true, tso: true }",
      want: { out: ["6066 66 5 1448 6330 left"], in: ["6066 74 5 1448 6052 left"], frames: 6, napi: [0] },
    },
    {
      name: "so many segments at once",
      client: "{ device: veth, tx: true, sg: true, tso: true, max-segs: 3 }",
      want: {
        out: ["4410 66 3 1448 4542 left", "1722 66 2 1448 1788 left"],
        in: ["4410 74 3 1448 4396 left", "1722 74 2 1448 1708 left"],
        frames: 7,
        napi: [0],
      },
    },
    {
      name: "so many bytes at once",
      client: "{ device: veth, tx: true, sg: true, tso: true, max-size: 4000 }",
      want: {
        out: ["2962 66 2 1448 3028 left", "274 66 1 0 274 left"],
        in: ["2962 74 2 1448 2948 left", "274 74 1 0 260 left"],
        frames: 8,
        napi: [0],
      },
    },
    {
      name: "what comes in at one time is put together",
      server: "offload: { gro: true }",
      client: "{ tx: true, sg: true, tso: true }",
      want: { out: ["6066 66 5 1448 6330 left"], in: ["6066 1514 5 1448 6052 left"], frames: 10, napi: [8193] },
    },
    {
      name: "of what comes in, so many bytes are linear; right checksums are known",
      server: "linear: 70, offload: { rx: true, napi: true }",
      client: "{ tx: true }",
      want: {
        out: ["6066 66 5 1448 6330 left"],
        in: ["1514 70 0 0 1500 0", "274 70 0 0 260 0"],
        frames: 10,
        napi: [8193],
      },
    },
  ])("$name", async ({ client, server, want }) => {
    const found = await run(
      client === undefined ? "" : `, offload: ${client}`,
      server === undefined ? "" : `, ${server}`,
    );
    expect(found).toEqual({ ...want, received: BYTES });
  });
});
