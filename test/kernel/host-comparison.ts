import { checksumOf, sum16, transportChecksum } from "../../src/packet/checksum.ts";
import { get16 } from "../../src/packet/wire.ts";
import { hex, ip, mac } from "../network/frames.ts";
import { Stage } from "../network/stage.ts";
import type { HostCase } from "./host-cases.ts";

const A = "02:00:00:00:00:a1";
const B = "02:00:00:00:00:b1";
const FAR_A = "02:00:00:00:00:a2";
const FAR_B = "02:00:00:00:00:b2";
/** Senders of the cases, whose MACs are known from the start. */
const SENDERS = Array.from({ length: 200 }, (_, i) => i + 10);

/** Makes the host in Linux; lines for `ip -batch`. */
export const COMMANDS: readonly string[] = [
  "link set dev b mtu 1400",
  "link set dev a up",
  "link set dev b up",
  "addr add 10.9.0.1/24 brd + dev a",
  "addr add 10.9.1.1/24 brd + dev b",
  "addr add 2001:db8:a::1/64 dev a nodad",
  "addr add 2001:db8:b::1/64 dev b nodad",
  "route add 10.8.0.0/16 via 10.9.0.209 dev a",
  ...SENDERS.flatMap((number) => [
    `neigh add 10.9.0.${number} lladdr ${FAR_A} dev a nud permanent`,
    `neigh add 2001:db8:a::${number.toString(16)} lladdr ${FAR_A} dev a nud permanent`,
  ]),
  `neigh add fe80::2 lladdr ${FAR_A} dev a nud permanent`,
  `neigh add 10.9.1.2 lladdr ${FAR_B} dev b nud permanent`,
  `neigh add 2001:db8:b::2 lladdr ${FAR_B} dev b nud permanent`,
];

/** UDP sockets of that host: family, address, port. */
export const LISTENING = [
  [4, "0.0.0.0", 5000],
  [6, "2001:db8:a::1", 5000],
] as const;

export interface SimulatedCase {
  /** Interface (0: a, 1: b) and frame of each answer. */
  readonly answers: readonly (readonly [number, string])[];
  readonly reasons: readonly string[];
}

/** Puts each case's frames on one simulated host, one case after the other. */
export function simulate(cases: readonly HostCase[], forwarding: boolean): SimulatedCase[] {
  const stage = new Stage();
  const host = stage.host("host", {
    interfaces: {
      a: { mac: A, addresses: ["10.9.0.1/24", "2001:db8:a::1/64"] },
      b: { mac: B, addresses: ["10.9.1.1/24", "2001:db8:b::1/64"], mtu: 1400 },
    },
    routes: ["10.8.0.0/16 via 10.9.0.209 dev a"],
    forwarding,
  });
  const devices = [host.interfaces.get("a")!, host.interfaces.get("b")!] as const;
  const ends = devices.map((device) => stage.far(device));
  const know = (port: 0 | 1, address: string, far: string) => {
    const at = ip(address);
    const table = Uint8Array.from([...at, ...mac(far)]);
    const family = at.length === 4 ? 4 : 6;
    host.ip.neighbours.learn(devices[port], family, table, 0, at.length, { create: true, override: true });
  };
  for (const number of SENDERS) {
    know(0, `10.9.0.${number}`, FAR_A);
    know(0, `2001:db8:a::${number.toString(16)}`, FAR_A);
  }
  know(0, "fe80::2", FAR_A);
  know(1, "10.9.1.2", FAR_B);
  know(1, "2001:db8:b::2", FAR_B);
  stage.udp(host, { port: 5000 });

  return cases.map(({ port, frames }) => {
    const before = { ...stage.drops };
    for (const end of ends) end.frames.length = 0;
    for (const frame of frames) stage.receive(devices[port], frame);
    stage.run(stage.simulation.now + 20e6);
    const answers = ends.flatMap((end, number) => end.frames.map((frame) => [number, frame] as const));
    const reasons = Object.entries(stage.drops).flatMap(([reason, count]) =>
      Array(count - (before[reason] ?? 0)).fill(reason),
    );
    return { answers, reasons };
  });
}

/** An answer without what Linux draws at random: identifications and flow labels. Checksums are replaced by whether they are right. */
export function normalise([port, frame]: readonly [number, string]): string {
  const bytes = Uint8Array.from(Buffer.from(frame, "hex"));
  const type = get16(bytes, 12);
  const notes: string[] = [];
  if (type === 0x0800) {
    const header = (bytes[14]! & 15) * 4;
    notes.push(`header checksum ${checksumOf(sum16(bytes, 14, header)) === 0}`);
    if (bytes[23] === 1 && (get16(bytes, 20) & 0x3fff) === 0)
      notes.push(`ICMP checksum ${checksumOf(sum16(bytes, 14 + header, get16(bytes, 16) - header)) === 0}`);
    // Forwarded packets keep the identification that they came with.
    if (get16(bytes, 18) !== 0x1234) bytes.fill(0, 18, 20);
    bytes.fill(0, 24, 26);
    if (bytes[23] === 1) bytes.fill(0, 14 + header + 2, 14 + header + 4);
  } else if (type === 0x86dd) {
    if (bytes[20] === 58) {
      const length = get16(bytes, 18);
      notes.push(`ICMPv6 checksum ${transportChecksum(bytes, 6, 14, 58, 54, length) === 0}`);
      bytes.fill(0, 56, 58);
    }
    bytes[15] = bytes[15]! & 0xf0;
    bytes.fill(0, 16, 18);
  }
  return [`port ${port}`, ...notes, hex(bytes)].join(", ");
}
