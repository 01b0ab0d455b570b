import type { SourceOf } from "../explain/source-place.ts";
import { instructionText } from "../log/instruction-text.ts";
import type { ProgramModel } from "../program/program-model.ts";
import { type Block, type BlockEdge, blocksOf } from "./blocks.ts";
import { escapeHtml } from "./escape.ts";
import { layOut, type Point } from "./layout.ts";
import type { WalkRecord } from "./walk-record.ts";

const LINE = 18;
const PADDING = 8;
/** Width of a character of the 12-pixel monospaced font. */
const CHARACTER = 7.3;
const GUTTER = 62;
const BADGE = 54;
const LONGEST = 64;
const FUNCTION_GAP = 64;
const TITLE = 30;

/** What the drawing is told. */
export interface GraphInput {
  readonly model: ProgramModel;
  readonly record: WalkRecord;
  readonly sourceOf: SourceOf;
  /** Slots of the path to the refusal; empty for accepted programs. */
  readonly path: ReadonlySet<number>;
  /** Whether the path goes from one instruction straight to another. */
  readonly isStep: (from: number, to: number) => boolean;
  /** The refused instruction; -1 for none. */
  readonly refused: number;
  readonly functionNames: ReadonlyMap<number, string>;
}

/** A line of a block: an instruction, or the source that the instructions below it come from. */
interface Line {
  readonly instruction: number;
  readonly text: string;
  readonly isSource: boolean;
}

/** The control-flow graph as an SVG element, function beside function. */
export function graphSvg(input: GraphInput): string {
  const { model } = input;
  const graph = blocksOf(model);
  const parts: string[] = [];
  let x = 0;
  let height = 0;
  for (const { number, start } of model.subprograms) {
    const own = [...graph.blocks.keys()].filter((at) => graph.blocks[at]!.subprogram === number);
    const index = new Map(own.map((at, i) => [at, i]));
    const edges = graph.edges.filter(({ from, to }) => index.has(from) && index.has(to));
    const lines = own.map((at) => linesOf(graph.blocks[at]!, input));
    const layout = layOut(
      lines.map((all) => ({ width: widthOf(all), height: all.length * LINE + PADDING * 2 })),
      edges.map(({ from, to }) => ({ from: index.get(from)!, to: index.get(to)! })),
    );
    const name = input.functionNames.get(start) ?? (number === 0 ? "main" : `function at ${start}`);
    const drawn = [
      `<text class="title" x="0" y="16">${escapeHtml(name)}</text>`,
      ...edges.map((edge, i) => edgeSvg(edge, layout.edges[i]!, graph.blocks, input)),
      ...lines.map((all, i) => blockSvg(all, layout.nodes[i]!, input)),
    ];
    parts.push(`<g transform="translate(${round(x)} 0)">${drawn.join("")}</g>`);
    x += Math.max(layout.width, name.length * 9) + FUNCTION_GAP;
    height = Math.max(height, layout.height + TITLE);
  }
  const [width, total] = [Math.ceil(x - FUNCTION_GAP + 48), Math.ceil(height + 48)];
  return [
    `<svg id="svg" xmlns="http://www.w3.org/2000/svg" viewBox="-24 -16 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="Control-flow graph">`,
    "<defs>",
    ...["plain", "jump", "hot"].map(
      (name) =>
        `<marker id="arrow-${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto"><path class="head ${name}" d="M0 0L8 4L0 8z"/></marker>`,
    ),
    "</defs>",
    ...parts,
    "</svg>",
  ].join("");
}

const round = (value: number): number => Math.round(value * 10) / 10;

