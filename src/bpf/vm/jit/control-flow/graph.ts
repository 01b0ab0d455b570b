import type { Branch, Instruction, MayGoto } from "../../../isa/instruction.ts";
import { slotsOf } from "../../../isa/instruction.ts";

/** How control leaves a block. Numbers are blocks. */
export type Terminator =
  | { readonly kind: "exit" }
  | { readonly kind: "goto"; to: number; readonly label?: number }
  | { readonly kind: "branch"; readonly instruction: Branch | MayGoto; taken: number; otherwise: number }
  /** Goes to `to[label]`: what irreducible loops are entered through. */
  | { readonly kind: "dispatch"; readonly to: number[] };

/** Instructions that run one after the other. */
export interface Block {
  /** Slots `start` to `end - 1` of the program; a branch, jump or exit at the end is among them. */
  readonly start: number;
  readonly end: number;
  terminator: Terminator;
}

/** The blocks of one function; block 0 is where it begins, and every block can be reached from there. */
export interface Graph {
  readonly blocks: Block[];
}

/** Blocks that control may go to. */
export function successors({ terminator }: Block): readonly number[] {
  switch (terminator.kind) {
    case "exit":
      return [];
    case "goto":
      return [terminator.to];
    case "branch":
      return [terminator.taken, terminator.otherwise];
    case "dispatch":
      return terminator.to;
  }
}

/** The function that begins at slot `entry`: what control reaches from there without calls. */
export function buildGraph(program: readonly (Instruction | null)[], entry: number): Graph {
  const { reached, leaders } = explore(program, entry);
  const blockAt = new Int32Array(program.length).fill(-1);
  // Block 0 is empty, so that no loop leads back to where the function begins.
  const blocks: Block[] = [{ start: entry, end: entry, terminator: { kind: "goto", to: entry } }];
  const starts: number[] = [];
  for (let slot = 0; slot < program.length; slot++)
    if (leaders[slot] === 1 && reached[slot] === 1) {
      starts.push(slot);
      blockAt[slot] = starts.length;
    }

  for (const start of starts) {
    let slot = start;
    for (;;) {
      const instruction = program[slot]!;
      const next = slot + slotsOf(instruction);
      const terminator = terminatorOf(instruction, next);
      if (terminator !== undefined) {
        blocks.push({ start, end: next, terminator });
        break;
      }
      if (blockAt[next]! >= 0) {
        blocks.push({ start, end: next, terminator: { kind: "goto", to: next } });
        break;
      }
      slot = next;
    }
  }
  for (const { terminator } of blocks) {
    if (terminator.kind === "goto") terminator.to = blockAt[terminator.to]!;
    else if (terminator.kind === "branch") {
      terminator.taken = blockAt[terminator.taken]!;
      terminator.otherwise = blockAt[terminator.otherwise]!;
    }
  }
  return { blocks };
}

/** Slots that control reaches, and those that blocks begin at. */
function explore(program: readonly (Instruction | null)[], entry: number) {
  const reached = new Uint8Array(program.length);
  const leaders = new Uint8Array(program.length);
  const pending = [entry];
  leaders[entry] = 1;
  while (pending.length > 0) {
    let slot = pending.pop()!;
    while (reached[slot] === 0) {
      reached[slot] = 1;
      const instruction = program[slot]!;
      const next = slot + slotsOf(instruction);
      if (instruction.kind === "exit") break;
      if (instruction.kind === "jump") {
        leaders[instruction.target] = 1;
        pending.push(instruction.target);
        break;
      }
      if (instruction.kind === "branch" || instruction.kind === "may-goto") {
        leaders[instruction.target] = 1;
        leaders[next] = 1;
        pending.push(instruction.target);
      }
      slot = next;
    }
  }
  return { reached, leaders };
}

/** Slots stand for blocks here; `buildGraph` puts the blocks in. */
function terminatorOf(instruction: Instruction, next: number): Terminator | undefined {
  switch (instruction.kind) {
    case "exit":
      return { kind: "exit" };
    case "jump":
      return { kind: "goto", to: instruction.target };
    case "branch":
    case "may-goto":
      if (instruction.target === next && instruction.kind === "branch") return { kind: "goto", to: next };
      return { kind: "branch", instruction, taken: instruction.target, otherwise: next };
    default:
      return undefined;
  }
}
