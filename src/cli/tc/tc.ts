import { Argument, type Command } from "commander";
import type { Action } from "../command.ts";
import { parseUntil } from "../run.ts";

/** What `netsim tc show` can be asked for, as tc's own objects. */
export type TcObject = "qdisc" | "class" | "filter";
/** Whose filters: those of the disciplines, or of a side. */
export type TcSide = "root" | "ingress" | "egress";

/** The options of `netsim tc show` as commander gives them. */
export interface TcShowFlags {
  readonly statistics?: true;
  readonly dev?: string;
  readonly until?: number;
}

/** `netsim tc`. */
export function tcCommand(program: Command, perform: (action: Action) => void): void {
  const tc = program.command("tc").description("traffic control as tc(8) shows it");
  tc.command("show")
    .description("run a topology and show its qdiscs, classes or filters in tc's own format, as they are at the end")
    .argument("<topology>", "YAML file, as for 'netsim run'")
    .addArgument(new Argument("[object]", "what is shown").choices(["qdisc", "class", "filter"]).default("qdisc"))
    .addArgument(new Argument("[side]", "of filters: whose").choices(["root", "ingress", "egress"]))
    .option("-s, --statistics", "with what they have counted")
    .option("--dev <host:interface>", "of one interface only")
    .option("--until <duration>", "simulated time at which the run ends, such as 2s or 500ms", parseUntil)
    .action((topology: string, object: TcObject, side: TcSide | undefined, flags: TcShowFlags) =>
      perform(async (terminal) => (await import("./show-action.ts")).showTc(topology, object, side, flags, terminal)),
    );
}
