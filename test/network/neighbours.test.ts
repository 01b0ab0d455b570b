import { describe, expect, it } from "vitest";
import type { Host } from "../../src/network/host.ts";
import { arp, bytes, ethernet, hex, icmpv6, ip, ipv6, mac, sealed } from "./frames.ts";
import { Stage } from "./stage.ts";

const OWN = "02:00:00:00:00:01";
const PEER = "02:00:00:00:00:02";
const SECOND = 1e9;

function lonely() {
  const stage = new Stage();
  const host = stage.host("host", {
    interfaces: { eth0: { mac: OWN, addresses: ["10.0.0.1/24", "10.0.0.5/24", "2001:db8::1/64"] } },
  });
  const eth0 = host.interfaces.get("eth0")!;
  return { stage, host, eth0, end: stage.far(eth0) };
}

const reply = (sender: string, senderMac = PEER) =>
  ethernet(OWN, senderMac, 0x0806, arp({ operation: 2, senderMac, sender, targetMac: OWN, target: "10.0.0.1" }));

const request = (source: string) =>
  hex(
    ethernet(
      "ff:ff:ff:ff:ff:ff",
      OWN,
      0x0806,
      arp({ operation: 1, senderMac: OWN, sender: source, target: "10.0.0.2" }),
    ),
  );

describe("ARP", () => {
  it("asks three times, a second apart, then tells the sender that the host is unreachable", () => {
    const { stage, host, end } = lonely();
    const sniffer = stage.packetSocket(host, { interface: "lo" });
    host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 5);
    host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 6);
    expect(host.queues.neighbours).toBe(2);
    const asked: [number, number][] = [];
    for (const time of [0, 0.999, 1, 1.999, 2, 2.999]) {
      stage.run(time * SECOND + 1);
      asked.push([time, end.frames.length]);
    }
    expect(asked).toEqual([
      [0, 1],
      [0.999, 1],
      [1, 2],
      [1.999, 2],
      [2, 3],
      [2.999, 3],
    ]);
    expect(end.frames).toEqual(Array(3).fill(request("10.0.0.1")));
    expect(stage.drops).toEqual({});
    stage.run();
    expect(stage.simulation.now).toBe(3 * SECOND);
    expect(stage.drops).toEqual({ NEIGH_FAILED: 2 });
    // Destination host unreachable from and to itself, out and in by the loopback.
    const errors = sniffer.packets.map((packet) => packet.slice(68, 72));
    expect(errors).toEqual(["0301", "0301", "0301", "0301"]);
    expect(host.ip.icmp.errors.sent).toBe(2);
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("sends what waited in its order once the answer is there, and asks no more", () => {
    const { stage, host, eth0, end } = lonely();
    for (const length of [5, 6, 7]) host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, length);
    stage.run(1.5 * SECOND);
    stage.receive(eth0, reply("10.0.0.2"));
    expect(end.frames.slice(2).map((frame) => frame.length / 2 - 42)).toEqual([5, 6, 7]);
    expect(end.frames.at(-1)!.slice(0, 12)).toBe(hex(mac(PEER)));
    stage.run();
    host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 8);
    expect(end.frames).toHaveLength(6);
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("asks with the packet's own source", () => {
    const { host, end } = lonely();
    host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 5, ip("10.0.0.5"));
    expect(end.frames).toEqual([request("10.0.0.5")]);
  });

  it("begins anew after a failure", () => {
    const { stage, host, end } = lonely();
    host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 5);
    stage.run();
    host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 5);
    stage.run();
    expect(end.frames).toHaveLength(6);
    expect(stage.drops).toEqual({ NEIGH_FAILED: 2 });
  });

  it("drops the oldest when too much waits", () => {
    const { stage, host, eth0, end } = lonely();
    for (let i = 0; i < 200; i++) host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 1000 + i);
    // unres_qlen_bytes 212,992.
    const { neighbours } = host.queues;
    expect(neighbours).toBeGreaterThan(90);
    expect(neighbours).toBeLessThan(140);
    expect(stage.drops).toEqual({ NEIGH_QUEUEFULL: 200 - neighbours });
    stage.receive(eth0, reply("10.0.0.2"));
    expect(end.frames.at(-1)!.length / 2).toBe(42 + 1199);
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("learns the asker of a question for this host, and nobody else", () => {
    const { stage, host, eth0 } = lonely();
    const ask = (sender: string, target: string) =>
      ethernet("ff:ff:ff:ff:ff:ff", PEER, 0x0806, arp({ operation: 1, senderMac: PEER, sender, target }));
    stage.receive(eth0, ask("10.0.0.2", "10.0.0.1"));
    stage.receive(eth0, ask("10.0.0.3", "10.0.0.77"));
    stage.receive(eth0, reply("10.0.0.4"));
    const known = ["10.0.0.2", "10.0.0.3", "10.0.0.4"].map((address) =>
      host.ip.neighbours.mac(eth0, 4, ip(address), 0),
    );
    expect(known).toEqual([mac(PEER), undefined, undefined]);
  });

  it("believes the first of several answers within a second, and a later one after it", () => {
    const { stage, host, eth0 } = lonely();
    host.ip.udp.send(4, ip("10.0.0.2"), 4000, 7, 5);
    const other = "02:00:00:00:00:33";
    const known = () => hex(host.ip.neighbours.mac(eth0, 4, ip("10.0.0.2"), 0)!);
    stage.receive(eth0, reply("10.0.0.2"));
    stage.receive(eth0, reply("10.0.0.2", other));
    expect(known()).toBe(hex(mac(PEER)));
    stage.wait(1.5 * SECOND);
    stage.receive(eth0, reply("10.0.0.2", other));
    expect(known()).toBe(hex(mac(other)));
  });

  it("has room for 1024 neighbours", () => {
    const stage = new Stage();
    const host = stage.host("host", { interfaces: { eth0: { mac: OWN, addresses: ["10.0.0.1/16"] } } });
    stage.far(host.interfaces.get("eth0")!);
    for (let i = 0; i < 1030; i++) host.ip.udp.send(4, Uint8Array.of(10, 0, 1 + (i >> 8), i & 255), 4000, 7, 5);
    expect(stage.drops).toEqual({ NEIGH_CREATEFAIL: 6 });
    stage.run();
    // Those that failed make room.
    stage.wait(10 * SECOND);
    host.ip.udp.send(4, ip("10.0.200.1"), 4000, 7, 5);
    expect(stage.drops.NEIGH_CREATEFAIL).toBe(6);
    expect(host.queues.neighbours).toBe(1);
    expect(stage.unaccounted).toEqual([0, 0]);
  });
});

