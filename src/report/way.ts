import { formatTime } from "../run/time.ts";
import type { PacketWay, WayStep } from "../way/packet-way.ts";
import type { MapTouch, ProgramWay } from "../way/program-way.ts";
import type { Paint } from "./paint.ts";
import { printable } from "./printable.ts";

/** Instructions that are shown at a run's beginning and at its end. */
const SHOWN = { first: 40, last: 20 };

/** A packet's way, step by step, for people. */
export function describeWay({ packet, steps }: PacketWay, paint: Paint): string {
  const lines = [paint.bold(`Packet #${packet}`), ...steps.flatMap((step) => stepLines(step, paint))];
  return lines.map((line) => `${line}\n`).join("");
}

function stepLines({ time, where, what, run, row }: WayStep, paint: Paint): string[] {
  const head = `  ${paint.dim(formatTime(time))}  ${paint.cyan(printable(where))}  ${printable(what)}`;
  if (run === undefined) return [head];
  return [head, ...runLines(run, paint), ...(row === undefined ? [] : [`      so    ${row.returns}: ${row.does}`])];
}

/** What a program saw, ran and touched. */
export function runLines({ context, instructions, more, maps }: ProgramWay, paint: Paint): string[] {
  const saw = Object.entries(context).map(
    ([name, value]) => `${name} ${value > 9 ? `0x${value.toString(16)}` : value}`,
  );
  return [
    `      saw   ${saw.length === 0 ? "nothing of its context" : saw.join(", ")}`,
    `      ran   ${instructions.length + more} instructions`,
    ...instructionLines(instructions, paint),
    ...maps.map((touch) => `      map   ${printable(touchText(touch))}`),
  ];
}

function instructionLines(all: ProgramWay["instructions"], paint: Paint): string[] {
  const lines: string[] = [];
  let where = "";
  for (const [i, { index, text, place }] of all.entries()) {
    const left = all.length - SHOWN.first - SHOWN.last;
    if (left > 0 && i === SHOWN.first) lines.push(`            ... ${left} instructions more ...`);
    if (left > 0 && i >= SHOWN.first && i < SHOWN.first + left) continue;
    const at = place?.line === undefined ? "" : `${place.file}:${place.line}`;
    if (at !== "" && at !== where) lines.push(`            ${paint.dim(printable(at))}`);
    where = at;
    lines.push(`            ${`${index}`.padStart(4)}: ${printable(text)}`);
  }
  return lines;
}

function touchText({ map, helper, key, before, after }: MapTouch): string {
  const entry = key === undefined ? map : `${map}[${number(key)}]`;
  if (before === undefined)
    return `${entry}  ${helper}${after === undefined ? ", nothing there" : `, puts ${number(after)}`}`;
  return `${entry}  ${helper}, ${number(before)}${after === before ? "" : ` -> ${number(after ?? "")}`}`;
}

/** Values of a number's size as little-endian numbers, others as bytes. */
function number(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  if (![1, 2, 4, 8].includes(bytes.length)) return `0x${hex}`;
  return `${BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex")}`)}`;
}
