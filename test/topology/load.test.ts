import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatMac } from "../../src/packet/address.ts";
import { formatAddress } from "../../src/topology/address-with-prefix.ts";
import type { BridgeModel, FlowTraffic, HostModel, PacketTraffic, ReplayTraffic } from "../../src/topology/model.ts";
import { EVERYTHING } from "./everything.ts";
import { load, PARTS } from "./loading.ts";

const directory = mkdtempSync(join(tmpdir(), "netsim-topology-"));
const FILE = join(directory, "everything.yaml");
mkdirSync(join(directory, "policies"));
mkdirSync(join(directory, "captures"));
writeFileSync(join(directory, "policies", "ssh.bpf"), "ret #7\n");
writeFileSync(join(directory, "captures", "web.pcap"), "");
afterAll(() => rmSync(directory, { recursive: true }));

describe("a topology with every key", () => {
  const topology = load(EVERYTHING, PARTS, FILE);
  const client = topology.nodes.get("client") as HostModel;

  it("has its own settings", () => {
    expect(topology).toMatchObject({
      file: FILE,
      name: "everything",
      seed: 2n ** 64n - 1n,
      until: 2e9,
      maxPackets: 100_000,
      epoch: { seconds: 1_714_564_800, nanoseconds: 500_000_000 },
    });
  });

  it("has programs with their text, file and line", () => {
    const programs = [...topology.programs.values()].map(({ name, language, text, file, lineOffset, place }) => ({
      name: name.replace(FILE, "FILE"),
      language,
      text,
      file: file.replace(directory, "DIR"),
      lineOffset,
      line: place.line,
    }));
    expect(programs).toEqual([
      {
        name: "from-file",
        language: "classic",
        text: "ret #7\n",
        file: join("DIR", "policies", "ssh.bpf"),
        lineOffset: 0,
        line: 9,
      },
      {
        name: "in-place",
        language: "classic",
        text: "ldh [12]\nret a\n",
        file: join("DIR", "everything.yaml"),
        lineOffset: 11,
        line: 11,
      },
      {
        name: "FILE:29:57",
        language: "classic",
        text: "ret #0",
        file: join("DIR", "everything.yaml"),
        lineOffset: 28,
        line: 29,
      },
    ]);
    // The offset leads from a line of the text to the file's.
    const lines = EVERYTHING.split("\n");
    expect(lines[11]).toContain("ldh [12]");
    expect(lines[28]).toContain("ret #0");
  });

  it("has interfaces with index, address and MAC", () => {
    const interfaces = [...topology.nodes.values()].flatMap((node) =>
      [...node.interfaces.values()].map(
        ({ name, index, mac, mtu, addresses }) =>
          `${node.name}:${name} ${index} ${formatMac(mac)} ${mtu} ${addresses.map((address) => `${formatAddress(address)}/${address.prefix}`).join(" ")}`,
      ),
    );
    expect(interfaces).toEqual([
      "client:eth0 2 0a:00:00:00:00:01 9000 10.0.0.1/24 fd00::1/64",
      "client:eth1 3 02:00:00:01:00:03 1500 ",
      "switch:p1 2 02:00:00:00:00:99 1500 ",
      "switch:p2 3 02:00:00:02:00:03 1500 ",
      "server:eth0 2 02:00:00:03:00:02 1500 10.0.0.2/24",
      "server:eth1 3 02:00:00:03:00:03 1500 ",
      "server:eth2 4 02:00:00:03:00:04 1500 ",
      ...[0, 1, 2, 3, 4, 5, 6].map((i) => `queues:e${i} ${i + 2} 02:00:00:04:00:0${i + 2} 1500 `),
      "ovs:eth9 2 02:00:00:05:00:02 1500 192.0.2.1/24",
      ...["vx", "pa", "pb", "tr"].map((name, i) => `ovs:${name} ${i + 3} 02:00:00:05:00:0${i + 3} 1500 `),
      "ovs-2013:p 2 02:00:00:06:00:02 1500 ",
    ]);
  });

  it("has nodes with their settings and defaults", () => {
    expect(client).toMatchObject({ kind: "host", forwarding: true, ttl: 32 });
    expect(topology.nodes.get("server")).toMatchObject({ kind: "host", forwarding: false, ttl: 64, routes: [] });
    expect((topology.nodes.get("switch") as BridgeModel).ageing).toBe(10e9);
    expect((load("nodes: {b: {kind: bridge}}").nodes.get("b") as BridgeModel).ageing).toBe(300e9);
  });

  it("has routes, those of `gateway` last", () => {
    const routes = client.routes.map(
      ({ family, destination, prefix, via, device, metric }) =>
        `${formatAddress({ family, address: destination })}/${prefix} via ${via === undefined ? "-" : formatAddress({ family, address: via })} dev ${device ?? "-"} ${metric}`,
    );
    expect(routes).toEqual([
      "10.1.0.0/16 via 10.0.0.9 dev eth0 5",
      "fd01::/16 via fd00::9 dev - 1024",
      "192.0.2.1/32 via - dev eth1 0",
      "0.0.0.0/0 via 10.0.0.254 dev - 0",
      "::/0 via fd00::fe dev - 1024",
    ]);
  });

  it("has sockets with their attachments", () => {
    const sockets = [...client.sockets.values()].map(({ place: _, attachments, address, ...rest }) => ({
      ...rest,
      ...(address && { address: formatAddress(address) }),
      programs: attachments.map(({ hook, program }) => `${hook} ${program.replace(FILE, "FILE")}`),
    }));
    const base = { type: "raw", protocol: 0, family: 4, echo: false, programs: [] };
    expect(sockets).toEqual([
      {
        ...base,
        name: "sniffer",
        kind: "packet",
        interface: "eth0",
        type: "dgram",
        protocol: 0x0800,
        programs: ["socket-filter from-file"],
      },
      { ...base, name: "number", kind: "packet", protocol: 0x88cc, programs: ["socket-filter FILE:29:57"] },
      {
        ...base,
        name: "udp",
        kind: "udp",
        port: 53,
        address: "10.0.0.1",
        echo: true,
        programs: ["socket-filter in-place"],
      },
      { ...base, name: "web", kind: "tcp", port: 80 },
      { ...base, name: "ping", kind: "raw", protocol: 58, family: 6 },
      { ...base, name: "other", kind: "raw", protocol: 200, family: 6, address: "fd00::1" },
    ]);
  });

  it("has links with settings for each direction", () => {
    const whole = {
      delay: 50_000,
      jitter: 5000,
      rate: 1e9,
      loss: 0.001,
      duplicate: 0.01,
      corrupt: 0.01,
      mtu: 1500,
      queue: 10,
    };
    const none = { delay: 0, jitter: 0, rate: 0, loss: 0, duplicate: 0, corrupt: 0, mtu: 0, queue: 1000 };
    expect(topology.links.map(({ place: _, ...link }) => link)).toEqual([
      {
        name: "client:eth0 - switch:p1",
        ends: [
          { node: "client", interface: "eth0" },
          { node: "switch", interface: "p1" },
        ],
        directions: [whole, { ...whole, delay: 1e6, loss: 0 }],
      },
      {
        name: "server:eth0 - switch:p2",
        ends: [
          { node: "server", interface: "eth0" },
          { node: "switch", interface: "p2" },
        ],
        directions: [none, none],
      },
    ]);
  });

  it("has traffic with its schedule", () => {
    const [tcp, list, poisson, flow, ping, ...replays] = topology.traffic;
    const constant = { start: 0, count: 1, every: 0, process: "constant" };
    expect(tcp).toMatchObject({ kind: "packet", from: { node: "client" }, to: { node: "server" }, direction: "out" });
    expect((tcp as PacketTraffic).schedule).toEqual({ ...constant, start: 1e6, count: 10, every: 1e6 });
    expect((tcp as PacketTraffic).packet.layers.map(({ kind }) => kind)).toEqual(["tcp"]);
    expect(list).toMatchObject({ from: { node: "client", interface: "eth0" }, direction: "in" });
    expect(list).not.toHaveProperty("to");
    expect((list as PacketTraffic).schedule).toEqual({ ...constant, count: 3, every: 1e9 / 3 });
    expect((list as PacketTraffic).packet.layers.map(({ kind }) => kind)).toEqual(["ether", "ipv4", "udp"]);
    expect(poisson).toMatchObject({
      from: { node: "client", interface: "eth0" },
      to: { node: "server", interface: "eth0" },
    });
    expect((poisson as PacketTraffic).schedule).toEqual({
      start: 0,
      count: Number.POSITIVE_INFINITY,
      until: 1e9,
      every: 1e7,
      process: "poisson",
    });
    expect(flow).toMatchObject({
      kind: "flow",
      protocol: "tcp",
      from: { node: "client" },
      to: { node: "server" },
      port: 80,
      sport: 1000,
      bytes: 1_048_576,
      family: 4,
      schedule: constant,
    });
    expect(ping).toMatchObject({ protocol: "icmp", port: 0, bytes: 56, to: { node: "server", interface: "eth0" } });
    expect((ping as FlowTraffic).schedule).toEqual({ ...constant, count: Number.POSITIVE_INFINITY, every: 1e9 });
    const file = join(directory, "captures", "web.pcap");
    expect((replays as ReplayTraffic[]).map(({ place: _, ...replay }) => replay)).toEqual([
      {
        kind: "replay",
        file,
        at: { node: "client", interface: "eth0" },
        direction: "in",
        start: 1e9,
        limit: 5,
        timing: { kind: "original", speed: 2 },
      },
      {
        kind: "replay",
        file,
        at: { node: "switch", interface: "p2" },
        direction: "out",
        start: 0,
        timing: { kind: "every", every: 1000 },
      },
      {
        kind: "replay",
        file,
        at: { node: "switch", interface: "p2" },
        direction: "out",
        start: 0,
        timing: { kind: "original", speed: 1 },
      },
    ]);
  });

  it("has steps", () => {
    const slow = { delay: 2e6, loss: 0.05 };
    const narrow = { rate: 1e6, jitter: 0, duplicate: 0, corrupt: 0, mtu: 1280, queue: 1 };
    expect(
      topology.steps.flatMap(({ place: _, ...step }) => (step.kind === "map" || step.kind === "tc" ? [] : [step])),
    ).toEqual([
      { at: 1e9, kind: "replace", program: "in-place", with: topology.programs.get("from-file") },
      {
        at: 1e9,
        kind: "replace",
        program: "from-file",
        with: expect.objectContaining({ text: "ret #1", lineOffset: 88 }),
      },
      { at: 1e9, kind: "cut", link: 0 },
      { at: 1.1e9, kind: "mend", link: 0 },
      { at: 1.2e9, kind: "impair", link: 0, directions: [slow, slow] },
      { at: 1.2e9, kind: "impair", link: 1, directions: [{}, narrow] },
      { at: 1e9, kind: "ofctl", node: "ovs", commands: [expect.objectContaining({ text: "add-flow actions=drop" })] },
      {
        at: 1e9,
        kind: "attach",
        point: { kind: "interface", node: "client", name: "eth0" },
        hookPlace: "xdp",
        attachment: expect.objectContaining({ hook: "xdp", program: "in-place" }),
      },
      {
        at: 1e9,
        kind: "attach",
        point: { kind: "socket", node: "server", name: "calls" },
        hookPlace: "socket",
        attachment: expect.objectContaining({ hook: "socket-filter", program: "from-file" }),
      },
      {
        at: 1e9,
        kind: "attach",
        point: { kind: "cgroup", node: "server", name: "web" },
        hookPlace: "cgroup-egress",
        attachment: expect.objectContaining({ hook: "cgroup-egress", program: "in-place" }),
      },
      {
        at: 2e9,
        kind: "detach",
        point: { kind: "cgroup", node: "server", name: "web" },
        hookPlace: "cgroup-egress",
        hook: "cgroup-egress",
        program: "in-place",
      },
    ]);
  });

  it("has processes, and expectations about their calls", () => {
    const { processes } = topology.nodes.get("server") as HostModel;
    expect([...processes.keys()]).toEqual(["nginx", "plain"]);
    expect(processes.get("nginx")).toMatchObject({
      architecture: "x86_64",
      noNewPrivileges: true,
      threads: 2,
      filters: [{ program: "from-file" }, { program: "in-place" }],
      calls: [
        { text: "read(0)", result: 0n },
        { text: "close(1)", result: -1n },
      ],
    });
    const [call] = topology.expect.filter(({ subject }) => subject.kind === "call");
    expect(call).toMatchObject({ subject: { node: "server", process: "nginx", index: 1 } });
    expect(Object.fromEntries(call!.answers!)).toEqual({
      answer: "ALLOW",
      outcome: "runs",
      errno: "EPERM",
      signal: "SIGSYS",
      value: "3",
    });
  });

  it("has expectations", () => {
    const got = topology.expect.map(({ place: _, counts, contains, ...rest }) => ({
      ...rest,
      counts: Object.fromEntries([...counts].map(([name, { text }]) => [name, text])),
      ...(contains && { contains: contains.map((bytes) => Buffer.from(bytes).toString("hex")) }),
    }));
    expect(
      got.filter(({ subject }) => ["map", "class", "qdisc", "call", "process"].includes(subject.kind) === false),
    ).toEqual([
      {
        subject: { kind: "socket", node: "client", socket: "sniffer" },
        counts: {
          seen: ">= 1",
          received: "10",
          receivedBytes: "1000..2000",
          trimmed: "0",
          dropped: "!= 5",
          served: "0",
        },
        lengths: [60, 60],
        contains: ["474554", "0d0a", "c3a4"],
      },
      { subject: { kind: "socket", node: "client", socket: "udp" }, counts: {}, contains: ["78"] },
      {
        subject: { kind: "interface", node: "client", interface: "eth0" },
        counts: { sent: "1", sentBytes: "1", received: "1", receivedBytes: "1" },
      },
      {
        subject: { kind: "link", link: 0 },
        counts: {
          sent: "1",
          sentBytes: "1",
          delivered: "1",
          dropped: "1",
          duplicated: "1",
          corrupted: "1",
          inFlight: "0",
        },
      },
      { subject: { kind: "link", link: 0, direction: 1 }, counts: { sent: "1" } },
      { subject: { kind: "drops", reason: "NO_SOCKET" }, counts: { count: "0" } },
      {
        subject: { kind: "run" },
        counts: { created: "1", copied: "1", delivered: "1", dropped: "1", queued: "1", events: "1", time: "1" },
      },
    ]);
  });

  it("has expectations of processes", () => {
    const { subject, answers, counts } = topology.expect.find(({ subject }) => subject.kind === "process")!;
    expect(subject).toEqual({ kind: "process", node: "server", process: "plain" });
    expect(Object.fromEntries(answers!)).toEqual({ ended: "none" });
    expect([...counts.keys()]).toEqual(["calls", "ran", "refused", "undecided", "notMade"]);
  });

  it("has maps, what steps do to them and what they should hold", () => {
    const bytes = (value: unknown) => Buffer.from(value as Uint8Array).toString("hex");
    const ports = topology.maps.get("ports")!;
    expect(ports).toMatchObject({ type: "hash", maxEntries: 16, flags: 1, key: { size: 8 }, value: { size: 8 } });
    expect(ports.contents.map(({ key, value }) => [bytes(key), bytes(value)])).toEqual([
      ["0050000000000000", "0100000000000000"],
    ]);
    expect(topology.maps.get("names")).toMatchObject({
      inner: "ports",
      contents: [{ keyText: "0", value: { kind: "map", name: "ports" } }],
    });
    const steps = topology.steps.flatMap((step) => (step.kind === "map" ? [step.change] : []));
    expect(steps).toMatchObject([
      { kind: "update", flags: 1, errno: "EEXIST", entry: { keyText: '{"port":1,"from":"0.0.0.0"}' } },
      { kind: "delete", keyText: '{"port":80,"from":"10.0.0.1"}' },
      { kind: "check", check: { test: { text: ">= 5" } } },
      { kind: "dump" },
    ]);
    const checks = topology.expect.flatMap(({ subject }) =>
      subject.kind === "map" && subject.check ? [subject.check.test.text] : [],
    );
    expect(checks).toEqual(["1", "absent"]);
  });

  it("remembers places", () => {
    expect(client.place).toEqual({ file: FILE, line: 15, column: 3, endColumn: 9 });
    const lines = EVERYTHING.split("\n");
    for (const [{ place }, start] of [
      [topology.links[1]!, "server:eth0"],
      [topology.traffic[3]!, "flow: tcp"],
      [topology.steps[2]!, "cut"],
      [topology.expect[5]!, "drops"],
    ] as const) {
      expect(lines[place.line! - 1]!.slice(place.column! - 1)).toMatch(/^\{/);
      expect(lines[place.line! - 1]).toContain(start);
    }
  });
});

describe("a policy test", () => {
  it("is no topology, and what runs it is said", () => {
    expect(() => load("program: { filter: ip }\ncases: []\n", PARTS, "t.yaml")).toThrow("'t.yaml' is a policy test");
  });
});

describe("defaults and forms", () => {
  it("takes the name from the file and the seed 1", () => {
    const { name, seed } = load("nodes: {a: {kind: host}}", PARTS, join(directory, "small.net.yaml"));
    expect({ name, seed }).toEqual({ name: "small.net", seed: 1n });
  });

  it.each([
    { have: "18446744073709551615", want: 2n ** 64n - 1n },
    { have: "0xffffffffffffffff", want: 2n ** 64n - 1n },
    { have: "-9223372036854775808", want: -(2n ** 63n) },
    { have: "-1", want: -1n },
    { have: "9007199254740993", want: 9_007_199_254_740_993n },
  ])("keeps the seed $have exact", ({ have, want }) => {
    expect(load(`seed: ${have}\nnodes: {a: {kind: host}}`).seed).toBe(want);
  });

  it("makes MAC addresses that no interface has yet", () => {
    const { nodes } = load(`
nodes:
  a: { kind: host, interfaces: { eth0: {}, eth1: { mac: 02:00:00:01:00:02 }, eth2: { mac: 0200.0001.0005 } } }
`);
    const macs = [...nodes.get("a")!.interfaces.values()].map(({ mac }) => formatMac(mac));
    expect(macs).toEqual(["02:00:00:01:00:03", "02:00:00:01:00:02", "02:00:00:01:00:05"]);
  });

  it("brings interfaces into being that only links name", () => {
    const { nodes } = load(`
nodes: { a: { kind: host }, b: { kind: bridge, interfaces: { p1: } }, c: { kind: host, interfaces: { eth0: {} } } }
links:
  - { endpoints: ["a:eth0", "b:p1"] }
  - { endpoints: ["c:eth0", "b:p2"] }
  - { endpoints: ["c:eth1", "b:p3"] }
`);
    const names = [...nodes.values()].map((node) => [...node.interfaces.keys()].join(" "));
    expect(names).toEqual(["eth0", "p1 p2 p3", "eth0 eth1"]);
  });

  it("lets a packet arrive at the only interface of a host", () => {
    const { traffic } = load(`
nodes: { a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } } }
traffic: [ { from: a, direction: in, udp: {} } ]
`);
    expect(traffic[0]).toMatchObject({ from: { node: "a", interface: "eth0" }, direction: "in" });
  });

  it.each([
    { address: "224.0.0.5", why: "a group" },
    { address: "10.0.0.255", why: "the network's broadcast" },
    { address: "255.255.255.255", why: "the limited broadcast" },
    { address: "127.0.0.1", why: "loopback" },
    { address: '"::1"', why: "IPv6 loopback" },
    { address: '"ff02::1"', why: "an IPv6 group" },
  ])("lets a socket be bound to $why", ({ address }) => {
    const { nodes } = load(`
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    sockets: { s: { kind: udp, port: 1, address: ${address} } }
`);
    expect((nodes.get("a") as HostModel).sockets.get("s")!.address).toBeDefined();
  });

  it.each([
    { schedule: "every: 300ms, for: 1s", count: 4 },
    { schedule: "every: 250ms, for: 1s", count: 4 },
    { schedule: "rate: 3/s, for: 1s", count: 3 },
    { schedule: "rate: 1e6, for: 1s", count: 1e6 },
    { schedule: "rate: 7, for: 10s", count: 70 },
    { schedule: "every: 2s, for: 1s", count: 1 },
    { schedule: "count: 5", count: 5 },
    { schedule: "start: 1s", count: 1 },
  ])("sends $count by { $schedule }", ({ schedule, count }) => {
    const { traffic } = load(`
nodes: { a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } } }
traffic: [ { from: a, udp: {}, ${schedule} } ]
`);
    expect((traffic[0] as PacketTraffic).schedule.count).toBe(count);
  });

  it("takes next hops on the network of an interface, of a device route and on IPv6 links", () => {
    const { nodes } = load(`
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    routes:
      - { to: 10.9.0.0/16, dev: eth0 }
      - { to: default, via: 10.9.0.1 }
      - { to: default, via: "fe80::1", dev: eth0 }
`);
    expect((nodes.get("a") as HostModel).routes.map(({ family, metric }) => `${family} ${metric}`)).toEqual([
      "4 0",
      "4 0",
      "6 1024",
    ]);
  });

  it("reads merge keys and aliases as if they were written out", () => {
    const { links } = load(`
nodes: { a: { kind: bridge }, b: { kind: bridge } }
links:
  - &slow { endpoints: ["a:p1", "b:p1"], delay: 1ms }
  - { <<: *slow, endpoints: ["a:p2", "b:p2"] }
`);
    expect(links[1]!.directions[0].delay).toBe(1e6);
    expect(links[1]!.name).toBe("a:p2 - b:p2");
  });

  it("loads 5,000 hosts on one bridge", () => {
    const hosts = Array.from({ length: 5000 }, (_, i) => i);
    const { nodes, links, traffic } = load(`
nodes:
  sw: { kind: bridge }
${hosts.map((i) => `  h${i}: { kind: host, interfaces: { eth0: { address: 10.${i >> 8}.${i & 255}.1/8 } } }`).join("\n")}
links:
${hosts.map((i) => `  - { endpoints: ["h${i}:eth0", "sw:p${i}"], delay: 50us }`).join("\n")}
traffic:
  - { from: h0, to: h4999, udp: {} }
`);
    expect([nodes.size, links.length, traffic.length]).toEqual([5001, 5000, 1]);
    const macs = new Set(
      [...nodes.values()].flatMap((node) => [...node.interfaces.values()].map(({ mac }) => formatMac(mac))),
    );
    expect(macs.size).toBe(10_000);
  });
});
