import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { socketFilter } from "../../src/hooks/socket-filter.ts";
import { diagnosticsOf, hintsIn, load, PARTS, partsWith, problemsIn } from "./loading.ts";

interface Row {
  readonly name: string;
  /** The part under test; it begins on the line that `want` counts as 1. */
  readonly yaml: string;
  readonly want: readonly unknown[];
}

/** A table of faulty parts, each put behind the same good `before`, which shifts all lines. */
function refuses(title: string, before: string, rows: readonly Row[]): void {
  const shift = before.split("\n").length - 1;
  describe(title, () => {
    it.each(rows)("$name", ({ yaml, want }) => {
      const found = problemsIn(`${before}${yaml}\n`).map((problem) =>
        problem.replace(/^\d+/, (line) => String(Number(line) - shift)),
      );
      expect(found).toEqual(want);
    });
  });
}

const NODE = "nodes: { a: { kind: host } }\n";

refuses("top level", NODE, [
  {
    name: "unknown key",
    yaml: "traffics: []",
    want: ["1:1 schema-unknown-key `traffics` is not a key of a topology."],
  },
  { name: "empty name", yaml: 'name: ""', want: ["1:7 schema-value `name` takes text that is not empty, not ''."] },
  { name: "name that is a number", yaml: "name: 5", want: ["1:7 schema-type `name` takes text, not the number 5."] },
  {
    name: "seed beyond 64 bits",
    yaml: "seed: 18446744073709551616",
    want: ["1:7 bad-quantity The seed 18446744073709551616 does not fit in 64 bits."],
  },
  {
    name: "seed below 64 bits",
    yaml: "seed: -9223372036854775809",
    want: ["1:7 bad-quantity The seed -9223372036854775809 does not fit in 64 bits."],
  },
  {
    name: "far too large a seed",
    yaml: "seed: 99999999999999999999999",
    want: ["1:7 bad-quantity The seed 99999999999999999999999 does not fit in 64 bits."],
  },
  {
    name: "seed that is no integer",
    yaml: "seed: 1.5",
    want: ["1:7 schema-type `seed` takes a whole number (seed), not the number 1.5."],
  },
  {
    name: "seed as text",
    yaml: 'seed: "1"',
    want: ["1:7 schema-type `seed` takes a whole number (seed), not the text '1'."],
  },
  { name: "until without unit", yaml: "until: 2", want: ["1:8 bad-quantity '2' has no unit; a duration needs one."] },
  {
    name: "until that is a list",
    yaml: "until: [2s]",
    want: ["1:8 schema-type `until` takes a duration such as 50us, not a list."],
  },
  { name: "no packets", yaml: "max-packets: 0", want: ["1:14 schema-value `max-packets` takes at least 1, not 0."] },
  { name: "no time", yaml: "epoch: today", want: ["1:8 bad-quantity 'today' is not a time."] },
  {
    name: "plugins of a wrong type",
    yaml: "plugins: [5]",
    want: ["1:11 schema-type `plugins[0]` takes text such as ./my-hook.mjs, not the number 5."],
  },
  {
    name: "links that are a mapping",
    yaml: "links: {}",
    want: ["1:8 schema-type `links` takes a list, not a mapping."],
  },
  { name: "links that are empty", yaml: "links:", want: ["1:1 schema-type `links` takes a list, not nothing."] },
]);

describe("nodes that are missing", () => {
  it.each([
    { yaml: "name: x", want: ["1:1 schema-missing-key A topology needs `nodes`."] },
    { yaml: "nodes: {}", want: ["1:1 schema-missing-key `nodes` is empty."] },
    { yaml: "node: {}", want: ["1:1 schema-unknown-key `node` is not a key of a topology."] },
  ])("$yaml", ({ yaml, want }) => {
    expect(problemsIn(yaml)).toEqual(want);
  });
});

refuses("programs", NODE, [
  {
    name: "a name with spaces",
    yaml: 'programs: { "a b": { classic: "ret #0" } }',
    want: ["1:13 schema-value 'a b' cannot be a name here."],
  },
  { name: "no language", yaml: "programs: { p: {} }", want: ["1:13 schema-missing-key A program needs `classic`."] },
  {
    name: "a slip in the language",
    yaml: 'programs: { p: { clasic: "ret #0" } }',
    want: ["1:18 schema-unknown-key `clasic` is not a key of a program."],
  },
  {
    name: "text that is a number",
    yaml: "programs: { p: { classic: 5 } }",
    want: ["1:27 schema-type `classic` takes text, not the number 5."],
  },
  {
    name: "a bare string",
    yaml: "programs: { p: ret }",
    want: ["1:16 schema-type `p` takes a mapping (program), not the text 'ret'."],
  },
]);

