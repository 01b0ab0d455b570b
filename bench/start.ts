import { type BenchResult, median } from "./bench.ts";
import { NETSIM, run } from "./process.ts";

const ROUNDS = 9;
const QUICKSTART = new URL("../topologies/quickstart.yaml", import.meta.url).pathname;

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  node: ["-e", "0"],
  "--version": [NETSIM, "--version"],
  "run quickstart": [NETSIM, "run", QUICKSTART, "--quiet"],
};

/** How long a user waits for the built command at the least: whole processes against `node -e 0`, by turns. */
export function start(): BenchResult {
  const names = Object.keys(COMMANDS);
  const seconds = new Map(names.map((name): [string, number[]] => [name, []]));
  for (let round = 0; round <= ROUNDS; round++)
    for (const name of names) {
      const took = run(process.execPath, COMMANDS[name]!).seconds;
      if (round > 0) seconds.get(name)!.push(took);
    }
  const empty = seconds.get("node")!;
  const ratio = (name: string) => median(seconds.get(name)!.map((one, i) => one / empty[i]!));
  return {
    bench: "start",
    figures: Object.fromEntries(names.map((name) => [`${name}, milliseconds`, 1000 * median(seconds.get(name)!)])),
    ratios: {
      "netsim --version / node": ratio("--version"),
      "netsim run quickstart / node": ratio("run quickstart"),
    },
  };
}
