import type { PacketGroup, PlaceOutcome, PlacesComparison } from "../compare/places/outcome.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";
import { formatTable } from "./table.ts";
import { count, plural } from "./words.ts";

/** Numbers of packets that are listed beside the example. */
const LISTED = 8;

/** What becomes of packets at each place, differences first, for people. */
export function describePlaces(comparison: PlacesComparison, paint: Paint): string {
  const { program, packets, places, refused, groups, traps } = comparison;
  const differing = groups.filter(({ differs }) => differs).reduce((sum, group) => sum + group.packets.length, 0);
  const lines = [
    paint.bold(`${printable(program)} at ${plural(places.length, "place")}, ${plural(packets, "packet")}`),
    differing === 0
      ? `  ${paint.green("the same everywhere")}`
      : `  ${paint.red(`${count(differing)} treated differently`)} by the place`,
    ...groups.flatMap((group) => ["", ...groupLines(group, paint)]),
    ...(traps.length === 0 ? [] : ["", paint.bold("What people trip over"), ...traps.map((trap) => `  - ${trap}`)]),
    ...(refused.length === 0 ? [] : ["", paint.bold("Does not go there")]),
    ...[...byReason(refused)].map(([reason, names]) => `  ${names.join(", ")}: ${printable(reason)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function byReason(refused: PlacesComparison["refused"]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { place, reason } of refused) found.set(reason, [...(found.get(reason) ?? []), place]);
  return found;
}

function groupLines(group: PacketGroup, paint: Paint): string[] {
  const mark = group.differs ? paint.red("differs") : paint.green("same");
  return [
    `  ${mark}  ${headingOf(group)}`,
    ...formatTable(
      group.outcomes.map((outcome) => [outcome.place, returnedText(outcome), endText(outcome), whyText(outcome)]),
      "    ",
    ),
  ];
}

function headingOf({ packets, example, isTagged }: PacketGroup): string {
  const [first, ...others] = packets;
  const listed = others.slice(0, LISTED).map((packet) => `#${packet}`);
  const more = others.length > LISTED ? ` and ${others.length - LISTED} more` : "";
  return `#${first} ${printable(example)}${isTagged ? ", with a VLAN tag" : ""}${others.length === 0 ? "" : `; so do ${listed.join(" ")}${more}`}`;
}

/** Small numbers as signed, as traffic control reads them. */
function returnedText({ returned, endedByLoad }: PlaceOutcome): string {
  const value = returned > 0xffff_ff00 ? `${returned | 0}` : `${returned}`;
  return `returned ${value}${endedByLoad ? " (a load outside)" : ""}`;
}

function endText({ verdict, length, class: of, errno, signal, changes }: PlaceOutcome): string {
  return [
    verdict === "trimmed" ? `trimmed to ${plural(length ?? 0, "byte")}` : verdict,
    ...(of === undefined ? [] : [`class ${of}`]),
    ...(errno === undefined ? [] : [`errno ${errno}`]),
    ...(signal === undefined ? [] : [signal]),
    ...Object.entries(changes).map(([name, [before, after]]) => `${name} ${before} -> ${after}`),
  ].join(", ");
}

const whyText = ({ row }: PlaceOutcome): string => (row === undefined ? "" : `${row.returns}: ${row.does}`);

/** The same for a pull request: a table for each kind of packets. */
export function placesAsMarkdown({ program, packets, places, groups, traps }: PlacesComparison): string {
  const sections = groups.flatMap((group) => [
    "",
    `**${group.differs ? "differs" : "same"}** ${escaped(headingOf(group))}`,
    "",
    "| place | returned | becomes | why |",
    "| --- | --- | --- | --- |",
    ...group.outcomes.map(
      (outcome) =>
        `| ${[outcome.place, returnedText(outcome), endText(outcome), whyText(outcome)].map(escaped).join(" | ")} |`,
    ),
  ]);
  const title = `### ${escaped(program)} at ${plural(places.length, "place")}, ${plural(packets, "packet")}`;
  return `${[title, ...sections, ...(traps.length > 0 ? [""] : []), ...traps.map((trap) => `- ${escaped(trap)}`)].join("\n")}\n`;
}

function escaped(text: string): string {
  return printable(text).replace(/[\\|<>`*_[\]#]/g, "\\$&");
}
