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

const load = (commands: readonly string[]) => {
  const lines = commands.map((command) => `\n      - ${JSON.stringify(command)}`);
  return loadTopology(parseDocument(`${HEAD}${lines.join("") || " []"}\n`, "/nowhere/topology.yaml"), parts);
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

/** Has netsim do what commands say, and leave out those that it refuses, as a shell would. */
export async function obey(commands: readonly string[]): Promise<Obeyed> {
  const refused = new Map<number, string>();
  let topology: ReturnType<typeof load>;
  try {
    topology = load(commands);
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    for (const { place, message } of error.diagnostics) refused.set((place?.line ?? 0) - FIRST_LINE, message);
    topology = load(commands.filter((_, i) => !refused.has(i)));
  }
  const shown: string[] = [];
  await container.get(TOKENS.TopologyRunner).run(topology, {
    until: 1000,
    atEnd: ({ network }) => {
      for (const [object, side] of SHOWN)
        shown.push(
          network
            .showTc(object, { statistics: false, namesDevice: false }, side)
            .filter((one) => one.label === "a:eth0" && (object !== "filter" || one.side === side))
            .flatMap(({ lines }) => lines.map((line) => `${line}\n`))
            .join(""),
        );
    },
  });
  return { refused, shown: shown.map((text, i) => (i === 2 ? ofRoot(text) : text)) };
}

/** Text of `tc show` with handles that the kernel counts from its start, and without times; classes in order, since Linux hashes them. */
export function comparable(shown: readonly string[]): string[] {
  const handles = new Map<string, string>();
  return shown.map((text, i) => {
    const lines = text
      .replace(/\b8[0-9a-f]{3}:/g, (handle) => {
        if (!handles.has(handle)) handles.set(handle, `automatic${handles.size + 1}:`);
        return handles.get(handle)!;
      })
      .replace(/ (?:installed|used|firstused) \d+ sec/g, "")
      .split("\n")
      .filter((line) => line.trim() !== "");
    return (i === 1 ? lines.sort() : lines).join("\n");
  });
}
