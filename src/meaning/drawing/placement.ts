import type { Drawing, Item } from "./layers.ts";

export interface Box {
  /** Middle. */
  x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Placement {
  readonly boxes: ReadonlyMap<Item, Box>;
  readonly width: number;
  readonly height: number;
}

const CHARACTER = 7.4;
const LINE = 17;
const PADDING = 12;
const GAP = 24;
const LAYER_GAP = 46;
const MARGIN = 24;
/** Rounds of putting things below and above what they belong to. */
const ROUNDS = 12;

/** Finds places with few crossings and short arrows (the steps of Sugiyama, Tagawa and Toda, 1981). */
export function place({ layers, arrows }: Drawing): Placement {
  const above = new Map<Item, Item[]>();
  const below = new Map<Item, Item[]>();
  for (const { path, isBack } of arrows)
    for (let i = 1; i < path.length && !isBack; i++) {
      below.set(path[i - 1]!, [...(below.get(path[i - 1]!) ?? []), path[i]!]);
      above.set(path[i]!, [...(above.get(path[i]!) ?? []), path[i - 1]!]);
    }
  const ordered = order(layers, above, below);
  const boxes = new Map<Item, Box>();
  let y = MARGIN;
  for (const layer of ordered) {
    const sizes = layer.map(sizeOf);
    const height = Math.max(...sizes.map((size) => size.height));
    for (const [i, item] of layer.entries()) boxes.set(item, { x: 0, y: y + height / 2, ...sizes[i]! });
    y += height + LAYER_GAP;
  }
  for (let round = 0; round < ROUNDS; round++) {
    const down = round % 2 === 0;
    for (const layer of down ? ordered : [...ordered].reverse()) settle(layer, boxes, down ? above : below);
  }
  const edges = [...boxes.values()].flatMap(({ x, width }) => [x - width / 2, x + width / 2]);
  const left = Math.min(...edges);
  for (const box of boxes.values()) box.x += MARGIN - left;
  return { boxes, width: Math.max(...edges) - left + 2 * MARGIN, height: y - LAYER_GAP + MARGIN };
}

function sizeOf({ kind, text, range }: Item): { width: number; height: number } {
  if (kind === "bend") return { width: 4, height: 4 };
  const longest = Math.max(...text.map(({ length }) => length));
  return {
    width: longest * CHARACTER + 2 * PADDING,
    height: (text.length + (range === undefined ? 0 : 1)) * LINE + PADDING,
  };
}

/** Sorts each layer by where its neighbours stand in the next one, to and fro. */
function order(layers: readonly Item[][], above: Neighbours, below: Neighbours): Item[][] {
  const sorted = layers.map((layer) => [...layer]);
  for (let round = 0; round < ROUNDS; round++) {
    const down = round % 2 === 0;
    for (let i = 1; i < sorted.length; i++) {
      const at = down ? i : sorted.length - 1 - i;
      const reference = new Map(sorted[down ? at - 1 : at + 1]!.map((item, index) => [item, index]));
      const weight = new Map(
        sorted[at]!.map((item, index) => {
          const neighbours = ((down ? above : below).get(item) ?? []).map((each) => reference.get(each)!);
          return [item, neighbours.length === 0 ? index : mean(neighbours)];
        }),
      );
      sorted[at]!.sort((a, b) => weight.get(a)! - weight.get(b)!);
    }
  }
  return sorted;
}

type Neighbours = ReadonlyMap<Item, readonly Item[]>;

/**
 * Moves a layer's boxes to below (or above) the middle of their neighbours, as near as their order and distances permit:
 * least squares under these constraints, found by joining neighbours that would be too close (isotonic regression).
 */
function settle(layer: readonly Item[], boxes: ReadonlyMap<Item, Box>, neighbours: Neighbours): void {
  let offset = 0;
  const groups: { sum: number; items: { box: Box; offset: number }[] }[] = [];
  for (const [i, item] of layer.entries()) {
    const box = boxes.get(item)!;
    if (i > 0) offset += boxes.get(layer[i - 1]!)!.width / 2 + GAP + box.width / 2;
    const others = (neighbours.get(item) ?? []).map((each) => boxes.get(each)!.x);
    const wanted = others.length === 0 ? box.x : mean(others);
    groups.push({ sum: wanted - offset, items: [{ box, offset }] });
    for (let last = groups.at(-1)!; groups.length > 1; last = groups.at(-1)!) {
      const before = groups.at(-2)!;
      if (before.sum / before.items.length <= last.sum / last.items.length) break;
      groups.splice(-2, 2, { sum: before.sum + last.sum, items: [...before.items, ...last.items] });
    }
  }
  for (const { sum, items } of groups) for (const each of items) each.box.x = sum / items.length + each.offset;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
