import type { RunResult } from "../run/result.ts";
import { painter } from "./paint.ts";
import { printable } from "./printable.ts";
import type { Reporter } from "./reporter.ts";
import { describeExpectations } from "./text/expectations.ts";
import { describeLinks } from "./text/links.ts";
import { describeMaps } from "./text/maps.ts";
import { describeNodes } from "./text/nodes.ts";
import { describePackets } from "./text/packets.ts";
import { describePrograms } from "./text/programs.ts";
import { describeTracing } from "./text/tracing.ts";
import { describeTraffic } from "./text/traffic.ts";
import { duration, plural } from "./words.ts";

const STOPPED: Record<RunResult["stopped"], string> = {
  idle: "nothing was left to do",
  until: "the end that was set for it",
  "max-packets": "as many packets as were allowed had been made",
  interrupted: "it was interrupted",
};

/** What a person reads at a glance: who sent what, what each filter did with it, where packets were lost, what was expected. */
export const textReporter: Reporter = {
  name: "text",
  description: "what a person reads at a glance",

  render(given, { color }) {
    const result = printable(given);
    const paint = painter(color);
    const head = [
      `${paint.bold(result.topology.name)}  ${paint.dim(`seed ${result.seed}, engine ${result.engine}`)}`,
      `Ran ${duration(result.time)} of simulated time (${plural(result.events, "event")}) until ${STOPPED[result.stopped]}.`,
    ];
    const sections = [
      head,
      describeTraffic(result, paint),
      describeNodes(result, paint),
      describePrograms(result, paint),
      describeMaps(result, paint),
      describeTracing(result, paint),
      describeLinks(result, paint),
      describePackets(result, paint),
      describeExpectations(result, paint),
    ];
    return `${sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join("\n"))
      .join("\n\n")}\n`;
  },
};