describe("neighbour discovery", () => {
  const solicitation = (source: string, target: string) => {
    const last = ip(target).slice(13);
    const destination = `ff02::1:ff${hex(last.slice(0, 1))}:${hex(last.slice(1))}`;
    const message = icmpv6(135, 0, 0, bytes(ip(target), [1, 1], mac(OWN)));
    const packet = sealed(ipv6({ source, destination, next: 58, hopLimit: 255 }, message));
    return hex(ethernet(`33:33:ff:${hex(last).replace(/(..)(..)(..)/, "$1:$2:$3")}`, OWN, 0x86dd, packet));
  };

  const advertisement = (target: string, flags: number, from = PEER) => {
    const message = icmpv6(136, 0, flags, bytes(ip(target), [2, 1], mac(from)));
    const packet = sealed(ipv6({ source: target, destination: "2001:db8::1", next: 58, hopLimit: 255 }, message));
    return ethernet(OWN, from, 0x86dd, packet);
  };

  it("asks the solicited-node group with the packet's source, and sends once answered", () => {
    const { stage, host, eth0, end } = lonely();
    host.ip.udp.send(6, ip("2001:db8::abcd:2"), 4000, 7, 5);
    expect(end.frames).toEqual([solicitation("2001:db8::1", "2001:db8::abcd:2")]);
    stage.receive(eth0, advertisement("2001:db8::abcd:2", 0x6000_0000));
    expect(end.frames).toHaveLength(2);
    expect(end.frames[1]!.slice(0, 12)).toBe(hex(mac(PEER)));
    stage.run();
    expect(end.frames).toHaveLength(2);
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("gives up after three questions", () => {
    const { stage, host, end } = lonely();
    host.ip.udp.send(6, ip("2001:db8::2"), 4000, 7, 5);
    stage.run();
    expect(end.frames).toHaveLength(3);
    expect(stage.drops.NEIGH_FAILED).toBe(1);
    expect(host.ip.icmp.errors.sent).toBe(1);
  });

  it("uses the interface's link-local address towards link-local addresses", () => {
    const { host, end } = lonely();
    host.ip.udp.send(6, ip("fe80::2"), 4000, 7, 5);
    expect(end.frames).toEqual([solicitation("fe80::ff:fe00:1", "fe80::2")]);
  });

  it("replaces a known address only where the answer says so", () => {
    const { stage, host, eth0 } = lonely();
    host.ip.udp.send(6, ip("2001:db8::2"), 4000, 7, 5);
    const other = "02:00:00:00:00:33";
    const known = () => hex(host.ip.neighbours.mac(eth0, 6, ip("2001:db8::2"), 0)!);
    stage.receive(eth0, advertisement("2001:db8::2", 0x4000_0000));
    stage.receive(eth0, advertisement("2001:db8::2", 0x4000_0000, other));
    expect(known()).toBe(hex(mac(PEER)));
    stage.receive(eth0, advertisement("2001:db8::2", 0x2000_0000, other));
    expect(known()).toBe(hex(mac(other)));
  });

  it("learns nobody from an advertisement that was not asked for", () => {
    const { stage, host, eth0 } = lonely();
    stage.receive(eth0, advertisement("2001:db8::2", 0x2000_0000));
    expect(host.ip.neighbours.has(eth0, 6, ip("2001:db8::2"), 0)).toBe(false);
  });

  it("finds one another between two hosts, in both versions", () => {
    const stage = new Stage();
    const make = (name: string, number: number): Host =>
      stage.host(name, {
        interfaces: {
          eth0: { mac: `02:00:00:00:00:0${number}`, addresses: [`10.0.0.${number}/24`, `2001:db8::${number}/64`] },
        },
      });
    const [a, b] = [make("a", 1), make("b", 2)];
    stage.connect(a.interfaces.get("eth0")!, b.interfaces.get("eth0")!, { delay: 1000 });
    const answered: string[] = [];
    a.ip.icmp.echo(4, ip("10.0.0.2"), 9, 1, 56, () => answered.push("IPv4"));
    a.ip.icmp.echo(6, ip("2001:db8::2"), 9, 1, 56, () => answered.push("IPv6"));
    a.ip.icmp.echo(6, ip("fe80::ff:fe00:2"), 9, 2, 56, () => answered.push("link-local"));
    stage.run(SECOND);
    // Link-local asks the other side's link-local address too, which costs it no turn: the answer knows the asker.
    expect(answered.sort()).toEqual(["IPv4", "IPv6", "link-local"]);
    expect(b.ip.icmp.answered).toBe(3);
    expect(stage.drops).toEqual({});
    expect(stage.unaccounted).toEqual([0, 0]);
  });

  it("is absent where the MTU is below IPv6's smallest", () => {
    const stage = new Stage();
    const host = stage.host("host", { interfaces: { eth0: { mac: OWN, addresses: ["10.0.0.1/24"], mtu: 1279 } } });
    const eth0 = host.interfaces.get("eth0")!;
    expect(eth0.linkLocal).toBeUndefined();
    stage.receive(
      eth0,
      ethernet(OWN, PEER, 0x86dd, ipv6({ source: "fe80::2", destination: "ff02::1", next: 59 }, new Uint8Array(0))),
    );
    expect(stage.drops).toEqual({ IPV6DISABLED: 1 });
  });
});
