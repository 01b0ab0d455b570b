/** A box to be placed. */
export interface LayoutNode {
  readonly width: number;
  readonly height: number;
}

export interface LayoutEdge {
  readonly from: number;
  readonly to: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Upper left corner of each node. */
  readonly nodes: readonly Point[];
  /** Points that each edge goes through, from its source's lower side to its target's upper side. */
  readonly edges: readonly (readonly Point[])[];
}

const GAP_X = 36;
const GAP_Y = 44;
const SWEEPS = 8;
/** How much everything is drawn to the middle of the first box, so that long graphs stay upright. */
const TO_AXIS = 0.12;

interface Vertex {
  readonly width: number;
  readonly height: number;
  readonly layer: number;
  readonly up: number[];
  readonly down: number[];
  x: number;
}

/**
 * Places a graph in layers from top to bottom, as Sugiyama, Tagawa and Toda do: edges that close cycles are turned round, long
 * ones are cut by points in every layer between, and layers are ordered by the mean of their neighbours.
 * @param entry index of the node that stands at the top.
 */
export function layOut(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[], entry = 0): Layout {
  const backwards = findBackEdges(nodes.length, edges, entry);
  const forward = edges.map(({ from, to }, i) => (backwards[i] ? { from: to, to: from } : { from, to }));
  const layers = findLayers(nodes.length, forward);
  const vertices: Vertex[] = nodes.map(({ width, height }, i) => ({
    width,
    height,
    layer: layers[i]!,
    up: [],
    down: [],
    x: 0,
  }));
  const chains = forward.map(({ from, to }) => chainOf(vertices, from, to));
  const rows = order(vertices);
  placeColumns(vertices, rows);
  const tops = placeRows(vertices, rows);
  const least = Math.min(...vertices.map(({ x }) => x));
  for (const vertex of vertices) vertex.x -= least;
  const points = edges.map((_, i) => route(vertices, chains[i]!, tops, rows, backwards[i]!));
  return {
    width: Math.max(...vertices.map(({ x, width }) => x + width)),
    height: tops.at(-1)! - GAP_Y,
    nodes: nodes.map((_, i) => ({ x: vertices[i]!.x, y: tops[vertices[i]!.layer]! })),
    edges: points,
  };
}

/** Which edges lead back to a node that a depth-first search is still on. */
function findBackEdges(count: number, edges: readonly LayoutEdge[], entry: number): readonly boolean[] {
  const outgoing: number[][] = Array.from({ length: count }, () => []);
  for (const [i, { from }] of edges.entries()) outgoing[from]!.push(i);
  const state = new Uint8Array(count);
  const back = new Array<boolean>(edges.length).fill(false);
  for (const root of [entry, ...Array(count).keys()]) {
    if (state[root] !== 0) continue;
    const stack = [{ node: root, next: 0 }];
    state[root] = 1;
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const edge = outgoing[top.node]![top.next++];
      if (edge === undefined) {
        state[top.node] = 2;
        stack.pop();
        continue;
      }
      const { to } = edges[edge]!;
      if (state[to] === 1) back[edge] = true;
      else if (state[to] === 0) {
        state[to] = 1;
        stack.push({ node: to, next: 0 });
      }
    }
  }
  return back;
}

/** The longest way from the top to each node. */
function findLayers(count: number, edges: readonly LayoutEdge[]): readonly number[] {
  const waiting = new Int32Array(count);
  const outgoing: number[][] = Array.from({ length: count }, () => []);
  for (const { from, to } of edges) {
    if (from === to) continue;
    waiting[to]!++;
    outgoing[from]!.push(to);
  }
  const layers = new Array<number>(count).fill(0);
  const ready = [...Array(count).keys()].filter((node) => waiting[node] === 0);
  for (let node = ready.shift(); node !== undefined; node = ready.shift())
    for (const to of outgoing[node]!) {
      layers[to] = Math.max(layers[to]!, layers[node]! + 1);
      if (--waiting[to]! === 0) ready.push(to);
    }
  return layers;
}

/** Vertices of an edge from top to bottom; makes those between its ends. */
function chainOf(vertices: Vertex[], from: number, to: number): readonly number[] {
  const chain = [from];
  for (let layer = vertices[from]!.layer + 1; layer < vertices[to]!.layer; layer++) {
    chain.push(vertices.length);
    vertices.push({ width: 2, height: 0, layer, up: [], down: [], x: 0 });
  }
  if (from === to) return chain;
  chain.push(to);
  for (let i = 1; i < chain.length; i++) {
    vertices[chain[i - 1]!]!.down.push(chain[i]!);
    vertices[chain[i]!]!.up.push(chain[i - 1]!);
  }
  return chain;
}

