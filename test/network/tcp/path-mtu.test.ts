import { describe, expect, it } from "vitest";
import { TcpListener } from "../../../src/network/tcp/tcp-listener.ts";
import { ip } from "../frames.ts";
import { Stage } from "../stage.ts";
import { MS, readPacket } from "./lab.ts";

describe("path MTU discovery", () => {
  it.each([
    { family: 4, server: "10.2.0.2", mtu: 1400, mss: 1348 },
    { family: 6, server: "fd02::2", mtu: 1300, mss: 1228 },
  ] as const)("cuts segments to what a router says fits, over IPv$family", ({ family, server, mtu, mss }) => {
    const stage = new Stage();
    const client = stage.host("client", {
      interfaces: { eth0: { mac: "02:00:00:00:00:01", addresses: ["10.1.0.2/24", "fd01::2/64"] } },
      routes: ["0.0.0.0/0 via 10.1.0.1", "::/0 via fd01::1"],
    });
    const router = stage.host("router", {
      interfaces: {
        a: { mac: "02:00:00:00:00:02", addresses: ["10.1.0.1/24", "fd01::1/64"] },
        b: { mac: "02:00:00:00:00:03", addresses: ["10.2.0.1/24", "fd02::1/64"], mtu },
      },
      forwarding: true,
    });
    const far = stage.host("server", {
      interfaces: { eth0: { mac: "02:00:00:00:00:04", addresses: ["10.2.0.2/24", "fd02::2/64"] } },
      routes: ["0.0.0.0/0 via 10.2.0.1", "::/0 via fd02::1"],
    });
    stage.connect(client.interfaces.get("eth0")!, router.interfaces.get("a")!, { delay: MS });
    stage.connect(router.interfaces.get("b")!, far.interfaces.get("eth0")!, { delay: MS });
    const model = { name: "web", kind: "tcp", place: { file: "test" }, type: "raw", protocol: 6, port: 80 } as const;
    const listener = new TcpListener("server", { ...model, family: 4, attachments: [], echo: false }, [], stage.world);
    far.ip.tcp.listeners.push(listener);
    const lengths: number[] = [];
    client.interfaces.get("eth0")!.taps.push({
      frame(skb, direction) {
        if (direction !== "out") return;
        const wire = readPacket(stage.store.bytes, skb.data + 14, skb.data + skb.length, 0);
        if (wire !== undefined) lengths.push(wire.length);
      },
    });
    const outcomes: string[] = [];
    const send = (bytes: number) => {
      lengths.length = 0;
      const onClosed = (outcome: string) => void outcomes.push(outcome);
      client.ip.tcp.connect({ family, destination: ip(server), dport: 80, bytes, onClosed });
      stage.run();
    };
    send(100_000);
    const tooLong = lengths.filter((length) => length > mss);
    expect(tooLong.length).toBeGreaterThan(0);
    expect(tooLong.length).toBeLessThanOrEqual(10);
    expect(listener.counts.receivedBytes).toBe(100_000);
    // The next connection knows from the start.
    send(10_000);
    expect(Math.max(...lengths)).toBe(mss);
    expect(outcomes).toEqual(["closed", "closed"]);
    expect(stage.unaccounted).toEqual([0, 0]);
  });
});
