import type { Explanation } from "../explanation.ts";
import { type Arrow, type Item, inLayers } from "./layers.ts";
import { type Box, type Placement, place } from "./placement.ts";

const LINE = 17;
const ARROW_HEAD = 7;

/** Draws a program's questions and ends as SVG; `listing`: its instructions as text, by index. */
export function drawGraph(explanation: Explanation, listing: readonly string[]): string {
  const drawing = inLayers(explanation);
  const placement = place(drawing);
  const { boxes, width, height } = placement;
  const arrows = drawing.arrows.map((arrow) => drawArrow(arrow, sideOf(arrow, drawing.arrows, placement), placement));
  const items = [...boxes].filter(([{ kind }]) => kind !== "bend").map(([item, box]) => drawItem(item, box, listing));
  const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
  const label = "The questions that the program asks, and where the answers lead";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}" ${size}>`,
    ...arrows,
    ...items,
    "</svg>",
  ].join("\n");
}

/** Text for an HTML or XML document. */
export function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}

function drawItem(
  { kind, text, range, accepts }: Item,
  { x, y, width, height }: Box,
  listing: readonly string[],
): string {
  const style = kind === "end" ? (accepts === true ? "accept" : "reject") : "question";
  const radius = kind === "end" ? height / 2 : 6;
  const rect = `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="${round(radius)}"/>`;
  const lines = [...text];
  const title = range === undefined ? "" : listing.slice(range[0], range[1] + 1).join("\n");
  if (range !== undefined) lines.push(range[0] === range[1] ? `(${range[0]})` : `(${range[0]}-${range[1]})`);
  const top = y - ((lines.length - 1) * LINE) / 2 + 4.5;
  const rows = lines.map((line, i) => {
    const small = range !== undefined && i === lines.length - 1 ? ' class="range"' : "";
    return `<text${small} x="${round(x)}" y="${round(top + i * LINE)}">${escaped(line)}</text>`;
  });
  const tooltip = title === "" ? "" : `<title>${escaped(title)}</title>`;
  return `<g class="${style}">${tooltip}${rect}${rows.join("")}</g>`;
}

/** -1: at its question's left, 1: at its right, so that the two answers do not cross. */
function sideOf(arrow: Arrow, arrows: readonly Arrow[], { boxes }: Placement): -1 | 1 {
  const x = ({ path }: Arrow) => boxes.get(path[1]!)!.x;
  const other = arrows.find((each) => each !== arrow && each.path[0] === arrow.path[0]);
  if (other === undefined || x(other) === x(arrow)) return arrow.answer === "yes" ? -1 : 1;
  return x(arrow) < x(other) ? -1 : 1;
}

function drawArrow({ answer, path, isBack }: Arrow, side: -1 | 1, { boxes, width }: Placement): string {
  const points = path.map((item) => boxes.get(item)!);
  const [from, to] = [points[0]!, points.at(-1)!];
  const start = { x: from.x + side * Math.min(from.width / 4, 40), y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y - to.height / 2 };
  const label = `<text x="${round(start.x + side * 14)}" y="${round(start.y + 14)}">${answer}</text>`;
  const head = `<path class="head" d="M${round(end.x)},${round(end.y)}l${-ARROW_HEAD / 2},${-ARROW_HEAD}h${ARROW_HEAD}z"/>`;
  const line = isBack ? backwards(start, end, width) : downwards([start, ...points.slice(1, -1), end]);
  return `<g class="${answer}"><path d="${line}"/>${head}${label}</g>`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function downwards(points: readonly Point[]): string {
  const [first, ...others] = points as [Point, ...Point[]];
  let path = `M${round(first.x)},${round(first.y)}`;
  let before = first;
  for (const point of others) {
    const middle = (before.y + point.y) / 2;
    path += `C${round(before.x)},${round(middle)} ${round(point.x)},${round(middle)} ${round(point.x)},${round(point.y)}`;
    before = point;
  }
  return path;
}

/** Around at the right. */
function backwards(start: Point, end: Point, width: number): string {
  const edge = width - 8;
  return `M${round(start.x)},${round(start.y)}C${edge},${round(start.y + 40)} ${edge},${round(end.y - 40)} ${round(end.x)},${round(end.y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