/** Vertices by layer, from left to right. */
function order(vertices: readonly Vertex[]): number[][] {
  const rows: number[][] = [];
  for (const [i, { layer }] of vertices.entries()) {
    rows[layer] ??= [];
    rows[layer].push(i);
  }
  const position = new Float64Array(vertices.length);
  const renumber = (row: readonly number[]): void => {
    for (const [i, vertex] of row.entries()) position[vertex] = i;
  };
  rows.forEach(renumber);
  const mean = (neighbours: readonly number[], otherwise: number): number =>
    neighbours.length === 0 ? otherwise : neighbours.reduce((sum, at) => sum + position[at]!, 0) / neighbours.length;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : rows.toReversed()) {
      const weight = new Map(row.map((at) => [at, mean(down ? vertices[at]!.up : vertices[at]!.down, position[at]!)]));
      row.sort((a, b) => weight.get(a)! - weight.get(b)! || position[a]! - position[b]!);
      renumber(row);
    }
  }
  return rows;
}

/** Draws vertices towards their neighbours, as far as the ones beside them allow. */
function placeColumns(vertices: readonly Vertex[], rows: readonly (readonly number[])[]): void {
  for (const row of rows) {
    let x = 0;
    for (const at of row) {
      vertices[at]!.x = x;
      x += vertices[at]!.width + GAP_X;
    }
  }
  const middle = ({ x, width }: Vertex): number => x + width / 2;
  const axis = middle(vertices[rows[0]![0]!]!);
  for (let sweep = 0; sweep < SWEEPS * 2; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : rows.toReversed()) {
      const wanted = row.map((at) => {
        const vertex = vertices[at]!;
        const all = down ? vertex.up : vertex.down;
        // Points of long edges follow, and do not pull.
        const boxes = all.filter((other) => vertices[other]!.height > 0);
        const neighbours = boxes.length > 0 ? boxes : all;
        if (neighbours.length === 0) return vertex.x;
        const mean = neighbours.reduce((sum, other) => sum + middle(vertices[other]!), 0) / neighbours.length;
        return mean + (axis - mean) * TO_AXIS - vertex.width / 2;
      });
      settle(vertices, row, wanted);
    }
  }
}

/** Puts a row's vertices as near as may be to where they are wanted, without one over the other. */
function settle(vertices: readonly Vertex[], row: readonly number[], wanted: readonly number[]): void {
  interface Group {
    first: number;
    count: number;
    sum: number;
    width: number;
  }
  const groups: Group[] = [];
  for (let i = 0; i < row.length; i++) {
    const { width } = vertices[row[i]!]!;
    let group: Group = { first: i, count: 1, sum: wanted[i]!, width: width + GAP_X };
    for (let last = groups.at(-1); last !== undefined; last = groups.at(-1)) {
      if (last.sum / last.count + last.width <= group.sum / group.count) break;
      groups.pop();
      group = {
        first: last.first,
        count: last.count + group.count,
        sum: last.sum + group.sum - group.count * last.width,
        width: last.width + group.width,
      };
    }
    groups.push(group);
  }
  for (const { first, count, sum } of groups) {
    let x = sum / count;
    for (let i = first; i < first + count; i++) {
      const vertex = vertices[row[i]!]!;
      vertex.x = x;
      x += vertex.width + GAP_X;
    }
  }
}

/** Upper side of each layer, and of one more below the last. */
function placeRows(vertices: readonly Vertex[], rows: readonly (readonly number[])[]): readonly number[] {
  const tops = [0];
  for (const row of rows) tops.push(tops.at(-1)! + Math.max(...row.map((at) => vertices[at]!.height)) + GAP_Y);
  return tops;
}

function route(
  vertices: readonly Vertex[],
  chain: readonly number[],
  tops: readonly number[],
  rows: readonly (readonly number[])[],
  backwards: boolean,
): readonly Point[] {
  const first = vertices[chain[0]!]!;
  if (chain.length === 1) {
    // A block that jumps to itself.
    const [right, top, bottom] = [first.x + first.width, tops[first.layer]!, tops[first.layer]! + first.height];
    return [
      { x: right - 20, y: bottom },
      { x: right + GAP_X / 2, y: bottom + 8 },
      { x: right + GAP_X / 2, y: top - 8 },
      { x: right - 20, y: top },
    ];
  }
  const points: Point[] = [];
  for (const [i, at] of chain.entries()) {
    const { x, width, height, layer } = vertices[at]!;
    const top = tops[layer]!;
    const rowHeight = Math.max(...rows[layer]!.map((other) => vertices[other]!.height));
    const center = x + width / 2;
    if (i === 0) points.push({ x: center + (backwards ? width / 4 : 0), y: top + height });
    else if (i === chain.length - 1) points.push({ x: center + (backwards ? width / 4 : 0), y: top });
    else points.push({ x: center, y: top }, { x: center, y: top + rowHeight });
  }
  return backwards ? points.reverse() : points;
}
