import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Host } from "../../src/network/host.ts";
import type { Interface } from "../../src/network/interface.ts";
import { HOST_CASES } from "../kernel/host-cases.ts";
import { arp, bytes, ethernet, ip, ipv4, ipv6, sealed, udp } from "./frames.ts";
import { Stage } from "./stage.ts";

/*
 * Every packet that comes into being ends exactly once, in whatever network and with whatever traffic; nothing throws.
 */

const byte = fc.nat(255);
const macOf = (host: number) => `02:00:00:00:00:0${host + 1}`;
const addressOf = (host: number) => `10.0.0.${host + 1}`;
const address6Of = (host: number) => `2001:db8::${host + 1}`;

/** Fields that make sense or nearly do. */
const destination = fc.oneof(
  fc.nat(4).map(addressOf),
  fc.constantFrom("10.0.0.255", "255.255.255.255", "224.0.0.1", "239.1.1.1", "10.7.7.7", "0.0.0.0", "127.0.0.1"),
);
const destination6 = fc.oneof(
  fc.nat(4).map(address6Of),
  fc.constantFrom("ff02::1", "ff02::2", "::1", "::", "2001:db8:7::1", "fe80::1", "ff05::7"),
);
const payload = fc.uint8Array({ maxLength: 200 });

const packet = fc.oneof(
  fc
    .record({
      source: destination,
      destination,
      protocol: fc.constantFrom(17, 17, 17, 1, 6, 2, 253),
      // Small, since two routers may send a packet to and fro while their links make copies of it.
      ttl: fc.constantFrom(0, 1, 2, 4),
      fragment: fc.constantFrom(0, 0, 0, 0x4000, 0x2000, 1, 2, 0x2001, 0x1fff),
      options: fc.constantFrom<readonly number[]>([], [], [7, 7, 4, 0, 0, 0, 0, 0], [131, 3, 4, 0], [1, 1, 1, 9]),
    })
    .chain((fields) =>
      payload.map((data) => {
        const made = ipv4(fields, fields.protocol === 17 ? udp(7, 7, data) : data);
        return { type: 0x0800, packet: fields.protocol === 17 && fields.fragment === 0 ? sealed(made) : made };
      }),
    ),
  fc
    .record({
      source: destination6,
      destination: destination6,
      next: fc.constantFrom(17, 17, 58, 6, 44, 0, 43, 60, 59, 253),
      hopLimit: fc.constantFrom(0, 1, 2, 4, 255),
    })
    .chain((fields) =>
      payload.map((data) => {
        const made = ipv6(fields, fields.next === 17 ? udp(7, 7, data) : data);
        const whole = fields.next === 17 || (fields.next === 58 && data.length >= 8);
        return { type: 0x86dd, packet: whole ? sealed(made) : made };
      }),
    ),
  fc
    .record({ operation: fc.constantFrom(1, 2, 3), sender: destination, target: destination })
    .map((fields) => ({ type: 0x0806, packet: arp({ senderMac: macOf(3), ...fields }) })),
  fc.record({ type: fc.constantFrom(0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x05dc, 0x88cc), packet: payload }),
);

const frame = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 1, 2, 3, 9), fc.nat(3), packet)
      .map(([to, from, { type, packet: data }]) =>
        ethernet(to === 9 ? "ff:ff:ff:ff:ff:ff" : macOf(to), macOf(from), type, data),
      ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...HOST_CASES.flatMap(({ frames }) => frames)),
        fc.array(fc.tuple(fc.nat(80), byte), { maxLength: 3 }),
      )
      .map(([template, edits]) => {
        const made = Uint8Array.from(template);
        for (const [at, value] of edits) if (at < made.length) made[at] = value;
        return made;
      }),
  },
);

const chance = fc.constantFrom(0, 0, 0.2);
const settings = fc.record({
  delay: fc.constantFrom(0, 1000, 1e9),
  jitter: fc.constantFrom(0, 900),
  rate: fc.constantFrom(0, 1e6, 1e9),
  loss: chance,
  duplicate: chance,
  corrupt: chance,
  queue: fc.constantFrom(0, 2, 1000),
  mtu: fc.constantFrom(0, 0, 300),
});

