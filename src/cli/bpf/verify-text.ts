import type { ExplainedStep, Explanation } from "../../bpf/verifier/explain/explain.ts";
import type { SourceOf, SourcePlace } from "../../bpf/verifier/explain/source-place.ts";
import type { Witness } from "../../bpf/verifier/explain/witness/witness.ts";
import type { Need } from "../../bpf/verifier/releases/needs.ts";
import { type Paint, painter } from "../../report/paint.ts";
import { printable } from "../../report/printable.ts";
import { plural } from "../../report/words.ts";
import type { VerifyOutcome } from "./verify-outcome.ts";
import type { VerifyTarget } from "./verify-target.ts";

/** Columns of source that are shown. */
const WIDTH = 110;

/** An outcome as people read it. */
export function asText(outcome: VerifyOutcome, color: boolean): string {
  const paint = painter(color);
  const { target, result, explanation, witness } = outcome;
  const { instructionsProcessed, totalStates } = result.statistics;
  const walked = `${plural(instructionsProcessed, "instruction")} walked, ${plural(totalStates, "state")} kept`;
  const verdict =
    explanation === undefined
      ? `${printable(target.name)}: ${paint.green("accepted")} as ${target.options.type}; ${walked}\n`
      : `${refusalText(target, explanation, witness, paint)}${printable(target.name)}: ${paint.red("refused")} as ${target.options.type}; ${walked}\n`;
  return `${verdict}${kernelsText(outcome, paint)}`;
}

function refusalText(
  target: VerifyTarget,
  explanation: Explanation,
  witness: Witness | undefined,
  paint: Paint,
): string {
  const { category, reason, meaning, instruction, text, source, path, suggestion } = explanation;
  const lines = [`${paint.red(`error[${category}]`)}${paint.bold(`: ${printable(reason)}`)}`];
  if (instruction >= 0) {
    const at = source === undefined ? printable(target.name) : placeText(source);
    lines.push(`  ${paint.cyan("-->")} ${at}, instruction ${instruction}`);
    lines.push(...excerpt(source, text ?? "", path.at(-1)?.state, paint));
  }
  for (const line of explanation.lines.slice(0, -1)) lines.push(`  ${paint.cyan("=")} ${printable(line)}`);
  if (meaning !== undefined) lines.push(`  ${paint.cyan("=")} ${meaning}`);
  if (path.length > 1)
    lines.push(`  ${paint.bold("because:")}`, ...path.slice(0, -1).flatMap((step) => stepLines(step, paint)));
  if (witness !== undefined) lines.push(...witnessLines(target, witness, paint));
  lines.push(`  ${paint.cyan("help:")} ${suggestion}`, "");
  return `${lines.join("\n")}\n`;
}

const placeText = ({ file, line, column }: SourcePlace): string =>
  `${printable(file)}:${line}${column === undefined ? "" : `:${column}`}`;

/** The line of source with a pointer under it, or the instruction where there is no source. */
function excerpt(source: SourcePlace | undefined, text: string, state: string | undefined, paint: Paint): string[] {
  const number = source?.text === undefined ? "" : String(source.line);
  const raw = source?.text ?? text;
  if (raw === "") return [];
  // Columns count the characters before the first one that is shown.
  const indent = raw.length - raw.trimStart().length;
  const shown = printable(raw.replace(/\t/g, " ")).trim().slice(0, WIDTH);
  const column = source?.text === undefined || source.column === undefined ? 0 : source.column - 1 - indent;
  const start = column >= 0 && column < shown.length ? column : 0;
  const width = Math.max(
    1,
    source?.column === undefined ? shown.length : (/^[\w.>-]+/.exec(shown.slice(start))?.[0].length ?? 1),
  );
  const margin = " ".repeat(number.length);
  return [
    `  ${paint.dim(`${margin} |`)}`,
    `  ${paint.dim(`${number} |`)} ${shown}`,
    `  ${paint.dim(`${margin} |`)} ${" ".repeat(start)}${paint.red("^".repeat(width))}${state === undefined ? "" : ` ${paint.red(state)}`}`,
  ];
}

function stepLines({ instruction, text, source, says, state }: ExplainedStep, paint: Paint): string[] {
  const where = source === undefined ? "" : paint.dim(`  ${placeText(source)}`);
  const exact = state === undefined ? "" : paint.dim(` [${printable(state)}]`);
  return [`    ${String(instruction).padStart(4)}: ${printable(text)}${where}`, `          ${printable(says)}${exact}`];
}

function witnessLines(target: VerifyTarget, witness: Witness, paint: Paint): string[] {
  const { packet, length, random, filledMaps, fault } = witness;
  const bytes = length === 0 ? "an empty packet" : `a packet of ${plural(length, "byte")}`;
  const chance =
    random === undefined ? "" : ` and random ${random.length === 1 ? "number" : "numbers"} ${random.join(", ")}`;
  const maps = filledMaps === true ? " and a value for the key of zeros in each map" : "";
  const lines = [
    `  ${paint.yellow("witness:")} with ${bytes}${chance}${maps}, ${fault.charAt(0).toLowerCase()}${fault.slice(1)}`,
  ];
  if (length > 0) lines.push(`           ${canRun(target, witness) ? runCommand(target, packet) : shortened(packet)}`);
  return lines;
}

/** `netsim bpf run` shows the same. */
const canRun = ({ section, options }: VerifyTarget, { packet, random }: Witness): boolean =>
  section === null && random === undefined && options.maps?.size === 0 && packet.length <= 128;

const runCommand = ({ name, options }: VerifyTarget, packet: string): string =>
  `netsim bpf run ${printable(name)} --type ${options.type} --packet ${packet}`;

/** Hexadecimal digits without the zero bytes at their end. */
function shortened(packet: string): string {
  const bytes = packet.match(/../g) ?? [];
  const rest = bytes.slice(0, bytes.findLastIndex((byte) => byte !== "00") + 1).join("");
  const zeroes = bytes.length - rest.length / 2;
  if (zeroes < 8) return packet;
  return `${rest}${rest === "" ? "" : ", then "}${plural(zeroes, "zero byte")}`;
}

function kernelsText({ kernels, target, result }: VerifyOutcome, paint: Paint): string {
  const lines: string[] = [];
  for (const { release, loads, missing, unsure } of kernels) {
    const verdict = loads
      ? paint.green("nothing that it needs is missing")
      : paint.red(missing.length === 0 ? "would refuse it as today's Linux does" : "would not load it");
    lines.push(`Linux ${release}: ${verdict}`);
    for (const need of missing) lines.push(...needLines(need, target.sourceOf, paint));
    if (unsure.length > 0 && loads && result.accepted)
      lines.push(paint.dim(`  may refuse it all the same: its verifier does not know ${unsure.join("; ")}`));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function needLines({ what, since, instruction, count, instead }: Need, sourceOf: SourceOf, paint: Paint): string[] {
  const source = sourceOf(instruction);
  const others = count > 1 ? ` and ${plural(count - 1, "other")}` : "";
  const where =
    instruction < 0
      ? ""
      : `  at instruction ${instruction}${source === undefined ? "" : ` (${placeText(source)})`}${others}`;
  const lines = [`  ${printable(what)}: Linux ${since.release} and newer (${since.commit})${where}`];
  if (source?.text !== undefined)
    lines.push(`      ${paint.dim("|")} ${printable(source.text.trim()).slice(0, WIDTH)}`);
  if (instead !== undefined) lines.push(`      ${paint.cyan("help:")} ${instead}`);
  return lines;
}