describe("files that topologies name", () => {
  const directory = mkdtempSync(join(tmpdir(), "netsim-programs-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "t.yaml");

  it("says where a program's file is named that cannot be read", () => {
    const yaml = `nodes: { a: { kind: host } }\nprograms: { p: { classic: none.bpf }, q: { classic: ${directory} } }\n`;
    expect(problemsIn(yaml, PARTS, file).map((line) => line.replaceAll(directory, "DIR"))).toEqual([
      "2:27 file-unreadable The file 'DIR/none.bpf' cannot be read: it does not exist.",
      "2:53 file-unreadable The file 'DIR' cannot be read: it is a directory.",
    ]);
  });

  it("refuses a program that is far too large", () => {
    writeFileSync(join(directory, "large.bpf"), Buffer.alloc(4 * 1024 * 1024 + 1));
    expect(problemsIn("nodes: { a: { kind: host } }\nprograms: { p: { classic: large.bpf } }\n", PARTS, file)).toEqual([
      expect.stringMatching(/^2:27 file-too-large .* is larger than 4 MiB\.$/),
    ]);
  });

  it("says where a capture is named that does not exist", () => {
    const yaml = `nodes: { a: { kind: bridge, interfaces: { p: } } }
traffic:
  - { replay: none.pcap, at: "a:p" }
  - { replay: ., at: "a:p" }
`;
    expect(problemsIn(yaml, PARTS, file).map((line) => line.replaceAll(directory, "DIR"))).toEqual([
      "3:15 file-unreadable There is no capture 'DIR/none.pcap'.",
      "4:15 file-unreadable There is no capture 'DIR'.",
    ]);
  });
});

const PROGRAM = 'programs: { p: { classic: "ret #0" } }\n';

refuses("contracts of Open vSwitch", `${PROGRAM}nodes:\n`, [
  {
    name: "a switch's programs in the contract that binds them to ports",
    yaml: "  a: { kind: ovs, contract: plumgrid2013, hooks: { flow-miss: p } }",
    want: ["1:52 bad-topology The contract plumgrid2013 has no flow-miss of a switch."],
  },
  {
    name: "a port's program in the other contract",
    yaml: "  a: { kind: ovs, interfaces: { p: { flow-miss: p } } }",
    want: ["1:38 bad-topology Programs are bound to ports in the contract plumgrid2013 alone."],
  },
]);

refuses("nodes", "nodes:\n", [
  { name: "no kind", yaml: "  a: {}", want: ["1:3 schema-missing-key A node needs `kind`."] },
  {
    name: "a slip in the kind",
    yaml: "  a: { kind: hots }",
    want: ["1:14 schema-value `kind` takes host, bridge or ovs, not 'hots'."],
  },
  { name: "nothing", yaml: "  a:", want: ["1:3 schema-type `a` takes a mapping (node), not nothing."] },
  {
    name: "a name with a colon",
    yaml: '  "a:b": { kind: host }',
    want: ["1:3 schema-value 'a:b' cannot be a name here."],
  },
  {
    name: "a host's key on a bridge",
    yaml: "  a: { kind: bridge, sockets: {} }",
    want: ["1:22 schema-unknown-key `sockets` is not a key of a bridge."],
  },
  {
    name: "an address on a bridge",
    yaml: "  a: { kind: bridge, interfaces: { p: { address: 10.0.0.1/8 } } }",
    want: ["1:41 schema-unknown-key `address` is not a key of an interface."],
  },
  {
    name: "a bad ageing time",
    yaml: "  a: { kind: bridge, ageing: 5 }",
    want: ["1:30 bad-quantity '5' has no unit; a duration needs one."],
  },
  {
    name: "a TTL of 0",
    yaml: "  a: { kind: host, ttl: 0 }",
    want: ["1:25 schema-value `ttl` takes at least 1, not 0."],
  },
  {
    name: "forwarding as text",
    yaml: "  a: { kind: host, forwarding: yes }",
    want: ["1:32 schema-type `forwarding` takes true or false, not the text 'yes'."],
  },
  {
    name: "what other kinds of nodes have",
    yaml: "  a: { kind: host, hooks: {}, contract: x }",
    want: [
      "1:20 schema-unknown-key `hooks` is not a key of a host.",
      "1:31 schema-unknown-key `contract` is not a key of a host.",
    ],
  },
]);

const HOST = "nodes:\n  a:\n    kind: host\n";

refuses("interfaces", HOST, [
  {
    name: "too long a name",
    yaml: "    interfaces: { a234567890123456: {} }",
    want: ["1:19 schema-value 'a234567890123456' cannot be a name here."],
  },
  {
    name: "an address without prefix",
    yaml: "    interfaces: { e: { address: 10.0.0.1 } }",
    want: ["1:33 bad-address '10.0.0.1' has no prefix length."],
  },
  {
    name: "no address",
    yaml: "    interfaces: { e: { address: [10.0.0.1/24, 10.0.0/24] } }",
    want: ["1:47 bad-address '10.0.0' is not an IP address."],
  },
  {
    name: "a group's address",
    yaml: "    interfaces: { e: { address: 224.0.0.1/24 } }",
    want: ["1:33 bad-address '224.0.0.1/24' is a multicast address, which no interface can have."],
  },
  {
    name: "no address at all",
    yaml: "    interfaces: { e: { address: 0.0.0.0/8 } }",
    want: ["1:33 bad-address '0.0.0.0/8' is the unspecified address, which no interface can have."],
  },
  {
    name: "an address twice",
    yaml: '    interfaces: { e: { address: ["fd00::1/64", "fd00:0::1/48"] } }',
    want: ["1:48 duplicate-name The interface has the address fd00::1 twice."],
  },
  {
    name: "an address that is a number",
    yaml: "    interfaces: { e: { address: 10 } }",
    want: ["1:33 schema-type `address` takes an address, or list of addresses such as 10.0.0.1/24, not the number 10."],
  },
  {
    name: "an MTU that is too small",
    yaml: "    interfaces: { e: { mtu: 67 } }",
    want: ["1:29 bad-quantity '67' is not an MTU from 68 to 65535 bytes."],
  },
  {
    name: "an MTU that is too large",
    yaml: "    interfaces: { e: { mtu: 64KiB } }",
    want: ["1:29 bad-quantity '64KiB' is not an MTU from 68 to 65535 bytes."],
  },
  {
    name: "an MTU that is too small for IPv6",
    yaml: '    interfaces: { e: { mtu: 1279, address: "fd00::1/64" } }',
    want: ["1:24 bad-topology 'a:e' has an IPv6 address and an MTU of 1279; IPv6 needs 1280 (RFC 8200 section 5)."],
  },
  {
    name: "no MAC address",
    yaml: "    interfaces: { e: { mac: 02:00 } }",
    want: ["1:29 bad-address '02:00' is not a MAC address."],
  },
  {
    name: "a group's MAC address",
    yaml: "    interfaces: { e: { mac: 01:00:5e:00:00:01 } }",
    want: ["1:29 bad-address '01:00:5e:00:00:01' is a group address, which no interface can have."],
  },
  {
    name: "a MAC address of zeros",
    yaml: "    interfaces: { e: { mac: 00:00:00:00:00:00 } }",
    want: ["1:29 bad-address '00:00:00:00:00:00' is no address of an interface."],
  },
]);

refuses(
  "routes",
  `${HOST}    interfaces: { eth0: { address: [10.0.0.1/24, "fd00::1/64"] }, eth1: { address: 10.1.0.1/24 } }\n    routes:\n`,
  [
    { name: "no destination", yaml: "      - { via: 10.0.0.2 }", want: ["1:9 schema-missing-key A route needs `to`."] },
    {
      name: "neither next hop nor interface",
      yaml: "      - { to: default }",
      want: ["1:9 schema-missing-key A route needs one of `via`, `dev`."],
    },
    {
      name: "bits behind the prefix",
      yaml: "      - { to: 10.1.2.3/16, dev: eth0 }",
      want: ["1:15 bad-address '10.1.2.3/16' has bits behind its prefix."],
    },
    {
      name: "an unknown interface",
      yaml: "      - { to: default, via: 10.0.0.2, dev: eth9 }",
      want: ["1:44 unknown-reference The host has no interface 'eth9'."],
    },
    {
      name: "two families",
      yaml: '      - { to: 10.9.0.0/16, via: "fd00::2" }',
      want: ["1:28 bad-address The next hop is IPv6 and the destination IPv4."],
    },
    {
      name: "a next hop that is elsewhere",
      yaml: "      - { to: default, via: 192.0.2.1 }",
      want: ["1:29 bad-topology The next hop 192.0.2.1 is on none of the host's networks."],
    },
    {
      name: "a next hop on another interface",
      yaml: "      - { to: default, via: 10.0.0.2, dev: eth1 }",
      want: ["1:29 bad-topology The next hop 10.0.0.2 is not on the network of 'eth1'."],
    },
    {
      name: "a link-local next hop without interface",
      yaml: '      - { to: default, via: "fe80::1" }',
      want: ["1:29 bad-topology The next hop fe80::1 is on none of the host's networks."],
    },
    {
      name: "itself as next hop",
      yaml: "      - { to: default, via: 10.1.0.1 }",
      want: ["1:29 bad-topology The next hop 10.1.0.1 is the host's own address."],
    },
    {
      name: "a group as next hop",
      yaml: "      - { to: default, via: 224.0.0.1 }",
      want: ["1:29 bad-address '224.0.0.1' cannot be a next hop."],
    },
    {
      name: "a negative metric",
      yaml: "      - { to: default, via: 10.0.0.2, metric: -1 }",
      want: ["1:47 schema-value `metric` takes at least 0, not -1."],
    },
  ],
);

refuses("gateways", `${HOST}    interfaces: { eth0: { address: 10.0.0.1/24 } }\n`, [
  {
    name: "two of one family",
    yaml: "    gateway: [10.0.0.2, 10.0.0.3]",
    want: ["1:25 bad-topology The host has two IPv4 gateways."],
  },
  {
    name: "three",
    yaml: '    gateway: [10.0.0.2, "fd00::1", x]',
    want: [
      "1:14 schema-value `gateway` takes at most 2 entries, not 3 entries.",
      "1:25 bad-topology The next hop fd00::1 is on none of the host's networks.",
      "1:36 bad-address 'x' is not an IP address.",
    ],
  },
  {
    name: "one that cannot be reached",
    yaml: "    gateway: 10.0.1.2",
    want: ["1:14 bad-topology The next hop 10.0.1.2 is on none of the host's networks."],
  },
]);

refuses(
  "a next hop behind an address that is wrong itself",
  `${HOST}    interfaces: { eth0: { address: 10.0.0.1 } }\n`,
  [
    {
      name: "is no second problem",
      yaml: "    gateway: 10.0.0.2",
      want: ["0:36 bad-address '10.0.0.1' has no prefix length."],
    },
  ],
);

refuses("sockets", `${HOST}    interfaces: { eth0: { address: 10.0.0.1/24 } }\n    sockets:\n`, [
  { name: "no kind", yaml: "      s: {}", want: ["1:7 schema-missing-key A socket needs `kind`."] },
  {
    name: "an unknown kind",
    yaml: "      s: { kind: udp6, port: 1 }",
    want: ["1:18 schema-value `kind` takes packet, udp, tcp or raw, not 'udp6'."],
  },
  { name: "no port", yaml: "      s: { kind: udp }", want: ["1:7 schema-missing-key A udp socket needs `port`."] },
  {
    name: "port 0",
    yaml: "      s: { kind: tcp, port: 0 }",
    want: ["1:29 schema-value `port` takes at least 1, not 0."],
  },
  {
    name: "a key of another kind",
    yaml: "      s: { kind: packet, port: 1 }",
    want: ["1:26 schema-unknown-key `port` is not a key of a packet socket."],
  },
  {
    name: "an unknown interface",
    yaml: "      s: { kind: packet, interface: eth1 }",
    want: ["1:37 unknown-reference The host has no interface 'eth1'."],
  },
  {
    name: "an unknown ethertype",
    yaml: "      s: { kind: packet, protocol: ipx6 }",
    want: ["1:36 schema-value 'ipx6' is no ethertype that has a name here."],
  },
  {
    name: "too large an ethertype",
    yaml: "      s: { kind: packet, protocol: 65536 }",
    want: ["1:36 schema-value `protocol` takes at most 65535, not 65536."],
  },
  {
    name: "an unknown type",
    yaml: "      s: { kind: packet, type: stream }",
    want: ["1:32 schema-value `type` takes raw or dgram, not 'stream'."],
  },
  {
    name: "no protocol",
    yaml: "      s: { kind: raw }",
    want: ["1:7 schema-missing-key A raw socket needs `protocol`."],
  },
  {
    name: "an unknown IP protocol",
    yaml: "      s: { kind: raw, protocol: icpm }",
    want: ["1:33 schema-value 'icpm' is no IP protocol that has a name here."],
  },
  {
    name: "an unknown family",
    yaml: "      s: { kind: raw, protocol: 1, family: 5 }",
    want: ["1:44 schema-value `family` takes 4 or 6, not 5."],
  },
  {
    name: "an address of another family",
    yaml: "      s: { kind: raw, protocol: 1, family: 6, address: 10.0.0.1 }",
    want: ["1:47 bad-address The address is IPv4 and the socket IPv6."],
  },
  {
    name: "an address of another host",
    yaml: "      s: { kind: udp, port: 1, address: 10.0.0.2 }",
    want: ["1:41 bad-address The host has no address 10.0.0.2 that a socket could be bound to."],
  },
  {
    name: "all addresses",
    yaml: "      s: { kind: udp, port: 1, address: 0.0.0.0 }",
    want: ["1:41 bad-address '0.0.0.0' stands for all addresses."],
  },
  {
    name: "an address with prefix",
    yaml: "      s: { kind: udp, port: 1, address: 10.0.0.1/24 }",
    want: ["1:41 bad-address '10.0.0.1/24' is not an IP address."],
  },
  {
    name: "a port that is taken",
    yaml: "      s: { kind: udp, port: 1 }\n      t: { kind: udp, port: 1 }\n      u: { kind: tcp, port: 1 }\n      v: { kind: udp, port: 1, address: 10.0.0.1 }",
    want: [
      "2:23 bad-topology The udp port 1 is already taken by the socket 's'.",
      "4:23 bad-topology The udp port 1 is already taken by the socket 's'.",
    ],
  },
  {
    name: "an unknown program",
    yaml: "      s: { kind: packet, filter: none }",
    want: ["1:34 unknown-reference There is no program 'none'."],
  },
  {
    name: "a program in place of another language",
    yaml: '      s: { kind: packet, filter: { cobol: "x" } }',
    want: [
      "1:26 schema-missing-key A program reference needs `classic`.",
      "1:36 schema-unknown-key `cobol` is not a key of a program reference.",
    ],
  },
  {
    name: "a list of programs",
    yaml: "      s: { kind: packet, filter: [x] }",
    want: ["1:34 schema-type `filter` takes text or a mapping (program reference), not a list."],
  },
  {
    name: "a program in place without language",
    yaml: "      s: { kind: packet, filter: {} }",
    want: ["1:26 schema-missing-key A program reference needs `classic`."],
  },
  {
    name: "echo of a tcp socket",
    yaml: "      s: { kind: tcp, port: 1, echo: true }",
    want: ["1:32 schema-unknown-key `echo` is not a key of a tcp socket."],
  },
]);

describe("a hook with options of its own", () => {
  const options = {
    title: "watch",
    type: "object",
    properties: {
      program: { type: "string" },
      level: { type: "integer" },
      mode: { anyOf: [{ const: "all" }, { type: "integer", minimum: 0 }] },
    },
    required: ["program", "level"],
    additionalProperties: false,
  };
  const parts = partsWith({ ...socketFilter, name: "watch", key: "watch", options });
  const yaml = (value: string) => `
programs: { p: { classic: "ret #0" } }
nodes: { a: { kind: host, sockets: { s: { kind: packet, watch: ${value} } } } }
`;
  const attachments = (value: string) => {
    const node = load(yaml(value), parts).nodes.get("a")!;
    return node.kind === "host" ? node.sockets.get("s")!.attachments.map(({ place: _, ...rest }) => rest) : [];
  };

  it("gets its options as the file has them", () => {
    expect(attachments("{ program: p, level: 3, mode: all }")).toEqual([
      {
        hook: "watch",
        program: "p",
        options: Object.assign(Object.create(null), { program: "p", level: 3, mode: "all" }),
      },
    ]);
    expect(attachments("p")).toEqual([{ hook: "watch", program: "p", options: "p" }]);
    expect(attachments('{ program: { classic: "ret #1" }, level: 3 }')).toMatchObject([
      { hook: "watch", program: expect.stringMatching(/:3:\d+$/) },
    ]);
    expect(attachments('{ classic: "ret #1" }')).toMatchObject([{ hook: "watch" }]);
  });

  it.each([
    { value: "{ program: p }", want: ["3:57 schema-missing-key A watch needs `level`."] },
    { value: "{ program: p, level: x }", want: ["3:85 schema-type `level` takes a whole number, not the text 'x'."] },
    { value: "{ program: p, level: 1, mod: all }", want: ["3:88 schema-unknown-key `mod` is not a key of a watch."] },
    { value: "{ program: q, level: 1 }", want: ["3:75 unknown-reference There is no program 'q'."] },
    { value: "{ program: p, level: 1, mode: -5 }", want: ["3:94 schema-value `mode` takes at least 0, not -5."] },
    { value: "{ program: p, level: 1, mode: [] }", want: ["3:94 schema-value `mode` must match a schema in anyOf."] },
  ])("$value", ({ value, want }) => {
    expect(problemsIn(yaml(value), parts)).toEqual(want);
  });

  it("is refused where its options are no schema", () => {
    const broken = partsWith({ ...socketFilter, name: "watch", key: "watch", options: { type: "objekt" } });
    expect(diagnosticsOf(() => load("nodes: { a: { kind: host } }", broken)).map(({ code }) => code)).toEqual([
      "plugin-unloadable",
    ]);
  });
});

refuses("tunnel devices", "nodes:\n", [
  {
    name: "one that a link leads to",
    yaml: '  a: { kind: host, interfaces: { vx0: { tunnel: { type: vxlan } } } }\n  b: { kind: bridge }\nlinks: [{ endpoints: ["a:vx0", "b:p1"] }]',
    want: ["3:23 bad-topology 'a:vx0' is a tunnel device, to which no link leads."],
  },
  {
    name: "two of one port",
    yaml: "  a: { kind: host, interfaces: { v: { tunnel: { type: vxlan } }, w: { tunnel: { type: geneve, dst-port: 4789 } } } }",
    want: ["1:81 bad-topology 'w' takes the same packets as 'v', which only one tunnel device of a host can."],
  },
  {
    name: "a port of GRE",
    yaml: "  a: { kind: host, interfaces: { v: { tunnel: { type: gretap, dst-port: 5 } } } }",
    want: ["1:63 bad-topology GRE has no ports."],
  },
]);

refuses(
  "links",
  "nodes: { a: { kind: host, interfaces: { eth0: {} } }, b: { kind: bridge }, c: { kind: host }, d: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } } }\nlinks:\n",
  [
    { name: "no ends", yaml: "  - {}", want: ["1:5 schema-missing-key A link needs `endpoints`."] },
    {
      name: "one end",
      yaml: '  - { endpoints: ["a:eth0"] }',
      want: ["1:18 schema-value `endpoints` takes exactly 2 entries, not 1 entry."],
    },
    {
      name: "an unknown node",
      yaml: '  - { endpoints: ["a:eth0", "bb:p1"] }',
      want: ["1:29 unknown-reference There is no node 'bb'."],
    },
    {
      name: "a node without interface",
      yaml: '  - { endpoints: ["a:eth0", "b"] }',
      want: ["1:29 schema-value 'b' does not name an interface of a node."],
    },
    {
      name: "a slip in an interface's name",
      yaml: '  - { endpoints: ["a:eht0", "b:p1"] }',
      want: ["1:19 unknown-reference 'a' has no interface 'eht0', and no link reaches 'eth0'."],
    },
    {
      name: "an interface beside the one that has the address",
      yaml: '  - { endpoints: ["d:eth1", "b:p1"] }',
      want: ["1:19 unknown-reference 'd' has no interface 'eth1', and no link reaches 'eth0'."],
    },
    {
      name: "an interface that cannot have that name",
      yaml: '  - { endpoints: ["c:a/b", "b:p1"] }',
      want: ["1:19 schema-value 'a/b' cannot be the name of an interface."],
    },
    {
      name: "an interface in two links",
      yaml: '  - { endpoints: ["a:eth0", "b:p1"] }\n  - { endpoints: ["c:e", "b:p1"] }',
      want: ["2:26 bad-topology 'b:p1' is already the end of another link."],
    },
    {
      name: "a link to itself",
      yaml: '  - { endpoints: ["b:p1", "b:p1"] }',
      want: ["1:27 bad-topology The link joins 'b:p1' to itself."],
    },
    {
      name: "wrong settings",
      yaml: '  - { endpoints: ["a:eth0", "b:p1"], delay: 5, jitter: -1us, rate: 1gb, loss: 2, duplicate: x, corrupt: "-1%", mtu: 1k, queue: -1 }',
      want: [
        "1:45 bad-quantity '5' has no unit; a duration needs one.",
        "1:56 bad-quantity '-1us' is negative.",
        "1:68 bad-quantity 'gb' in '1gb' is not a unit of a rate.",
        "1:79 bad-quantity '2' is not between 0 and 1.",
        "1:93 bad-quantity 'x' is not a fraction.",
        "1:105 bad-quantity '-1%' is not between 0 and 1.",
        "1:117 bad-quantity 'k' in '1k' is not a unit of a size.",
        "1:128 schema-value `queue` takes at least 0, not -1.",
      ],
    },
    {
      name: "settings for an end that it does not have",
      yaml: '  - { endpoints: ["a:eth0", "b:p1"], impair: { "b:p2": { delay: 1ms, los: 1% }, "a:eth0": { delay: 1 } } }',
      want: [
        "1:48 unknown-reference 'b:p2' is not an end of this link.",
        "1:70 schema-unknown-key `los` is not a key of a direction of a link.",
        "1:100 bad-quantity '1' has no unit; a duration needs one.",
      ],
    },
  ],
);

const TWO = `nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 }, eth1: { address: "fd00::1/64" } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
  s: { kind: bridge, interfaces: { p1: } }
  n: { kind: host }
traffic:
`;

refuses("packets", TWO, [
  {
    name: "nothing",
    yaml: "  - { from: a }",
    want: [
      expect.stringMatching(
        /^1:5 schema-missing-key A traffic entry needs one of `flow`, `replay`, `packet`, `ether`,/,
      ),
    ],
  },
  {
    name: "no sender",
    yaml: "  - { udp: {} }",
    want: ["1:5 schema-missing-key A packet entry needs one of `from`, `at`."],
  },
  {
    name: "two senders",
    yaml: '  - { from: a, at: "a:eth0", udp: {} }',
    want: ["1:16 schema-value `from` and `at` exclude each other in a packet entry."],
  },
  {
    name: "an unknown sender",
    yaml: "  - { from: aa, udp: {} }",
    want: ["1:13 unknown-reference There is no node 'aa'."],
  },
  {
    name: "an unknown interface",
    yaml: '  - { at: "a:eth2", udp: {} }',
    want: ["1:11 unknown-reference 'a' has no interface 'eth2'."],
  },
  {
    name: "an interface of an unknown node",
    yaml: '  - { at: "z:eth2", udp: {} }',
    want: ["1:11 unknown-reference There is no node 'z'."],
  },
  {
    name: "a bridge that sends",
    yaml: "  - { from: s, udp: {} }",
    want: ["1:13 bad-topology 's' is a bridge, which sends nothing of its own."],
  },
  {
    name: "a host that cannot send",
    yaml: "  - { from: n, udp: {} }",
    want: ["1:13 bad-topology 'n' has no interface to send by."],
  },
  {
    name: "a bridge as receiver",
    yaml: "  - { from: a, to: s, udp: {} }",
    want: ["1:20 bad-topology 's' is a bridge, which has no IP addresses."],
  },
  {
    name: "an arrival at one of two interfaces",
    yaml: "  - { from: a, direction: in, udp: {} }",
    want: ["1:13 bad-topology 'a' has 2 interfaces that a packet could arrive at."],
  },
  {
    name: "an unknown direction",
    yaml: '  - { at: "a:eth0", direction: inn, udp: {} }',
    want: ["1:32 schema-value `direction` takes out or in, not 'inn'."],
  },
  {
    name: "an unknown layer",
    yaml: "  - { from: a, tpc: {} }",
    want: ["1:16 schema-unknown-key `tpc` is not a key of a packet entry."],
  },
  {
    name: "an unknown field",
    yaml: "  - { from: a, tcp: { dprt: 5 } }",
    want: ["1:29 bad-packet The layer `tcp` has no field `dprt`."],
  },
  {
    name: "a field of a wrong type",
    yaml: "  - { from: a, tcp: { dport: [] } }",
    want: ["1:30 bad-packet `tcp.dport` takes a whole number from 0 to 65535, not a list."],
  },
  {
    name: "a layer of a wrong type",
    yaml: "  - { from: a, tcp: 5 }",
    want: ["1:21 bad-packet `tcp` takes a map of fields, not 5."],
  },
  {
    name: "layers in place and as a list",
    yaml: "  - { from: a, packet: [ { udp: {} } ], tcp: {} }",
    want: ["1:41 schema-value `packet` and `tcp` exclude each other in a packet entry."],
  },
  {
    name: "an unknown layer in a list",
    yaml: "  - { from: a, packet: [ { ipv4: {} }, { upd: {} } ] }",
    want: ["1:42 schema-unknown-key `upd` is not a key of a packet layer."],
  },
  {
    name: "two layers in one item",
    yaml: "  - { from: a, packet: [ { ipv4: {}, udp: {} } ] }",
    want: [expect.stringMatching(/^1:26 schema-missing-key A packet layer takes only one of `ether`,/)],
  },
  {
    name: "an item that is text",
    yaml: "  - { from: a, packet: [ udp ] }",
    want: ["1:26 schema-type `packet[0]` takes a mapping (packet layer), not the text 'udp'."],
  },
  {
    name: "an empty list",
    yaml: "  - { from: a, packet: [] }",
    want: ["1:24 schema-value `packet` takes at least 1 entries, not 0 entries."],
  },
  {
    name: "a wrong field in a list",
    yaml: "  - { from: a, packet: [ { udp: { dport: x } } ] }",
    want: ['1:42 bad-packet `udp.dport` takes a whole number from 0 to 65535, not "x".'],
  },
]);

refuses("entries that are no mappings", NODE, [
  {
    name: "traffic",
    yaml: "traffic: [x]",
    want: ["1:11 schema-type `traffic[0]` takes a mapping (traffic entry), not the text 'x'."],
  },
  { name: "steps", yaml: "steps: [5]", want: ["1:9 schema-type `steps[0]` takes a mapping (step), not the number 5."] },
  {
    name: "expectations",
    yaml: "expect: [[]]",
    want: ["1:10 schema-type `expect[0]` takes a mapping (expectation), not a list."],
  },
  { name: "links", yaml: "links: [~]", want: ["1:9 schema-type `links[0]` takes a mapping (link), not nothing."] },
]);

refuses("schedules", TWO, [
  {
    name: "count and duration",
    yaml: "  - { from: a, udp: {}, count: 1, every: 1s, for: 1s }",
    want: ["1:46 schema-value `count` and `for` exclude each other in a traffic entry."],
  },
  {
    name: "interval and rate",
    yaml: "  - { from: a, udp: {}, count: 1, every: 1s, rate: 1 }",
    want: ["1:46 schema-value `every` and `rate` exclude each other in a traffic entry."],
  },
  {
    name: "a count of 0",
    yaml: "  - { from: a, udp: {}, count: 0 }",
    want: ["1:32 schema-value `count` takes at least 1, not 0."],
  },
  {
    name: "a bad rate",
    yaml: "  - { from: a, udp: {}, rate: 5/min, for: 1s }",
    want: ["1:31 bad-quantity '5/min' is not a number of packets a second."],
  },
  {
    name: "a duration without interval",
    yaml: "  - { from: a, udp: {}, for: 1s }",
    want: ["1:25 bad-topology `for` needs to know how often: `every` or `rate`."],
  },
  {
    name: "no duration",
    yaml: "  - { from: a, udp: {}, every: 1s, for: 0 }",
    want: ["1:36 bad-topology `for` is no time at all."],
  },
  {
    name: "no mean",
    yaml: "  - { from: a, udp: {}, count: 5, process: poisson }",
    want: ["1:35 bad-topology A Poisson process needs a mean: `every` or `rate`."],
  },
  {
    name: "an unknown process",
    yaml: "  - { from: a, udp: {}, process: posson }",
    want: ["1:34 schema-value `process` takes constant or poisson, not 'posson'."],
  },
  {
    name: "no end",
    yaml: "  - { from: a, udp: {}, rate: 5 }\n  - { flow: udp, from: a, to: b, port: 1, every: 1s }",
    want: ["1:25 bad-topology This traffic would never end.", "2:43 bad-topology This traffic would never end."],
  },
]);

refuses("flows", TWO, [
  {
    name: "an unknown protocol",
    yaml: "  - { flow: utp, from: a, to: b }",
    want: ["1:13 schema-value `flow` takes udp, tcp or icmp, not 'utp'."],
  },
  {
    name: "no ends",
    yaml: "  - { flow: icmp }",
    want: ["1:5 schema-missing-key A flow needs `from`.", "1:5 schema-missing-key A flow needs `to`."],
  },
  {
    name: "no port",
    yaml: "  - { flow: tcp, from: a, to: b }",
    want: ["1:5 schema-missing-key A udp or tcp flow needs `port`."],
  },
  {
    name: "ports with icmp",
    yaml: "  - { flow: icmp, from: a, to: b, port: 1, sport: 2 }",
    want: ["1:35 schema-value A flow of icmp has no `port`.", "1:44 schema-value A flow of icmp has no `sport`."],
  },
  {
    name: "a bridge",
    yaml: "  - { flow: icmp, from: s, to: b }",
    want: ["1:25 bad-topology 's' is a bridge, which has no IP addresses."],
  },
  {
    name: "an unknown node",
    yaml: "  - { flow: icmp, from: a, to: bb }",
    want: ["1:32 unknown-reference There is no node 'bb'."],
  },
  {
    name: "a host without address",
    yaml: "  - { flow: icmp, from: a, to: n }",
    want: ["1:32 bad-topology 'n' has no IP address."],
  },
  {
    name: "a family that one end lacks",
    yaml: "  - { flow: icmp, from: a, to: b, family: 6 }",
    want: ["1:32 bad-topology 'b' has no IPv6 address."],
  },
  {
    name: "no family in common",
    yaml: '  - { flow: icmp, from: "a:eth1", to: b }',
    want: ["1:5 bad-topology 'a' and 'b' have no IP version in common."],
  },
  {
    name: "too many bytes",
    yaml: "  - { flow: udp, from: a, to: b, port: 1, bytes: 65508 }\n  - { flow: tcp, from: a, to: b, port: 1, bytes: 3GiB }",
    want: [
      "1:50 schema-value `bytes` takes at most 65507 in a flow of udp, not 65508.",
      "2:50 schema-value `bytes` takes at most 2147483648 in a flow of tcp, not 3221225472.",
    ],
  },
  {
    name: "a layer",
    yaml: "  - { flow: icmp, from: a, to: b, icmp: {} }",
    want: ["1:35 schema-unknown-key `icmp` is not a key of a flow."],
  },
]);

refuses("replays", TWO, [
  {
    name: "a key of packets",
    yaml: '  - { replay: "/dev/null", at: "s:p1", count: 5 }',
    want: ["1:40 schema-unknown-key `count` is not a key of a replay."],
  },
  { name: "no place", yaml: '  - { replay: "/dev/null" }', want: ["1:5 schema-missing-key A replay needs `at`."] },
  {
    name: "a node without interface",
    yaml: '  - { replay: "/dev/null", at: a }',
    want: ["1:32 schema-value 'a' does not name an interface of a node."],
  },
  {
    name: "an unknown timing",
    yaml: '  - { replay: "/dev/null", at: "s:p1", timing: fast }',
    want: ["1:48 schema-value `timing` takes original, not 'fast'."],
  },
  {
    name: "no timing",
    yaml: '  - { replay: "/dev/null", at: "s:p1", timing: {} }',
    want: ["1:40 schema-missing-key A timing needs one of `speed`, `every`."],
  },
  {
    name: "two timings",
    yaml: '  - { replay: "/dev/null", at: "s:p1", timing: { speed: 1, every: 1us } }',
    want: ["1:60 schema-value `speed` and `every` exclude each other in a timing."],
  },
  {
    name: "a speed of 0",
    yaml: '  - { replay: "/dev/null", at: "s:p1", timing: { speed: 0 } }',
    want: ["1:57 schema-value `speed` takes more than 0, not 0."],
  },
  {
    name: "an endless speed",
    yaml: '  - { replay: "/dev/null", at: "s:p1", timing: { speed: .inf } }',
    want: ["1:57 schema-value `speed` takes at most 1000000000, not Infinity."],
  },
  {
    name: "a limit of 0",
    yaml: '  - { replay: "/dev/null", at: "s:p1", limit: 0 }',
    want: ["1:47 schema-value `limit` takes at least 1, not 0."],
  },
]);

const LINKED = `programs: { p: { classic: "ret #0" } }
nodes: { a: { kind: bridge }, b: { kind: bridge, interfaces: { p9: } } }
links:
  - { endpoints: ["a:p1", "b:p1"] }
  - { endpoints: ["a:p2", "b:p2"] }
`;

const ATTACHED = `programs: { p: { classic: "ret #0" }, x: { classic: "ret #2" }, g: { classic: "ret #1" } }
nodes:
  a: { kind: host, interfaces: { e0: { address: 10.0.0.1/24, xdp: x }, e1: }, cgroups: { /one: { ingress: [g] }, /two: {} }, sockets: { s: { kind: udp, port: 7 }, one: { kind: udp, port: 8, filter: p } } }
  b: { kind: bridge, interfaces: { p9: } }
`;

refuses("steps that attach", `${ATTACHED}steps:\n`, [
  {
    name: "no program",
    yaml: '  - { at: 1s, attach: "a:e0" }',
    want: ["1:5 schema-missing-key An attach step needs one of `xdp`, `filter`, `ingress`, `egress`."],
  },
  {
    name: "a program of another place",
    yaml: '  - { at: 1s, attach: "a:e0", filter: p }',
    want: [
      "1:15 schema-missing-key A step that attaches to 'a:e0' needs a program under `xdp`, `ingress` or `egress`.",
    ],
  },
  {
    name: "an unknown program",
    yaml: "  - { at: 1s, attach: a/s, filter: q }",
    want: ["1:36 unknown-reference There is no program 'q'."],
  },
  {
    name: "an unknown interface",
    yaml: '  - { at: 1s, attach: "a:e7", xdp: x }',
    want: ["1:23 unknown-reference 'a' has no interface 'e7'."],
  },
  {
    name: "an unknown socket",
    yaml: "  - { at: 1s, attach: a/x, filter: p }",
    want: ["1:23 unknown-reference 'a' has no socket and no control group 'x'."],
  },
  {
    name: "an unknown node",
    yaml: "  - { at: 1s, detach: c/x }",
    want: ["1:23 unknown-reference There is no node 'c'."],
  },
  {
    name: "a node alone",
    yaml: "  - { at: 1s, detach: a }",
    want: ["1:23 schema-value 'a' names nothing that programs are attached to."],
  },
  {
    name: "an interface of a bridge",
    yaml: '  - { at: 1s, attach: "b:p9", xdp: x }',
    want: ["1:23 bad-topology 'b' is no host: its interfaces take no programs."],
  },
  {
    name: "nothing to detach",
    yaml: '  - { at: 1s, detach: "a:e1" }\n  - { at: 1s, detach: a/s, hook: filter }\n  - { at: 1s, detach: a/two, program: g }',
    want: [
      "1:15 bad-topology No program is attached at 'a:e1' then (ENOENT).",
      "2:34 bad-topology No program of 'filter' is attached at 'a/s' then (ENOENT).",
      "3:39 bad-topology No program of 'g' is attached at 'a/two' then (ENOENT).",
    ],
  },
  {
    name: "detached twice, in the order of time",
    yaml: '  - { at: 2s, detach: "a:e0" }\n  - { at: 1s, detach: "a:e0" }',
    want: ["1:15 bad-topology No program is attached at 'a:e0' then (ENOENT)."],
  },
  {
    name: "attached twice to a control group",
    yaml: "  - { at: 1s, attach: a/two, egress: g }\n  - { at: 2s, attach: a/two, egress: g }",
    want: ["2:15 bad-topology Program 'g' is attached at 'a/two' already (EINVAL)."],
  },
  {
    name: "one of several",
    yaml: "  - { at: 1s, detach: a/one }",
    want: ["1:15 bad-topology At 'a/one' there are filter p, ingress g then."],
  },
]);

refuses("steps", `${LINKED}steps:\n`, [
  {
    name: "nothing to do",
    yaml: "  - { at: 1s }",
    want: [
      "1:5 schema-missing-key A step needs one of `replace`, `map`, `attach`, `detach`, `tc`, `ofctl`, `cut`, `mend`, `impair`.",
    ],
  },
  {
    name: "a slip",
    yaml: '  - { at: 1s, cutt: "a:p1" }',
    want: ["1:15 schema-unknown-key `cutt` is not a key of a step."],
  },
  {
    name: "two things to do",
    yaml: '  - { at: 1s, cut: "a:p1", mend: "a:p1" }',
    want: ["1:28 schema-unknown-key `mend` is not a key of a cut step."],
  },
  { name: "no time", yaml: '  - { cut: "a:p1" }', want: ["1:5 schema-missing-key A cut step needs `at`."] },
  {
    name: "a bad time",
    yaml: '  - { at: 1, cut: "a:p1" }',
    want: ["1:11 bad-quantity '1' has no unit; a duration needs one."],
  },
  {
    name: "an unknown link",
    yaml: '  - { at: 1s, cut: "a:p9" }',
    want: ["1:20 unknown-reference There is no link with the end 'a:p9'."],
  },
  {
    name: "ends of two links",
    yaml: '  - { at: 1s, mend: ["a:p1", "b:p2"] }',
    want: ["1:21 unknown-reference These two interfaces are not the ends of one link."],
  },
  {
    name: "no settings",
    yaml: '  - { at: 1s, impair: "a:p1" }',
    want: [
      "1:5 schema-missing-key An impair step needs one of `delay`, `jitter`, `rate`, `loss`, `duplicate`, `corrupt`, `mtu`, `queue`.",
    ],
  },
  {
    name: "the end of another link",
    yaml: '  - { at: 1s, impair: "a:p1", from: "b:p2", delay: 1ms }',
    want: ["1:37 unknown-reference 'b:p2' is not an end of this link."],
  },
  {
    name: "an unknown program",
    yaml: "  - { at: 1s, replace: { program: q, with: p } }",
    want: ["1:35 unknown-reference There is no program 'q'."],
  },
  {
    name: "an unknown replacement",
    yaml: "  - { at: 1s, replace: { program: p, with: q } }",
    want: ["1:44 unknown-reference There is no program 'q'."],
  },
  {
    name: "no replacement",
    yaml: "  - { at: 1s, replace: { program: p } }",
    want: ["1:15 schema-missing-key A replacement needs `with`."],
  },
]);

refuses(
  "references to a link that is itself wrong",
  `nodes: { a: { kind: bridge } }\nlinks: [ { endpoints: ["a:p1", "a:p1"] } ]\n`,
  [
    {
      name: "are no second problem",
      yaml: 'steps: [ { at: 1s, cut: "a:p1" } ]',
      want: ["0:32 bad-topology The link joins 'a:p1' to itself."],
    },
  ],
);

refuses("references to what could not be read", "", [
  {
    name: "are no second problem",
    yaml: `programs: { p: {} }
nodes: { a: { kind: host, sockets: { s: { kind: upd, filter: p }, t: { kind: packet, filter: p } } }, b: { kind: obs } }
traffic: [ { at: "b:eth0", ether: {} }, { flow: icmp, from: b, to: b } ]
steps: [ { at: 1s, replace: { program: p, with: p } } ]
expect: [ { socket: a/s, received: 1 }, { socket: b/x, received: 1 }, { interface: "b:eth7", sent: 1 } ]`,
    want: [
      "1:13 schema-missing-key A program needs `classic`.",
      "2:49 schema-value `kind` takes packet, udp, tcp or raw, not 'upd'.",
      "2:114 schema-value `kind` takes host, bridge or ovs, not 'obs'.",
    ],
  },
]);

refuses(
  "expectations",
  `${LINKED.replace("a: { kind: bridge }", "a: { kind: bridge }, h: { kind: host, sockets: { web: { kind: tcp, port: 80 } } }")}expect:\n`,
  [
    {
      name: "nothing",
      yaml: "  - {}",
      want: [
        "1:5 schema-missing-key An expectation needs one of `socket`, `interface`, `link`, `drops`, `class`, `qdisc`, `map`, `call`, `process`, `run`.",
      ],
    },
    {
      name: "a slip",
      yaml: "  - { sokcet: h/web, received: 1 }",
      want: [
        "1:7 schema-unknown-key `sokcet` is not a key of an expectation.",
        "1:22 schema-unknown-key `received` is not a key of an expectation.",
      ],
    },
    {
      name: "nothing expected of a socket",
      yaml: "  - { socket: h/web }",
      want: ["1:5 schema-missing-key A socket expectation needs a further key that says what it expects."],
    },
    {
      name: "nothing expected of an interface",
      yaml: '  - { interface: "a:p1" }',
      want: ["1:5 schema-missing-key An interface expectation needs a further key that says what it expects."],
    },
    {
      name: "nothing expected of a link",
      yaml: '  - { link: "a:p1" }',
      want: [
        "1:5 schema-missing-key A link expectation needs one of `sent`, `sentBytes`, `delivered`, `dropped`, `duplicated`, `corrupted`, `inFlight`.",
      ],
    },
    {
      name: "an unknown socket",
      yaml: "  - { socket: h/wbe, received: 1 }",
      want: ["1:15 unknown-reference 'h' has no socket 'wbe'."],
    },
    {
      name: "an unknown node",
      yaml: "  - { socket: x/web, received: 1 }",
      want: ["1:15 unknown-reference There is no node 'x'."],
    },
    {
      name: "no socket",
      yaml: "  - { socket: h, received: 1 }",
      want: ["1:15 schema-value 'h' does not name a socket of a node."],
    },
    {
      name: "an unknown counter",
      yaml: "  - { socket: h/web, recieved: 1, received: 1 }",
      want: ["1:22 schema-unknown-key `recieved` is not a key of a socket expectation."],
    },
    {
      name: "bad tests of counts",
      yaml: '  - { socket: h/web, received: ">> 5", seen: -1, dropped: 1.5, trimmed: [] }',
      want: [
        "1:32 bad-quantity '>> 5' is not a test of a count.",
        "1:46 bad-quantity '-1' is not a test of a count.",
        "1:59 schema-type `dropped` takes a test of a count such as 10, not the number 1.5.",
        "1:73 schema-type `trimmed` takes a test of a count such as 10, not a list.",
      ],
    },
    {
      name: "bad lengths",
      yaml: "  - { socket: h/web, lengths: [a, -1] }",
      want: [
        "1:32 schema-type `lengths[0]` takes a whole number, not the text 'a'.",
        "1:35 schema-value `lengths[1]` takes at least 0, not -1.",
      ],
    },
    {
      name: "bad bytes",
      yaml: '  - { socket: h/web, contains: [{ hex: 0g }, { hex: "" }, {}, "", { hex: "00", text: x }] }',
      want: [
        "1:40 schema-value '0g' is not bytes in hexadecimal.",
        "1:53 schema-value `hex` takes text that is not empty, not ''.",
        "1:53 schema-value '' is not bytes in hexadecimal.",
        "1:59 schema-missing-key A bytes needs one of `hex`, `text`.",
        "1:63 schema-value `contains[3]` takes text that is not empty, not ''.",
        "1:67 schema-missing-key A bytes takes only one of `hex`, `text`.",
      ],
    },
    {
      name: "an unknown interface",
      yaml: '  - { interface: "a:p3", sent: 1 }',
      want: ["1:18 unknown-reference 'a' has no interface 'p3'."],
    },
    {
      name: "an unknown link",
      yaml: '  - { link: "a:p3", sent: 1 }',
      want: ["1:13 unknown-reference There is no link with the end 'a:p3'."],
    },
    {
      name: "the end of another link",
      yaml: '  - { link: "a:p1", from: "a:p2", sent: 1 }',
      want: ["1:27 unknown-reference 'a:p2' is not an end of this link."],
    },
    {
      name: "an unknown reason",
      yaml: "  - { drops: NO_SOKET, count: 1 }",
      want: [expect.stringMatching(/^1:14 schema-value `drops` takes one of \d+ names, not 'NO_SOKET'\.$/)],
    },
    {
      name: "drops without count",
      yaml: "  - { drops: NO_SOCKET }",
      want: ["1:5 schema-missing-key A drop expectation needs `count`."],
    },
    {
      name: "an empty run",
      yaml: "  - { run: {} }",
      want: [
        "1:7 schema-missing-key A mapping of totals needs one of `created`, `copied`, `delivered`, `dropped`, `queued`, `events`, `time`.",
      ],
    },
    {
      name: "an unknown total",
      yaml: "  - { run: { deliverd: 1 } }",
      want: ["1:14 schema-unknown-key `deliverd` is not a key of a mapping of totals."],
    },
  ],
);

describe("problems as a whole", () => {
  it("are all told at once, in the file's order", () => {
    const yaml = `expect: [ { socket: a/x, received: 1 } ]
nodes:
  a: { kind: host, ttl: 0, interfaces: { eth0: { address: x } } }
links: [ { endpoints: ["a:eth0", "b:eth0"], delay: 5 } ]
nam: x
`;
    expect(problemsIn(yaml)).toEqual([
      "1:21 unknown-reference 'a' has no socket 'x'.",
      "3:25 schema-value `ttl` takes at least 1, not 0.",
      "3:59 bad-address 'x' is not an IP address.",
      "4:34 unknown-reference There is no node 'b'.",
      "4:52 bad-quantity '5' has no unit; a duration needs one.",
      "5:1 schema-unknown-key `nam` is not a key of a topology.",
    ]);
  });

  it("are told once for what aliases repeat", () => {
    const yaml = `nodes: { a: { kind: bridge }, b: { kind: bridge } }
links:
  - { endpoints: ["a:p1", "b:p1"], <<: &slow { delay: 5 } }
  - { endpoints: ["a:p2", "b:p2"], <<: *slow }
`;
    expect(problemsIn(yaml)).toEqual(["3:55 bad-quantity '5' has no unit; a duration needs one."]);
  });

  it("come with the span of what is wrong", () => {
    const [problem] = diagnosticsOf(() => load("nodes: { a: { kind: hosst } }"));
    expect(problem!.place).toMatchObject({ line: 1, column: 21, endColumn: 26 });
  });
});

describe("hints", () => {
  it.each([
    { yaml: "nodes: { a: { kind: hosst } }", want: "Did you mean `host`?" },
    { yaml: "nodes: { a: { kind: host, socket: {} } }", want: "Did you mean `sockets`?" },
    {
      yaml: 'nodes: { a: { kind: host, sockets: { s: { kind: packet, filter: ssh } } } }\nprograms: { ssh2: { classic: "ret #0" } }',
      want: "Did you mean `ssh2`?",
    },
    { yaml: "nodes: { a: { kind: host } }\nname: 5", want: 'To have it as text, put it in quotes: "5".' },
    {
      yaml: 'nodes: { a: { kind: bridge }, b: { kind: bridge } }\nlinks: [ { endpoints: ["a:p", "b:p"], loss: 5 } ]',
      want: "For 5 percent write 5%.",
    },
    {
      yaml: "nodes: { a: { kind: host, interfaces: { e: { address: 10.0.0.1 } } } }",
      want: "Write 10.0.0.1/24 for a network of that size, or 10.0.0.1/32 for this address alone.",
    },
    {
      yaml: "nodes: { a: { kind: host } }\nexpect: [ { drops: NO_SOKET, count: 0 } ]",
      want: "Did you mean `NO_SOCKET`?",
    },
    {
      yaml: "nodes: { client: { kind: host } }\ntraffic: [ { from: cleint, udp: {} } ]",
      want: "Did you mean `client`?",
    },
    {
      yaml: 'nodes: { alpha: { kind: bridge }, beta: { kind: bridge } }\nexpect: [ { interface: "xyz:q", sent: 1 } ]',
      want: "There are: alpha, beta.",
    },
    {
      yaml: 'nodes: { alpha: { kind: bridge } }\nexpect: [ { interface: "xyz:q", sent: 1 } ]',
      want: "There is only alpha.",
    },
    {
      yaml: 'nodes: { alpha: { kind: bridge } }\nexpect: [ { interface: "alpha:q", sent: 1 } ]',
      want: "There is none.",
    },
    {
      yaml: 'nodes: { "a b": { kind: host } }',
      want: "A name here has letters, digits, '_', '-' and '.', and begins with a letter, a digit or '_'.",
    },
  ])("$want", ({ yaml, want }) => {
    expect(hintsIn(yaml)).toEqual([want]);
  });
});