function linesOf({ instructions }: Block, { model, sourceOf }: GraphInput): readonly Line[] {
  const lines: Line[] = [];
  let shown = "";
  for (const instruction of instructions) {
    const it = model.instructions[instruction] ?? null;
    const source = sourceOf(instruction);
    const key = source === undefined ? "" : `${source.file}:${source.line}`;
    if (source?.text !== undefined && key !== shown && source.text.trim() !== "")
      lines.push({ instruction, text: cut(`${source.line}  ${source.text.trim()}`), isSource: true });
    shown = key;
    lines.push({ instruction, text: cut(it === null ? "malformed" : instructionText(it)), isSource: false });
  }
  return lines;
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

const widthOf = (lines: readonly Line[]): number =>
  GUTTER +
  Math.max(...lines.map(({ text, isSource }) => text.length * CHARACTER - (isSource ? GUTTER - 12 : 0))) +
  BADGE;

function blockSvg(lines: readonly Line[], { x, y }: Point, input: GraphInput): string {
  const width = round(widthOf(lines));
  const height = lines.length * LINE + PADDING * 2;
  const dead = lines.every(({ instruction }) => input.record.instructions[instruction]!.visits === 0);
  const rows = lines.map((line, i) => lineSvg(line, PADDING + i * LINE, width, input));
  return `<g class="block${dead ? " dead" : ""}" transform="translate(${round(x)} ${round(y + TITLE)})"><rect class="box" width="${width}" height="${height}" rx="7"/>${rows.join("")}</g>`;
}

function lineSvg(
  { instruction, text, isSource }: Line,
  y: number,
  width: number,
  { record, path, refused }: GraphInput,
): string {
  if (isSource) return `<text class="src" x="12" y="${y + 13}">${escapeHtml(text)}</text>`;
  const { visits, pruned } = record.instructions[instruction]!;
  const heat = visits === 0 ? 0 : Math.min(6, 1 + Math.floor(Math.log10(visits) * 1.6));
  const classes = ["line", path.has(instruction) ? "on-path" : "", instruction === refused ? "refused" : ""].filter(
    Boolean,
  );
  return [
    `<g class="${classes.join(" ")}" data-i="${instruction}" transform="translate(0 ${y})">`,
    `<rect class="hit" x="1" width="${round(width - 2)}" height="${LINE}"/>`,
    `<rect class="heat h${heat}" x="5" y="2" width="4" height="${LINE - 4}" rx="2"/>`,
    `<text class="no" x="48" y="13">${instruction}</text><text x="58" y="13">${escapeHtml(text)}</text>`,
    pruned > 0 ? `<text class="cut" x="${round(width - 8)}" y="13">✂ ${pruned}</text>` : "",
    "</g>",
  ].join("");
}

function edgeSvg(
  { from, to, kind }: BlockEdge,
  points: readonly Point[],
  blocks: readonly Block[],
  { record, isStep }: GraphInput,
): string {
  const source = blocks[from]!.instructions.at(-1)!;
  const target = blocks[to]!.instructions[0]!;
  const walked = record.between(source, target);
  const onPath = isStep(source, target);
  const classes = ["edge", kind, walked === 0 ? "never" : "", onPath ? "hot" : ""].filter(Boolean).join(" ");
  const head = onPath ? "hot" : kind === "jump" ? "jump" : "plain";
  const [first] = points;
  const [side, anchor] = kind === "jump" ? [6, "start"] : [-6, "end"];
  const label =
    walked > 0
      ? `<text class="count" text-anchor="${anchor}" x="${round(first!.x + side)}" y="${round(first!.y + TITLE + 13)}">${walked}</text>`
      : "";
  return `<path class="${classes}" d="${curve(points)}" marker-end="url(#arrow-${head})"><title>${source} to ${target}: walked ${walked} times</title></path>${label}`;
}

/** A line through the points, rounded: every piece leaves and comes in upright. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point): string => `${round(x)} ${round(y + TITLE)}`;
  let path = `M${at(points[0]!)}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    const bend = (b.y - a.y) / 2;
    path += a.x === b.x ? `L${at(b)}` : `C${at({ x: a.x, y: a.y + bend })} ${at({ x: b.x, y: b.y - bend })} ${at(b)}`;
  }
  return path;
}
