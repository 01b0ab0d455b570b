import { cycles } from "./cycles.ts";
import { type Graph, successors } from "./graph.ts";

/**
 * Gives every loop one entry. A loop with several (no compiler writes them for structured code; goto and hand-written assembly
 * do) gets a dispatch block: whoever went to one of the entries now says which one it wants and goes to the dispatch block.
 * Everything outside such loops stays as it is.
 */
export function makeReducible({ blocks }: Graph): void {
  const predecessors: Set<number>[] = blocks.map(() => new Set());
  for (const [from, block] of blocks.entries()) for (const to of successors(block)) predecessors[to]!.add(from);

  /** Entries of the loops that are dealt with; edges to them are not looked at again. */
  const headers = new Set<number>();
  const regions: number[][] = [blocks.map((_, block) => block)];
  while (regions.length > 0)
    for (const loop of cycles(blocks, regions.pop()!, headers)) {
      const inside = new Set(loop);
      const entries = loop.filter((block) => [...predecessors[block]!].some((from) => !inside.has(from)));
      headers.add(entries.length > 1 ? addDispatch(entries, loop, inside) : entries[0]!);
      regions.push(loop);
    }

  function addDispatch(entries: readonly number[], loop: number[], inside: ReadonlySet<number>): number {
    const at = blocks[entries[0]!]!.start;
    const add = (terminator: (typeof blocks)[number]["terminator"]): number => {
      predecessors.push(new Set());
      return blocks.push({ start: at, end: at, terminator }) - 1;
    };
    const dispatch = add({ kind: "dispatch", to: [...entries] });
    loop.push(dispatch);
    for (const [label, entry] of entries.entries()) {
      const froms = [...predecessors[entry]!];
      predecessors[entry] = new Set([dispatch]);
      // One block chooses for those outside and one for those inside: a shared one would be a second way into the loop.
      for (const within of [false, true]) {
        const group = froms.filter((from) => inside.has(from) === within);
        if (group.length === 0) continue;
        const chooser = add({ kind: "goto", to: dispatch, label });
        predecessors[dispatch]!.add(chooser);
        for (const from of group) redirect(from, entry, chooser);
        if (within) loop.push(chooser);
      }
    }
    return dispatch;
  }

  function redirect(from: number, entry: number, chooser: number): void {
    predecessors[chooser]!.add(from);
    const { terminator } = blocks[from]!;
    const moved = (to: number) => (to === entry ? chooser : to);
    if (terminator.kind === "goto") terminator.to = moved(terminator.to);
    else if (terminator.kind === "branch") {
      terminator.taken = moved(terminator.taken);
      terminator.otherwise = moved(terminator.otherwise);
    } else if (terminator.kind === "dispatch")
      for (const [i, to] of terminator.to.entries()) terminator.to[i] = moved(to);
  }
}
