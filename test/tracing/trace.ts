import { openTopology } from "../../src/open-topology.ts";
import { TOKENS } from "../../src/tokens.ts";
import { scratch } from "../scratch.ts";

/** What a one-liner prints of a network. */
export async function trace(text: string, network: string, engine = "interpreter"): Promise<string> {
  const { topology, container } = await openTopology(scratch({ "topology.yaml": network }));
  const runner = container.get(TOKENS.TopologyRunner);
  const result = await runner.run(topology, {
    engine,
    expressions: [{ text, place: { file: "expression", line: 1 } }],
  });
  return `${result.tracing!.output.join("\n")}\n`;
}
