import { type InstructionCoverage, type ProgramCoverage, totalsOf } from "../../testing/coverage/coverage.ts";
import type { Paint } from "../paint.ts";
import { printable } from "../printable.ts";

/** Branches of a program that are told one by one. */
const MOST_SHOWN = 10;

/** For people: of each program how much ran, and what did not. */
export function coverageAsText(programs: readonly ProgramCoverage[], paint: Paint): string {
  return ["Coverage", ...programs.flatMap((program) => programLines(program, paint))].map((it) => `${it}\n`).join("");
}

function programLines(program: ProgramCoverage, paint: Paint): string[] {
  const { instructions, branches } = totalsOf(program);
  const [ran, all] = instructions;
  const color = ran === all ? paint.green : paint.yellow;
  const ways = branches[1] === 0 ? "" : `, ${branches[0]} of ${branches[1]} ways of branches`;
  return [
    `  ${printable(program.name)}  ${color(`${ran} of ${all} instructions (${percent(instructions)} %)${ways}`)}`,
    ...missingLines(program.instructions).map((line) => `    ${printable(line)}`),
  ];
}

/** Never rounded up to 100. */
export function percent([part, all]: readonly [number, number]): number {
  return all === 0 ? 100 : Math.floor((part / all) * 100);
}

function missingLines(instructions: readonly InstructionCoverage[]): string[] {
  const missing = instructions.filter(({ count }) => count === 0);
  const half = instructions.filter(
    ({ count, branch }) => count > 0 && branch !== undefined && (branch.jumped === 0 || branch.wentOn === 0),
  );
  return [
    ...(missing.length === 0 ? [] : [`did not run: ${stretches(instructions, missing)}`]),
    ...half
      .slice(0, MOST_SHOWN)
      .map(
        (one) => `always ${one.branch!.jumped === 0 ? "goes on" : "jumps"}: ${one.index}: ${one.text}${lineOf(one)}`,
      ),
    ...(half.length > MOST_SHOWN ? [`and ${half.length - MOST_SHOWN} branches more`] : []),
  ];
}

/** Numbers of instructions with those between them, and the lines that these were written in. */
function stretches(all: readonly InstructionCoverage[], chosen: readonly InstructionCoverage[]): string {
  const found: InstructionCoverage[][] = [];
  let before = -2;
  for (const one of chosen) {
    const at = all.indexOf(one);
    if (at === before + 1) found.at(-1)!.push(one);
    else found.push([one]);
    before = at;
  }
  return found
    .map((stretch) => {
      const [first, last] = [stretch[0]!, stretch.at(-1)!];
      return `${first.index}${first === last ? "" : `-${last.index}`}${lineOf(first)}`;
    })
    .join(", ");
}

const lineOf = ({ place }: InstructionCoverage): string =>
  place?.line === undefined ? "" : ` (${place.file}:${place.line})`;
