import type { Explanation } from "../explanation.ts";

/** Something drawn: a question, an end of the program, or the bend of an arrow that passes a layer. */
export interface Item {
  readonly kind: "question" | "end" | "bend";
  /** Lines of text. */
  readonly text: readonly string[];
  /** Of questions: first and last instruction. */
  readonly range?: readonly [first: number, last: number];
  readonly accepts?: boolean;
  readonly layer: number;
}

/** An arrow, from a question over bends to where its answer leads. */
export interface Arrow {
  readonly answer: "yes" | "no";
  readonly path: readonly Item[];
  /** It leads back, in a loop. */
  readonly isBack: boolean;
}

export interface Drawing {
  /** Top down; the order within a layer is still to be found. */
  readonly layers: readonly Item[][];
  readonly arrows: readonly Arrow[];
}

const LINE_LENGTH = 34;

/** Puts each question below all that lead to it, and an end of its own below each question that leads to one. */
export function inLayers({ blocks, firstBlock, ends }: Explanation): Drawing {
  const layers: Item[][] = [];
  const arrows: Arrow[] = [];
  const add = (item: Item): Item => {
    while (layers.length <= item.layer) layers.push([]);
    layers[item.layer]!.push(item);
    return item;
  };
  const isOneAcceptance = [...ends.values()].filter(({ accepts }) => accepts).length === 1;
  const endItem = (name: string, layer: number) => {
    const { text, accepts } = ends.get(name)!;
    return add({ kind: "end", text: wrapped(accepts && isOneAcceptance ? "accepted" : text), accepts, layer });
  };
  if (!blocks.has(firstBlock)) {
    endItem(firstBlock, 0);
    return { layers, arrows };
  }
  const depth = depths(blocks);
  const items = new Map<string, Item>();
  for (const [name, { asks, first, last }] of blocks) {
    const text = asks.flatMap((ask, i) => wrapped(i === 0 ? `${ask}?` : `or: ${ask}?`));
    items.set(name, add({ kind: "question", text, range: [first, last], layer: depth.get(name)! }));
  }
  for (const [name, question] of blocks)
    for (const answer of ["yes", "no"] as const) {
      const from = items.get(name)!;
      const to = items.get(question[answer]) ?? endItem(question[answer], from.layer + 1);
      const isBack = to.layer <= from.layer;
      const bends = isBack ? [] : between(from.layer, to.layer).map((layer) => add({ kind: "bend", text: [], layer }));
      arrows.push({ answer, path: [from, ...bends, to], isBack });
    }
  return { layers, arrows };
}

/** Length of the longest way to each block, from which loops lead away only. Blocks stand before those they lead to. */
function depths(blocks: Explanation["blocks"]): Map<string, number> {
  const depth = new Map<string, number>();
  for (const [name, { first, yes, no }] of blocks) {
    const own = depth.get(name) ?? 0;
    depth.set(name, own);
    for (const to of [yes, no])
      if ((blocks.get(to)?.first ?? 0) > first) depth.set(to, Math.max(depth.get(to) ?? 0, own + 1));
  }
  return depth;
}

function between(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from - 1) }, (_, i) => from + 1 + i);
}

/** Lines of text that are not much longer than a box is wide. */
function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > LINE_LENGTH) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
