import { describe, expect, it } from "vitest";
import type { Host } from "../../src/network/host.ts";
import { bytes, ethernet, filler, icmp, ip, ipv4, mac, sealed, udp } from "./frames.ts";
import { Stage } from "./stage.ts";

const SECOND = 1e9;

/** client - r1 - r2 - server, with an MTU of 1300 between the routers. */
function chain(mtu = 1300) {
  const stage = new Stage();
  const client = stage.host("client", {
    interfaces: { eth0: { mac: "02:00:00:00:01:01", addresses: ["10.1.0.2/24", "2001:db8:1::2/64"] } },
    routes: ["0.0.0.0/0 via 10.1.0.1", "::/0 via 2001:db8:1::1"],
  });
  const r1 = stage.host("r1", {
    interfaces: {
      eth0: { mac: "02:00:00:00:02:01", addresses: ["10.1.0.1/24", "2001:db8:1::1/64"] },
      eth1: { mac: "02:00:00:00:02:02", addresses: ["10.2.0.1/24", "2001:db8:2::1/64"], mtu },
    },
    routes: ["10.3.0.0/16 via 10.2.0.2", "2001:db8:3::/48 via 2001:db8:2::2"],
    forwarding: true,
  });
  const r2 = stage.host("r2", {
    interfaces: {
      eth0: { mac: "02:00:00:00:03:01", addresses: ["10.2.0.2/24", "2001:db8:2::2/64"], mtu },
      eth1: { mac: "02:00:00:00:03:02", addresses: ["10.3.0.1/24", "2001:db8:3::1/64"] },
    },
    routes: ["0.0.0.0/0 via 10.2.0.1", "::/0 via 2001:db8:2::1"],
    forwarding: true,
  });
  const server = stage.host("server", {
    interfaces: { eth0: { mac: "02:00:00:00:04:01", addresses: ["10.3.0.2/24", "2001:db8:3::2/64"] } },
    routes: ["0.0.0.0/0 via 10.3.0.1", "::/0 via 2001:db8:3::1"],
  });
  const device = (host: Host, name: string) => host.interfaces.get(name)!;
  stage.connect(device(client, "eth0"), device(r1, "eth0"), { delay: 1000 });
  stage.connect(device(r1, "eth1"), device(r2, "eth0"), { delay: 1000 });
  stage.connect(device(r2, "eth1"), device(server, "eth0"), { delay: 1000 });
  /** ICMP errors that the client gets: type and code. */
  const errors: string[] = [];
  for (const protocol of [17, 1, 58])
    client.ip.icmp.listeners.set(protocol, {
      icmpError: (family, type, code, _inner, _length, info) => errors.push(`v${family} ${type}/${code} ${info}`),
    });
  return { stage, client, r1, r2, server, errors };
}

/** Lets the client send a UDP datagram with that TTL. */
function probe({ stage, client }: ReturnType<typeof chain>, ttl: number, destination = "10.3.0.2"): void {
  const packet = sealed(ipv4({ source: "10.1.0.2", destination, protocol: 17, ttl }, udp(4000, 33_434, filler(8))));
  const skb = stage.frame(packet);
  skb.protocol = 0x0800;
  client.ip.output(skb, 4);
  stage.wait(SECOND);
}