const action = fc.oneof(
  fc.tuple(fc.constant("frame" as const), fc.nat(3), frame),
  fc.tuple(fc.constant("udp" as const), fc.nat(3), fc.tuple(fc.nat(4), fc.nat(4000), fc.boolean())),
  fc.tuple(fc.constant("echo" as const), fc.nat(3), fc.tuple(fc.nat(4), fc.nat(2000), fc.boolean())),
  fc.tuple(fc.constant("cut" as const), fc.nat(3), fc.boolean()),
  fc.tuple(fc.constant("wait" as const), fc.constant(0), fc.constantFrom(10, 1e6, 2e9, 70e9)),
);

describe("conservation", () => {
  it("holds in random networks with random traffic, garbage among it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }),
        fc.array(settings, { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        fc.array(action, { maxLength: 40 }),
        (count, links, forwarding, actions) => {
          const stage = new Stage();
          const bridge = stage.bridge("bridge", ["p0", "p1", "p2", "p3"]);
          const hosts: Host[] = [];
          const devices: Interface[] = [];
          for (let i = 0; i < count; i++) {
            const host = stage.host(`h${i}`, {
              interfaces: {
                eth0: {
                  mac: macOf(i),
                  addresses: [`${addressOf(i)}/24`, `${address6Of(i)}/64`],
                  mtu: i === 1 ? 1300 : 1500,
                },
              },
              routes: [
                `10.7.0.0/16 via ${addressOf((i + 1) % count)}`,
                `2001:db8:7::/48 via ${address6Of((i + 1) % count)}`,
              ],
              forwarding: forwarding && i < 2,
            });
            hosts.push(host);
            devices.push(host.interfaces.get("eth0")!);
            stage.connect(devices[i]!, bridge.interfaces.get(`p${i}`)!, links[i]!);
            stage.udp(host, { port: 7 });
            stage.packetSocket(host);
            stage.rawSocket(host, { protocol: 1 });
          }
          for (const [kind, which, what] of actions) {
            const host = hosts[which % count]!;
            if (kind === "frame") stage.receive(devices[which % count]!, what);
            else if (kind === "cut") stage.links[which % stage.links.length]!.up = what;
            else if (kind === "wait") stage.wait(what);
            else {
              const [to, length, six] = what;
              const [family, address] = six ? ([6, ip(address6Of(to))] as const) : ([4, ip(addressOf(to))] as const);
              if (kind === "udp") host.ip.udp.send(family, address, 7, 7, length);
              else host.ip.icmp.echo(family, address, 5, 5, length);
            }
            expect(stage.unaccounted).toEqual([0, 0]);
          }
          stage.run();
          expect(stage.unaccounted).toEqual([0, 0]);
          expect(stage.queued).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("holds for each case of the comparison with Linux", () => {
    for (const { frames, forwarding } of HOST_CASES) {
      const stage = new Stage();
      const host = stage.host("host", {
        interfaces: {
          a: { mac: "02:00:00:00:00:a1", addresses: ["10.9.0.1/24", "2001:db8:a::1/64"] },
          b: { mac: "02:00:00:00:00:b1", addresses: ["10.9.1.1/24", "2001:db8:b::1/64"], mtu: 1400 },
        },
        forwarding,
      });
      for (const device of host.interfaces.values()) stage.far(device);
      for (const sent of frames) stage.receive(host.interfaces.get("a")!, sent);
      stage.run();
      expect(stage.unaccounted).toEqual([0, 0]);
      expect(stage.queued).toBe(0);
    }
  });

  it("memory goes back too: a steady load needs no more of it", () => {
    const stage = new Stage();
    const make = (i: number) =>
      stage.host(`h${i}`, { interfaces: { eth0: { mac: macOf(i), addresses: [`${addressOf(i)}/24`] } } });
    const [a, b] = [make(0), make(1)];
    stage.connect(a.interfaces.get("eth0")!, b.interfaces.get("eth0")!, { delay: 10_000, rate: 1e9 });
    const heard = stage.udp(b, { port: 7 });
    heard.socket.readers.length = 0;
    const before = stage.store.bytes.length;
    for (let i = 0; i < 5000; i++) {
      a.ip.udp.send(4, ip(addressOf(1)), 7, 7, 1000);
      stage.wait(10_000);
    }
    stage.run();
    expect(heard.socket.counts.received).toBe(5000);
    expect(stage.store.bytes.length).toBe(before);
    expect(bytes(stage.unaccounted)).toEqual(new Uint8Array(2));
  });
});
