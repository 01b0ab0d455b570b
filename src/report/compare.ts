import type { Comparison } from "../compare/comparison.ts";
import type { OtherDifference, PacketDifference } from "../compare/differences.ts";
import type { LabComparison } from "../compare/lab-comparison.ts";
import type { Step } from "../compare/recording.ts";
import type { Paint } from "./paint.ts";
import { formatTable } from "./table.ts";
import { count, plural } from "./words.ts";

/** Packets that are shown one by one; the rest is counted. */
const SHOWN = 20;

/** Two runs side by side, differences first, for people. */
export function describeComparison({ first, second, compared, packets, others }: Comparison, paint: Paint): string {
  const heading = paint.bold(`${first} | ${second}`);
  if (packets.length === 0 && others.length === 0)
    return `${heading}\n  ${paint.green("no difference")} in ${plural(compared, "packet")}\n`;
  const lines = [
    heading,
    `  ${paint.red(plural(packets.length, "packet differs", "packets differ"))} of ${count(compared)}`,
    ...packets.slice(0, SHOWN).flatMap((packet) => describePacket(packet, { first, second }, paint)),
    ...(packets.length > SHOWN ? [`  and ${plural(packets.length - SHOWN, "packet")} more; --json has them all`] : []),
    ...describeOthers(others, paint),
  ];
  return `${lines.join("\n")}\n`;
}

/** A simulated run beside Linux, for people. */
export function describeLabComparison(comparison: LabComparison, kernel: string, paint: Paint): string {
  const { compared, differences, leftOut } = comparison;
  const lines = [
    paint.bold(`simulation | Linux ${kernel}`),
    differences.length === 0
      ? `  ${paint.green("no difference")} in ${plural(compared, "value")}`
      : `  ${paint.red(plural(differences.length, "value differs", "values differ"))} of ${count(compared)}`,
    ...describeOthers(differences, paint),
    ...leftOut.map((label) => `  not compared: socket ${label}, which has a program that the lab leaves out`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The same as a table of a pull request. */
export function comparisonAsMarkdown({ first, second, compared, packets, others }: Comparison): string {
  const rows = [
    ...packets.map(({ packet, description, ...steps }) => [
      `#${packet} ${description}`,
      stepText(steps.first),
      stepText(steps.second),
    ]),
    ...others.map((other) => [other.what, other.first, other.second]),
  ];
  const title = `**${escaped(first)} | ${escaped(second)}**: ${rows.length === 0 ? "no difference" : plural(packets.length, "packet differs", "packets differ")} of ${count(compared)}`;
  if (rows.length === 0) return `${title}\n`;
  return `${[title, "", `| | ${escaped(first)} | ${escaped(second)} |`, "| --- | --- | --- |", ...rows.map((row) => `| ${row.map(escaped).join(" | ")} |`)].join("\n")}\n`;
}

function describePacket(
  { packet, description, ...steps }: PacketDifference,
  names: { first: string; second: string },
  paint: Paint,
): string[] {
  return [
    `  #${packet}  ${description}`,
    ...formatTable(
      [
        [paint.dim(names.first), stepText(steps.first)],
        [paint.dim(names.second), stepText(steps.second)],
      ],
      "    ",
    ),
  ];
}

function describeOthers(others: readonly OtherDifference[], paint: Paint): string[] {
  return others.flatMap(({ what, first, second }) => [`  ${what}: ${first} | ${paint.red(second)}`]);
}

function stepText(step: Step | undefined): string {
  return step === undefined ? "nothing" : `${step.where}  ${step.what}`;
}

/** Text that Markdown takes as it is. */
function escaped(text: string): string {
  return text.replace(/[\\|*_`<>[\]#]/g, (mark) => `\\${mark}`);
}
