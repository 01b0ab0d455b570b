import { describe, expect, it } from "vitest";
import type { SocketModel } from "../../src/topology/model.ts";
import { arp, bytes, ethernet, filler, hex, ip, ipv4, mac, sealed, udp } from "./frames.ts";
import { Stage } from "./stage.ts";

const OWN = "02:00:00:00:00:01";
const FAR = "02:00:00:00:00:99";
const PACKET = sealed(ipv4({ source: "10.0.0.9", destination: "10.0.0.1", protocol: 17 }, udp(4000, 7, filler(8))));

function observed(...setups: Partial<SocketModel>[]) {
  const stage = new Stage();
  const host = stage.host("host", { interfaces: { eth0: { mac: OWN, addresses: ["10.0.0.1/24"] } } });
  const eth0 = host.interfaces.get("eth0")!;
  const end = stage.far(eth0);
  stage.udp(host, { port: 7 });
  host.ip.neighbours.learn(eth0, 4, bytes(ip("10.0.0.9"), mac(FAR)), 0, 4, { create: true, override: true });
  return { stage, host, eth0, end, heard: setups.map((setup) => stage.packetSocket(host, setup)) };
}

const frame = (type: number, payload: Uint8Array, to = OWN) => ethernet(to, FAR, type, payload);

describe("a packet socket", () => {
  it("sees an incoming frame whole, or from its network header on", () => {
    const { stage, eth0, heard } = observed({}, { type: "dgram" });
    stage.receive(eth0, frame(0x0800, PACKET));
    expect(heard.map(({ packets }) => packets)).toEqual([[hex(frame(0x0800, PACKET))], [hex(PACKET)]]);
    expect(heard.map(({ types }) => types)).toEqual([[0], [0]]);
  });

  const types: { name: string; to: string; want: number }[] = [
    { name: "its own", to: OWN, want: 0 },
    { name: "broadcast", to: "ff:ff:ff:ff:ff:ff", want: 1 },
    { name: "a group", to: "01:00:5e:00:00:01", want: 2 },
    { name: "another host's", to: "02:00:00:00:00:55", want: 3 },
  ];
  for (const { name, to, want } of types)
    it(`knows whom a frame was for: ${name}`, () => {
      const { stage, eth0, heard } = observed({});
      stage.receive(eth0, frame(0x0800, PACKET, to));
      expect(heard[0]!.types).toEqual([want]);
    });

  it("for all protocols sees what goes out, for one never does", () => {
    const { host, heard } = observed({}, { protocol: 0x0800 }, { type: "dgram" });
    host.ip.udp.send(4, ip("10.0.0.9"), 4000, 9, 5);
    const [all, one, cooked] = heard as [(typeof heard)[0], (typeof heard)[0], (typeof heard)[0]];
    expect(all.types).toEqual([4]);
    expect(all.packets[0]!.slice(0, 24)).toBe(hex(bytes(mac(FAR), mac(OWN))));
    expect(one.packets).toEqual([]);
    expect(cooked.packets[0]).toBe(all.packets[0]!.slice(28));
  });

  it("sees a packet on the loopback twice: out, then in", () => {
    const { stage, host, heard } = observed({}, { interface: "eth0" }, { interface: "lo", protocol: 0x0800 });
    host.ip.udp.send(4, ip("127.0.0.1"), 4000, 7, 5);
    stage.run();
    expect(heard.map(({ types }) => types)).toEqual([[4, 0], [], [0]]);
    const [out, back] = heard[0]!.packets;
    expect(out).toBe(back);
    expect(out!.slice(0, 28)).toBe("0000000000000000000000000800");
  });

  it("bound to one protocol or interface sees nothing else", () => {
    const { stage, eth0, heard } = observed({ protocol: 0x0806 }, { interface: "eth1" }, { protocol: 0x0800 });
    stage.receive(eth0, frame(0x0800, PACKET));
    stage.receive(eth0, frame(0x0806, arp({ operation: 2, senderMac: FAR, sender: "10.0.0.9", target: "10.0.0.1" })));
    expect(heard.map(({ packets }) => packets.length)).toEqual([1, 0, 1]);
  });

  it("finds a VLAN tag outside of the frame, and no longer where taps for one protocol are asked", () => {
    const { stage, eth0, heard } = observed({}, { protocol: 0x0800 });
    const seen: [number, number, number, number][] = [];
    for (const { socket } of heard)
      socket.readers.push({ read: (skb) => seen.push([skb.vlanPresent, skb.vlanTci, skb.vlanTpid, skb.pktType]) });
    const tagged = ethernet(OWN, FAR, 0x88a8, bytes([0x60, 5, 8, 0], PACKET));
    stage.receive(eth0, tagged);
    expect(heard[0]!.packets).toEqual([hex(frame(0x0800, PACKET))]);
    expect(seen[0]).toEqual([1, 0x6005, 0x88a8, 0]);
    expect(seen[1]!.filter((_, i) => i === 0 || i === 3)).toEqual([0, 3]);
    expect(stage.drops).toEqual({ OTHERHOST: 1 });
  });

  it("keeps the length that the wire had, less the tag", () => {
    const { stage, eth0, heard } = observed({});
    const originals: number[] = [];
    heard[0]!.socket.readers.push({ read: (_skb, _bytes, _at, _length, original) => originals.push(original) });
    stage.receive(eth0, ethernet(OWN, FAR, 0x8100, bytes([0, 5, 8, 0], PACKET)));
    const cut = stage.frame(frame(0x0800, PACKET).slice(0, 40));
    cut.originalLength = 400;
    eth0.receive(cut);
    expect(originals).toEqual([14 + PACKET.length, 400]);
  });

  it("steps through nested priority tags, and drops a tag that is cut off", () => {
    const { stage, eth0, heard } = observed({ protocol: 0x0800 });
    stage.receive(eth0, ethernet(OWN, FAR, 0x8100, bytes([0xe0, 0, 0x81, 0, 0x20, 0, 8, 0], PACKET)));
    expect(heard[0]!.packets).toEqual([hex(frame(0x0800, PACKET))]);
    expect(heard[0]!.types).toEqual([0]);
    stage.receive(eth0, ethernet(OWN, FAR, 0x8100, Uint8Array.of(0, 0, 8, 0)));
    expect(stage.drops).toEqual({ VLAN_TRUNCATED: 1 });
  });

  it("takes a frame of an unknown protocol, which nobody else does", () => {
    const known = observed({});
    known.stage.receive(known.eth0, frame(0x88cc, filler(46)));
    expect(known.stage.drops).toEqual({});
    const unknown = observed({ protocol: 0x88cd });
    unknown.stage.receive(unknown.eth0, frame(0x88cc, filler(46)));
    expect(unknown.stage.drops).toEqual({ UNHANDLED_PROTO: 1 });
  });

  it("sees captured packets of other link types as they are", () => {
    const { stage, eth0, heard } = observed({}, { type: "dgram" }, { protocol: 0x0800 });
    const skb = stage.frame(PACKET);
    skb.linkType = 101;
    eth0.receive(skb);
    expect(heard.map(({ packets }) => packets)).toEqual([[hex(PACKET)], [hex(PACKET)], [hex(PACKET)]]);
    const strange = stage.frame(filler(20));
    strange.linkType = 147;
    eth0.receive(strange);
    expect(heard[0]!.packets[1]).toBe(hex(filler(20)));
    expect(stage.unaccounted).toEqual([0, 0]);
  });
});