describe("two routers", () => {
  it("carry datagrams and echoes both ways, one hop a time", () => {
    const net = chain();
    const { stage, client, server } = net;
    const heard = stage.udp(server, { port: 7 });
    const sniffer = stage.packetSocket(server);
    const answered: number[] = [];
    client.ip.udp.send(4, ip("10.3.0.2"), 4000, 7, 5);
    client.ip.udp.send(6, ip("2001:db8:3::2"), 4000, 7, 6);
    client.ip.icmp.echo(4, ip("10.3.0.2"), 1, 1, 10, () => answered.push(4));
    client.ip.icmp.echo(6, ip("2001:db8:3::2"), 1, 1, 10, () => answered.push(6));
    stage.run(5 * SECOND);
    expect(heard.packets.map((packet) => packet.length / 2).sort()).toEqual([5, 6]);
    expect(answered.sort()).toEqual([4, 6]);
    const ttls = sniffer.packets.filter(
      (_, i) => sniffer.types[i] === 0 && sniffer.packets[i]!.slice(24, 28) === "0800",
    );
    expect(new Set(ttls.map((packet) => Number.parseInt(packet.slice(44, 46), 16)))).toEqual(new Set([62]));
    expect(stage.drops).toEqual({});
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("traceroute: each hop answers for itself, the server with port unreachable", () => {
    const net = chain();
    const sniffer = net.stage.packetSocket(net.client, { protocol: 0x0800 });
    for (const ttl of [1, 2, 3]) probe(net, ttl);
    const from = sniffer.packets.map((packet) => [
      bytes(Buffer.from(packet.slice(52, 60), "hex")).join("."),
      packet.slice(68, 72),
    ]);
    expect(from).toEqual([
      ["10.1.0.1", "0b00"],
      ["10.2.0.2", "0b00"],
      ["10.3.0.2", "0303"],
    ]);
    expect(net.stage.drops).toEqual({ IP_INHDR: 2, NO_SOCKET: 1 });
  });

  it("say where there is no route, and when a neighbour does not answer", () => {
    const net = chain();
    probe(net, 64, "10.9.0.1");
    probe(net, 64, "10.3.0.77");
    net.stage.wait(5 * SECOND);
    expect(net.errors).toEqual(["v4 3/0 0", "v4 3/1 0"]);
    expect(net.stage.drops).toEqual({ IP_INNOROUTES: 1, NEIGH_FAILED: 1 });
  });

  it("a router's path MTU is learnt, and from then on datagrams are cut to it", () => {
    const net = chain();
    const { stage, client, server } = net;
    const heard = stage.udp(server, { port: 7 });
    for (let i = 0; i < 2; i++) {
      client.ip.udp.send(4, ip("10.3.0.2"), 4000, 7, 1400);
      client.ip.udp.send(6, ip("2001:db8:3::2"), 4000, 7, 1401);
      stage.wait(SECOND);
    }
    expect(net.errors).toEqual(["v4 3/4 1300", "v6 2/0 1300"]);
    expect(heard.packets.map((packet) => packet.length / 2).sort()).toEqual([1400, 1401]);
    expect(client.ip.pathMtu(4, ip("10.3.0.2"), 0)).toBe(1300);
    expect(client.ip.pathMtu(4, ip("10.3.0.3"), 0)).toBe(1500);
    expect(stage.drops).toEqual({ PKT_TOO_BIG: 2 });
    expect(stage.unaccounted).toEqual([0, 0]);
    // It is forgotten after ten minutes.
    stage.wait(601 * SECOND);
    expect(client.ip.pathMtu(4, ip("10.3.0.2"), 0)).toBe(1500);
  });

  it("nobody makes the path MTU smaller than 552 bytes, or believes a packet that was never sent", () => {
    const { stage, client, r1 } = chain();
    const quote = (source: string) => ipv4({ source, destination: "10.3.0.2", protocol: 17 }, udp(1, 2, filler(8)));
    const lie = (source: string, mtu: number) =>
      ipv4({ source: "10.1.0.1", destination: "10.1.0.2", protocol: 1 }, icmp(3, 4, mtu, quote(source)));
    const to = client.interfaces.get("eth0")!;
    const frame = (packet: Uint8Array) => ethernet("02:00:00:00:01:01", "02:00:00:00:02:01", 0x0800, packet);
    stage.receive(to, frame(lie("10.9.9.9", 600)));
    expect(client.ip.pathMtu(4, ip("10.3.0.2"), 0)).toBe(1500);
    stage.receive(to, frame(lie("10.1.0.2", 68)));
    expect(client.ip.pathMtu(4, ip("10.3.0.2"), 0)).toBe(552);
    expect(r1.ip.pathMtu(4, ip("10.3.0.2"), 0)).toBe(1300);
  });

  it("a datagram larger than the sender's own MTU goes out in fragments", () => {
    const { stage, client, server } = chain(1500);
    const heard = stage.udp(server, { port: 7 });
    client.ip.udp.send(4, ip("10.3.0.2"), 4000, 7, 5000);
    client.ip.udp.send(6, ip("2001:db8:3::2"), 4000, 7, 5001);
    client.ip.icmp.echo(4, ip("10.3.0.2"), 1, 1, 4000);
    client.ip.icmp.echo(6, ip("2001:db8:3::2"), 1, 1, 4000);
    stage.run(SECOND);
    expect(heard.packets.map((packet) => packet.length / 2).sort()).toEqual([5000, 5001]);
    for (const packet of heard.packets)
      expect(packet.slice(-8)).toBe(packet.length === 10_000 ? "84858687" : "85868788");
    expect(server.ip.icmp.answered).toBe(2);
    expect(stage.drops).toEqual({});
    expect(stage.unaccounted).toEqual([0, 0]);
  });
});

describe("redirects", () => {
  /** A host and two routers on one network; the host's default router is the wrong one for 10.9.0.0/16. */
  function triangle(followsRedirects = true) {
    const stage = new Stage();
    const host = stage.host("host", {
      interfaces: { eth0: { mac: "02:00:00:00:00:01", addresses: ["10.0.0.1/24"] } },
      routes: ["0.0.0.0/0 via 10.0.0.2"],
      forwarding: !followsRedirects,
    });
    const wrong = stage.host("wrong", {
      interfaces: { eth0: { mac: "02:00:00:00:00:02", addresses: ["10.0.0.2/24"] } },
      routes: ["10.9.0.0/16 via 10.0.0.3"],
      forwarding: true,
    });
    const right = stage.host("right", {
      interfaces: { eth0: { mac: "02:00:00:00:00:03", addresses: ["10.0.0.3/24", "10.9.0.1/16"] } },
    });
    const bridge = stage.bridge("bridge", ["p1", "p2", "p3"]);
    for (const [i, node] of [host, wrong, right].entries())
      stage.connect(node.interfaces.get("eth0")!, bridge.interfaces.get(`p${i + 1}`)!, { delay: 100 });
    const heard = stage.udp(right, { port: 7 });
    const send = () => {
      host.ip.udp.send(4, ip("10.9.0.1"), 4000, 7, 5);
      stage.wait(SECOND);
    };
    return { stage, host, wrong, heard, send };
  }

  it("a router tells of the better one, and the host goes there from then on", () => {
    const { stage, wrong, heard, send } = triangle();
    const passing = stage.packetSocket(wrong, { protocol: 0x0800 });
    send();
    send();
    expect(heard.packets).toHaveLength(2);
    expect(wrong.ip.icmp.errors.sent).toBe(1);
    expect(passing.packets).toHaveLength(1);
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("a router follows none", () => {
    const { wrong, heard, send } = triangle(false);
    for (let i = 0; i < 3; i++) send();
    expect(heard.packets).toHaveLength(3);
    expect(wrong.ip.icmp.errors.sent).toBeGreaterThan(1);
  });

  it("stop after nine that were ignored", () => {
    const { stage, wrong, send } = triangle(false);
    for (let i = 0; i < 20; i++) send();
    const sent = wrong.ip.icmp.errors.sent;
    for (let i = 0; i < 6; i++) send();
    expect(sent).toBe(9);
    expect(wrong.ip.icmp.errors.sent).toBe(9);
    stage.wait(25 * SECOND);
    send();
    expect(wrong.ip.icmp.errors.sent).toBe(10);
  });
});

describe("limits of ICMP errors", () => {
  /** How many of `count` datagrams to a closed port are answered, sent at once after `pause` seconds. */
  function bursts(family: 4 | 6, counts: readonly [count: number, pause: number][]): number[] {
    const stage = new Stage();
    const host = stage.host("host", {
      interfaces: { eth0: { mac: "02:00:00:00:00:01", addresses: ["10.0.0.1/24", "2001:db8::1/64"] } },
    });
    const eth0 = host.interfaces.get("eth0")!;
    stage.far(eth0);
    const far = bytes(ip("10.0.0.9"), mac("02:00:00:00:00:09"));
    const far6 = bytes(ip("2001:db8::9"), mac("02:00:00:00:00:09"));
    host.ip.neighbours.learn(eth0, 4, far, 0, 4, { create: true, override: true });
    host.ip.neighbours.learn(eth0, 6, far6, 0, 16, { create: true, override: true });
    return counts.map(([count, pause]) => {
      stage.wait(pause * SECOND);
      const before = host.ip.icmp.errors.sent;
      for (let i = 0; i < count; i++) {
        const skb = stage.frame(
          sealed(
            family === 4
              ? ipv4({ source: "10.0.0.9", destination: "10.0.0.1", protocol: 17 }, udp(1, 9, filler(4)))
              : ipv6Datagram(),
          ),
        );
        skb.data -= 14;
        skb.length += 14;
        const { bytes: memory } = stage.store;
        memory.set(mac("02:00:00:00:00:01"), skb.data);
        memory.set([family === 4 ? 8 : 0x86, family === 4 ? 0 : 0xdd], skb.data + 12);
        eth0.receive(skb);
      }
      return host.ip.icmp.errors.sent - before;
    });
  }

  const ipv6Datagram = () => {
    const packet = bytes([0x60, 0, 0, 0, 0, 12, 17, 64], ip("2001:db8::9"), ip("2001:db8::1"), udp(1, 9, filler(4)));
    return packet;
  };

  // Measured on Linux 6.18 (icmp_ratelimit 1000 ms; icmp/ratelimit 100 ms): a burst of six, then one for each interval.
  it("six at once, then one a second over IPv4", () => {
    expect(
      bursts(4, [
        [20, 0],
        [20, 1],
        [20, 3],
        [20, 100],
      ]),
    ).toEqual([6, 1, 3, 6]);
  });

  it("six at once, then one each tenth of a second over IPv6", () => {
    expect(
      bursts(6, [
        [20, 0],
        [20, 0.1],
        [20, 0.3],
        [20, 100],
      ]),
    ).toEqual([6, 1, 3, 6]);
  });
});
