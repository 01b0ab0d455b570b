import { join } from "node:path";
import { runTopology } from "../../../src/index.ts";
import { openCapture } from "../../../src/packet/capture/open-capture.ts";
import { scratch } from "../../scratch.ts";

/** What becomes of datagrams at a switch with programs. */
export interface Fate {
  /** Frames that left by p1, p2 and p3. */
  readonly sent: readonly number[];
  /** Drops by reason. */
  readonly drops: Readonly<Record<string, number>>;
  readonly lookups: { readonly hit: number; readonly missed: number };
  readonly upcalls: number;
  readonly megaflows: readonly string[];
  /** Destination ports of the datagrams that left by p2 and p3, in their order. */
  readonly ports: readonly (readonly number[])[];
  /** Of each program by its name: how often it ran, and its outcomes that came at all. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Interface indexes of the switch's ports. */
export const IFINDEX = { p1: 2, p2: 3, p3: 4 } as const;

/** Where a frame of Ethernet and IPv4 has UDP's destination port. */
const UDP_DESTINATION = 14 + 20 + 2;

/** Return values at and around all that any hook gives a meaning. */
export const RETURN_VALUES: readonly number[] = [
  0, 1, -1, 2, 3, 4, 5, 6, 7, 8, 9, 128, 129, 130, 0x10001, 0x10002, 0x7fff_ffff, -0x8000_0000,
];

/** A program in the verifier's syntax as a YAML string. */
export function program(...lines: readonly string[]): string {
  return `{ type: sched_cls, extended: ${JSON.stringify([...lines, "exit"].join("\n"))} }`;
}

/**
 * Sends `count` equal datagrams of UDP, port 7, by p1 of a switch with three ports, a millisecond apart.
 * @param programs by name, each as YAML.
 * @param keys of the switch, as YAML.
 * @param more keys of the topology, as YAML.
 */
export async function fateOf(
  programs: Readonly<Record<string, string>>,
  keys: string,
  { count = 1, more = "" }: { readonly count?: number; readonly more?: string } = {},
): Promise<Fate> {
  const listed = Object.entries(programs).map(([name, text]) => `  ${name}: ${text}\n`);
  const file = scratch({
    "t.yaml": `programs:
${listed.join("")}nodes:
  a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } } }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
  c: { kind: host, interfaces: { eth0: { address: 10.0.0.3/24 } } }
  s: { kind: ovs, ${/\binterfaces:/.test(keys) ? "" : "interfaces: { p1: {}, p2: {}, p3: {} }, "}${keys} }
links: [{ endpoints: ["a:eth0", "s:p1"] }, { endpoints: ["b:eth0", "s:p2"] }, { endpoints: ["c:eth0", "s:p3"] }]
traffic: [{ at: "a:eth0", ether: { dst: "02:00:00:00:00:77" }, ip: { src: 10.0.0.1, dst: 10.0.0.2 }, udp: { dport: 7 }, count: ${count}, every: 1ms }]${more}
`,
  });
  const out = join(file, "../out");
  const result = await runTopology(file, { pcapDirectory: out, pcapOf: ["b:eth0", "c:eth0"] });
  const { ports, lookups, upcalls, megaflows } = result.nodes.find(({ name }) => name === "s")!.switch!;
  return {
    sent: ports.map(({ sent }) => sent),
    // What its hosts do with what they get is nobody's business here.
    drops: Object.fromEntries(
      result.packets.drops.filter(({ where }) => /^s\b/.test(where)).map(({ reason, packets }) => [reason, packets]),
    ),
    lookups,
    upcalls: upcalls.misses,
    megaflows: megaflows.map(({ match, actions }) => `${match} -> ${actions}`),
    ports: ["b", "c"].map((host) => portsIn(join(out, `${host}.eth0.pcap`))),
    outcomes: Object.fromEntries(
      result.programs.map(({ name, attachments: [attachment] }) => [name, outcomesOf(attachment ?? {})]),
    ),
  };
}

function outcomesOf(attachment: object): Record<string, number> {
  const counts = Object.entries(attachment).filter(([, value]) => typeof value === "number" && value > 0);
  return Object.fromEntries(counts as [string, number][]);
}

function portsIn(file: string): number[] {
  const capture = openCapture(file);
  const ports: number[] = [];
  while (capture.next()) ports.push(Buffer.from(capture.bytes).readUInt16BE(capture.at + UDP_DESTINATION));
  capture.close();
  return ports;
}
