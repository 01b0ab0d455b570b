import type { ClassicInstruction } from "../classic/instruction.ts";
import type { Block } from "./ir/block.ts";
import { CLASS, classOf, OP } from "./ir/opcode.ts";
import { NOP, type Statement } from "./ir/statement.ts";
import { childrenFirst } from "./optimize/graph.ts";

/** Jumps further than this need a `ja` of their own. */
const LONGEST_BRANCH = 255;

/** The instructions of a graph of blocks: each block stands before those it leads to, and that for a false condition last. */
export function layOut(root: Block): ClassicInstruction[] {
  // From the end, so that the distance to what a block leads to is known.
  const reversed: ClassicInstruction[] = [];
  const starts = new Map<Block, number>();
  for (const block of childrenFirst(root, true)) {
    const instructions = [...statementsOf(block), ...branchOf(block, starts, reversed.length)];
    reversed.push(...instructions.reverse());
    starts.set(block, reversed.length);
  }
  return reversed.reverse();
}

function statementsOf(block: Block): ClassicInstruction[] {
  const statements = block.statements.filter(({ code }) => code !== NOP);
  return statements.map((statement, i) => {
    const { code, k } = statement;
    if (classOf(code) !== CLASS.JMP || code === OP.JA) return { code, jt: 0, jf: 0, k };
    const distance = (to: Statement | undefined) => Math.max(0, statements.indexOf(to!) - i - 1);
    return { code, jt: distance(statement.whenTrue), jf: distance(statement.whenFalse), k };
  });
}

/** `behind`: how many instructions follow. */
function branchOf(block: Block, starts: ReadonlyMap<Block, number>, behind: number): ClassicInstruction[] {
  const { code, k } = block;
  const { to: yes } = block.whenTrue;
  const { to: no } = block.whenFalse;
  if (yes === undefined || no === undefined) return [{ code, jt: 0, jf: 0, k }];
  let far = 0;
  const distance = (to: Block) => behind - starts.get(to)! + far;
  // One long jump moves the other's target away by one.
  let farYes = false;
  let farNo = false;
  for (;;) {
    farYes ||= distance(yes) > LONGEST_BRANCH;
    farNo ||= distance(no) > LONGEST_BRANCH;
    if (far === Number(farYes) + Number(farNo)) break;
    far = Number(farYes) + Number(farNo);
  }
  const jumps: ClassicInstruction[] = [];
  const reach = (to: Block, isFar: boolean) => {
    if (!isFar) return distance(to);
    jumps.push({ code: OP.JA, jt: 0, jf: 0, k: distance(to) - jumps.length - 1 });
    return jumps.length - 1;
  };
  const [jt, jf] = [reach(yes, farYes), reach(no, farNo)];
  return [{ code, jt, jf, k }, ...jumps];
}
