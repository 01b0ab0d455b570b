import { createContainer } from "../../../src/container.ts";
import { NetsimError } from "../../../src/errors.ts";
import { schemaParts } from "../../../src/open-topology.ts";
import { TOKENS } from "../../../src/tokens.ts";
import { parseDocument } from "../../../src/topology/document.ts";
import { loadTopology } from "../../../src/topology/load.ts";

/** What commands of tc about a host's interface eth0 have led to; eth1 is there too. */
export interface Obeyed {
  /** Of each command that was refused, what was said. */
  readonly refused: ReadonlyMap<number, string>;
  /** What `tc show` prints of qdiscs, classes, the disciplines' filters, and those of ingress and egress. */
  readonly shown: readonly string[];
}

const SHOWN = [["qdisc"], ["class"], ["filter"], ["filter", "ingress"], ["filter", "egress"]] as const;
const HEAD = "nodes:\n  a:\n    kind: host\n    interfaces: { eth0: {}, eth1: {} }\n    tc:";
/** The line of the first command, from 1. */
const FIRST_LINE = HEAD.split("\n").length + 1;

const container = createContainer([]);
const parts = schemaParts(container);

/** Datagrams in frames of 60, 200 and 1000 bytes, sent out by eth0 and then by eth1, which are each other's ends. */
const TRAFFIC = `links: [{ endpoints: ["a:eth0", "a:eth1"], delay: 0 }]\ntraffic:\n${["eth0", "eth1"]
  .flatMap((at, side) =>
    [60, 200, 1000].map((length, i) => ({ at: `a:${at}`, length, start: `${1 + 3 * side + i}ms` })),
  )
  .map(
    ({ at, length, start }) =>
      `  - { at: "${at}", start: ${start}, ether: { src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" }, ipv4: { src: 10.0.0.1, dst: 10.0.0.2 }, udp: { sport: 1000, dport: 7 }, payload: "${".".repeat(length - 42)}" }\n`,
  )
  .join("")}`;

const load = (commands: readonly string[], traffic: string) => {
  const lines = commands.map((command) => `\n      - ${JSON.stringify(command)}`);
  return loadTopology(parseDocument(`${HEAD}${lines.join("") || " []"}\n${traffic}`, "/nowhere/topology.yaml"), parts);
};

/** tc shows filters of the root discipline itself. */
function ofRoot(text: string): string {
  let isRoot = true;
  const [root] = /(?<=^filter parent )\S+/m.exec(text) ?? [];
  return text
    .split("\n")
    .filter((line) => {
      if (line.startsWith("filter ")) isRoot = line.startsWith(`filter parent ${root} `) && root!.endsWith(":");
      return isRoot;
    })
    .join("\n");
}

/**
 * Has netsim do what commands say, and leave out those that it refuses, as a shell would.
 * @param counts frames are sent then, and what they count is shown too.
 */
export async function obey(commands: readonly string[], counts = false): Promise<Obeyed> {
  const traffic = counts ? TRAFFIC : "";
  const refused = new Map<number, string>();
  let topology: ReturnType<typeof load>;
  try {
    topology = load(commands, traffic);
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    for (const { place, message } of error.diagnostics) refused.set((place?.line ?? 0) - FIRST_LINE, message);
    topology = load(
      commands.filter((_, i) => !refused.has(i)),
      traffic,
    );
  }
  const shown: string[] = [];
  await container.get(TOKENS.TopologyRunner).run(topology, {
    until: counts ? 10e9 : 1000,
    atEnd: ({ network }) => {
      for (const [object, side] of SHOWN)
        shown.push(
          network
            .showTc(object, { statistics: counts, namesDevice: false }, side)
            .filter((one) => one.label === "a:eth0" && (object !== "filter" || one.side === side))
            .flatMap(({ lines }) => lines.map((line) => `${line}\n`))
            .join(""),
        );
    },
  });
  return { refused, shown: shown.map((text, i) => (i === 2 ? ofRoot(text) : text)) };
}

/** Text of `tc show` with handles that the kernel counts from its start, and without times; lines about classes sorted, since Linux hashes these. */
export function comparable(shown: readonly string[]): string[] {
  const handles = new Map<string, string>();
  return shown.map((text, i) => {
    const lines = text
      .replace(/\b8[0-9a-f]{3}:/g, (handle) => {
        if (!handles.has(handle)) handles.set(handle, `automatic${handles.size + 1}:`);
        return handles.get(handle)!;
      })
      .replace(/ (?:installed|used|firstused) \d+ sec/g, "")
      .replace(/^ tokens: .*/gm, "")
      .split("\n")
      .filter((line) => line.trim() !== "");
    return (i === 1 ? lines.sort() : lines).join("\n");
  });
}