describe("a raw socket", () => {
  it("gets a copy of what is for its protocol, beside the protocol itself", () => {
    const { stage, host, eth0 } = observed();
    const raw = stage.rawSocket(host, { protocol: 17 });
    const other = stage.rawSocket(host, { protocol: 1 });
    const bound = stage.rawSocket(host, { protocol: 17, address: { family: 4, address: ip("10.0.0.2"), prefix: 32 } });
    const elsewhere = stage.rawSocket(host, { protocol: 17, interface: "lo" });
    stage.receive(eth0, frame(0x0800, bytes(PACKET, [1, 2, 3])));
    expect(raw.packets).toEqual([hex(PACKET)]);
    expect([other, bound, elsewhere].map(({ packets }) => packets)).toEqual([[], [], []]);
    expect(stage.ledger.delivered).toBe(1);
  });

  it("saves an unknown protocol from being refused", () => {
    const { stage, host, eth0, end } = observed();
    const raw = stage.rawSocket(host, { protocol: 253 });
    const packet = ipv4({ source: "10.0.0.9", destination: "10.0.0.1", protocol: 253 }, filler(9));
    stage.receive(eth0, frame(0x0800, packet));
    expect(raw.packets).toEqual([hex(packet)]);
    expect(end.frames).toEqual([]);
    expect(stage.drops).toEqual({});
  });

  it("for IPv6 begins behind the headers; for ICMPv6 its checksum must be right", () => {
    const stage = new Stage();
    const host = stage.host("host", { interfaces: { eth0: { mac: OWN, addresses: ["2001:db8::1/64"] } } });
    const eth0 = host.interfaces.get("eth0")!;
    const end = stage.far(eth0);
    host.ip.neighbours.learn(eth0, 6, bytes(ip("2001:db8::9"), mac(FAR)), 0, 16, { create: true, override: true });
    const raw = stage.rawSocket(host, { protocol: 58, family: 6 });
    const header = bytes([0x60, 0, 0, 0, 0, 12, 58, 64], ip("2001:db8::9"), ip("2001:db8::1"));
    const good = sealed(bytes(header, [128, 0, 0, 0, 0, 1, 0, 2], filler(4)));
    const bad = Uint8Array.from(good);
    bad[43]! ^= 1;
    stage.receive(eth0, ethernet(OWN, FAR, 0x86dd, good));
    stage.receive(eth0, ethernet(OWN, FAR, 0x86dd, bad));
    expect(raw.packets).toEqual([hex(good.slice(40))]);
    expect(end.frames).toHaveLength(1);
    expect(stage.drops).toEqual({ ICMP_CSUM: 1 });
  });
});
