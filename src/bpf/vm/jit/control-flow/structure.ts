import type { Branch, MayGoto } from "../../../isa/instruction.ts";
import type { CodeWriter } from "../wasm/code-writer.ts";
import type { Graph } from "./graph.ts";
import type { Order } from "./order.ts";
import type { Placement } from "./placement.ts";

/** What the structure is filled with. */
export interface BlockTranslator {
  /** Writes what runs on each round of the loop whose header is about to be written. */
  loopHead(block: number): void;
  /**
   * Writes the block's instructions, except for the branch or jump at its end. `continues`: control gets here only from the
   * block that was written just before.
   */
  body(block: number, continues: boolean): void;
  /** Leaves an i32 that is not 0 where the instruction jumps or, with `negated`, where it does not. */
  condition(instruction: Branch | MayGoto, negated: boolean): void;
  /** Returns from the function. */
  exit(): void;
  /** Remembers the label for the next `dispatch`. */
  setLabel(label: number): void;
  /** Leaves the label as an i32. */
  label(): void;
}

/* What remains to be written. */
type Task =
  | { readonly kind: "block"; readonly block: number }
  /** Ends the innermost block or loop. */
  | { readonly kind: "end" };

const END: Task = { kind: "end" };
const NO_LABEL = -1;

/**
 * Writes a reducible graph as nested blocks and loops (Ramsey, "Beyond Relooper: recursive translation of unstructured control
 * flow to structured control flow", 2022). Differences: conditional branches need no nesting of their own where one outcome
 * has a label; where neither has one the smaller part goes inside, so that nesting stays logarithmic; and a list of tasks
 * takes the place of recursion.
 */
export function writeStructured(
  { blocks }: Graph,
  { predecessors }: Order,
  { labelled, behind, behindLoop, isHeader, weight }: Placement,
  code: CodeWriter,
  translator: BlockTranslator,
): void {
  /** Number of blocks and loops that are open when a block's label is the innermost one; the label's own included. */
  const level = new Int32Array(blocks.length).fill(NO_LABEL);
  let open = 0;
  let latest = -1;
  const tasks: Task[] = [{ kind: "block", block: 0 }];

  while (tasks.length > 0) {
    const task = tasks.pop()!;
    if (task.kind === "end") {
      code.end();
      open--;
    } else writeBlock(task.block);
  }

  function writeBlock(block: number): void {
    openLabels(behindLoop[block]!);
    if (isHeader[block] === 1) {
      code.loop();
      level[block] = ++open;
      tasks.push(END);
      translator.loopHead(block);
    }
    openLabels(behind[block]!);
    const before = predecessors[block]!;
    translator.body(block, before.length === 1 && before[0] === latest);
    latest = block;
    const { terminator } = blocks[block]!;
    switch (terminator.kind) {
      case "exit":
        translator.exit();
        break;
      case "goto":
        if (terminator.label !== undefined) translator.setLabel(terminator.label);
        goTo(terminator.to);
        break;
      case "branch":
        writeBranch(terminator.instruction, terminator.taken, terminator.otherwise);
        break;
      case "dispatch":
        translator.label();
        code.brTable(terminator.to.map((to) => open - level[to]!));
        break;
    }
  }

  /** Opens a block for each of `list`, the last outermost: at its end the block's code follows. */
  function openLabels(list: readonly number[]): void {
    for (let i = list.length - 1; i >= 0; i--) {
      code.block();
      level[list[i]!] = ++open;
      tasks.push({ kind: "block", block: list[i]! }, END);
    }
  }

  /** Is `to` written where control first leaves for it? Not if it has a label, nor if it is the loop that goes round. */
  function isInPlace(to: number): boolean {
    return labelled[to] === 0 && level[to] === NO_LABEL;
  }

  function goTo(to: number): void {
    if (isInPlace(to)) tasks.push({ kind: "block", block: to });
    else code.br(open - level[to]!);
  }

  function writeBranch(instruction: Branch | MayGoto, taken: number, otherwise: number): void {
    const takenInPlace = isInPlace(taken);
    const otherwiseInPlace = isInPlace(otherwise);
    if (takenInPlace && otherwiseInPlace) {
      const takenInside = weight[taken]! < weight[otherwise]!;
      code.block();
      open++;
      translator.condition(instruction, takenInside);
      code.brIf(0);
      tasks.push({ kind: "block", block: takenInside ? otherwise : taken }, END);
      tasks.push({ kind: "block", block: takenInside ? taken : otherwise });
    } else if (takenInPlace) {
      translator.condition(instruction, true);
      code.brIf(open - level[otherwise]!);
      tasks.push({ kind: "block", block: taken });
    } else {
      translator.condition(instruction, false);
      code.brIf(open - level[taken]!);
      goTo(otherwise);
    }
  }
}
