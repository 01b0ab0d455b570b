import { type Command, InvalidArgumentError } from "commander";
import { parseUntil } from "../run.ts";

/** Where a command gets its switch from, as commander gives it. */
export interface SourceFlags {
  readonly flows?: string;
  readonly groups?: string;
  readonly meters?: string;
  readonly ports?: readonly string[];
  readonly until?: number;
}

/** Options of commands that look at a topology's switch, or at files of flows. */
export function sourceOptions(command: Command): Command {
  return command
    .option("--flows <file>", "flows in ovs-ofctl's syntax, instead of a topology; - is standard input")
    .option("--groups <file>", "with --flows: groups")
    .option("--meters <file>", "with --flows: meters")
    .option("--ports <names>", "with --flows: names of the ports, by number from 1 (default: p1,p2,...,p8)", parsePorts)
    .option("--until <duration>", "look at the topology at this simulated time", parseUntil);
}

/** Names that Linux gives interfaces (dev_valid_name), as many as OpenFlow has numbers below the reserved ones. */
const PORT = /^[^\s/:,]{1,15}$/;
const MOST_PORTS = 0xfeff;

function parsePorts(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !PORT.test(name) || name === "." || name === "..");
  if (wrong !== undefined) throw new InvalidArgumentError(`'${wrong}' is no name of an interface.`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`The name '${twice}' is there twice.`);
  if (names.length > MOST_PORTS) throw new InvalidArgumentError(`A switch has at most ${MOST_PORTS} ports.`);
  return names;
}
