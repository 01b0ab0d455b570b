import type { Place } from "../../errors.ts";

/** How often each instruction of a program ran. */
export interface ProgramCoverage {
  readonly name: string;
  readonly instructions: readonly InstructionCoverage[];
}

export interface InstructionCoverage {
  /** Number of the instruction, in slots. */
  readonly index: number;
  readonly text: string;
  /** Where it was written. */
  readonly place?: Place;
  readonly count: number;
  /** Of instructions that go one of two ways: how often each. */
  readonly branch?: { readonly jumped: number; readonly wentOn: number };
}

/** Coverages of the same programs become one. */
export function mergeCoverage(all: readonly ProgramCoverage[]): ProgramCoverage[] {
  const merged = new Map<string, ProgramCoverage>();
  for (const program of all) {
    const key = JSON.stringify([program.name, program.instructions.map(({ index, text }) => [index, text])]);
    const before = merged.get(key);
    merged.set(key, before === undefined ? program : sum(before, program));
  }
  return [...merged.values()];
}

function sum(a: ProgramCoverage, b: ProgramCoverage): ProgramCoverage {
  const instructions = a.instructions.map((one, i) => {
    const other = b.instructions[i]!;
    const branch = one.branch && {
      jumped: one.branch.jumped + (other.branch?.jumped ?? 0),
      wentOn: one.branch.wentOn + (other.branch?.wentOn ?? 0),
    };
    return { ...one, count: one.count + other.count, ...(branch && { branch }) };
  });
  return { name: a.name, instructions };
}

/** Parts of a program that ran, and all that there are. */
export interface CoverageTotals {
  readonly instructions: readonly [ran: number, all: number];
  /** Ways of instructions that have two. */
  readonly branches: readonly [taken: number, all: number];
}

export function totalsOf({ instructions }: Pick<ProgramCoverage, "instructions">): CoverageTotals {
  const ways = instructions.flatMap(({ branch }) => (branch === undefined ? [] : [branch.jumped, branch.wentOn]));
  const positive = (count: number) => count > 0;
  return {
    instructions: [instructions.filter(({ count }) => positive(count)).length, instructions.length],
    branches: [ways.filter(positive).length, ways.length],
  };
}

/** Lines of a file that instructions were written in. */
export interface LineCoverage {
  /** How often the line's most frequent instruction ran. */
  count: number;
  readonly branches: { readonly index: number; readonly jumped: number; readonly wentOn: number }[];
}

/** Lines by their numbers, by the files that they are in; programs that do not know their lines have none. */
export function linesOf(programs: readonly ProgramCoverage[]): Map<string, Map<number, LineCoverage>> {
  const files = new Map<string, Map<number, LineCoverage>>();
  for (const { instructions } of programs) {
    // Programs of one file may share lines, as of functions that both have in them: what each ran counts.
    const own = new Map<LineCoverage, number>();
    for (const { index, place, count, branch } of instructions) {
      if (place?.line === undefined) continue;
      const lines = entry(files, place.file, () => new Map<number, LineCoverage>());
      const line = entry(lines, place.line, () => ({ count: 0, branches: [] }));
      own.set(line, Math.max(own.get(line) ?? 0, count));
      if (branch !== undefined) line.branches.push({ index, ...branch });
    }
    for (const [line, count] of own) line.count += count;
  }
  return files;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}
