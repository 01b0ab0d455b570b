import { MAY_GOTO_ROUNDS } from "../limits.ts";
import { dominatorTree } from "./control-flow/dominators.ts";
import { findLoops, isReducible } from "./control-flow/loops.ts";
import { type Order, orderBlocks } from "./control-flow/order.ts";
import { type Placement, placeBlocks } from "./control-flow/placement.ts";
import { makeReducible } from "./control-flow/reducible.ts";
import { type BlockTranslator, writeStructured } from "./control-flow/structure.ts";
import type { CallArguments } from "./liveness.ts";
import type { ModuleLinks } from "./module-links.ts";
import type { PlannedFunction } from "./module-plan.ts";
import { clearStack, countStep } from "./translate/checks.ts";
import { branchCondition, mayGotoCondition } from "./translate/condition.ts";
import { Frame, type Place } from "./translate/frame.ts";
import { translate } from "./translate/instruction.ts";
import { keepPacket } from "./translate/packet-load.ts";
import { CodeWriter, type Local } from "./wasm/code-writer.ts";
import { CORE } from "./wasm/instructions.ts";
import { ALL_WIDE, findWidths, type Widths } from "./widths.ts";

/** What has to be known of a BPF function before it can be written. */
export interface StudiedFunction {
  readonly planned: PlannedFunction;
  readonly order: Order;
  readonly placement: Placement;
  readonly widths: Widths;
}

export function studyFunction(planned: PlannedFunction, calls: CallArguments, links: ModuleLinks): StudiedFunction {
  const { graph } = planned;
  let { order } = planned;
  let tree = dominatorTree(graph, order);
  if (!isReducible(graph, order, tree)) {
    makeReducible(graph);
    order = orderBlocks(graph);
    tree = dominatorTree(graph, order);
  }
  const placement = placeBlocks(graph, order, tree, findLoops(graph, order, tree));
  // What a run passes is an address; other parameters may be anything.
  const dirtyParameters = planned.role === "main" ? [] : planned.parameters;
  const clear = dirtyParameters.reduce((set, register) => set & ~(1 << register), ~0);
  const widths = links.checked ? ALL_WIDE : findWidths(links.program, graph, order, calls, clear);
  return { planned, order, placement, widths };
}

/** One BPF function as a function of WebAssembly. */
export function compileFunction(studied: StudiedFunction, links: ModuleLinks): CodeWriter {
  const { planned } = studied;
  const code = new CodeWriter(functionParameters(planned));
  const parameters = planned.parameters.map((register, local) => [register, local] as const);
  writeFunction(studied, links, { code, parameters, base: parameters.length });
  return code;
}

/** Writes the function's code, as often as it is asked to. */
export function writeFunction(
  { planned, order, placement, widths }: StudiedFunction,
  links: ModuleLinks,
  place: Place,
): void {
  const { instructions } = links.program;
  const { graph } = planned;
  const { code } = place;
  const frame = new Frame(place, links);
  const begin = () => {
    frame.narrowParameters(planned.parameters, widths.narrowAtStart(0));
    const kinds = new Set<string>();
    for (const { start, end } of graph.blocks)
      for (let slot = start; slot < end; slot++) kinds.add(instructions[slot]?.kind ?? "");
    if (links.clearStacks) clearStack(frame);
    if (kinds.has("may-goto")) {
      code.i32(MAY_GOTO_ROUNDS);
      code.set(frame.lasting("may_goto_rounds"));
    }
    if (kinds.has("packet-load") && planned.role === "main" && !links.checked) {
      frame.getLow(1);
      code.set(frame.lasting("context"));
      frame.packet = { data: code.local("i32", "packet_data"), length: code.local("i32", "packet_length") };
      keepPacket(frame);
    }
  };
  const translator: BlockTranslator = {
    loopHead(block) {
      if (links.checked) countStep(frame, graph.blocks[block]!.start);
    },
    body(block, continues) {
      if (!continues) frame.facts.clear();
      frame.setNarrow(widths.narrowAtStart(block));
      const { start, end } = graph.blocks[block]!;
      for (let slot = start; slot < end; slot++) {
        const instruction = instructions[slot] ?? null;
        if (instruction === null) continue;
        if (links.marks) code.mark(slot);
        frame.givesNarrow = widths.isNarrow(slot);
        translate(frame, instruction);
      }
    },
    condition(instruction, negated) {
      if (instruction.kind === "branch") branchCondition(frame, instruction, negated);
      else mayGotoCondition(frame, negated);
    },
    exit() {
      frame.get(0);
      frame.leave();
    },
    setLabel(label) {
      code.i32(label);
      code.set(frame.lasting("dispatch_label"));
    },
    label() {
      code.get(frame.lasting("dispatch_label"));
    },
  };
  begin();
  writeStructured(graph, order, placement, code, translator);
  // Every path has returned.
  code.op(CORE.unreachable);
}

/** The registers that are parameters, then the base of the stack. */
export function functionParameters({ parameters }: PlannedFunction): Local[] {
  return [
    ...parameters.map((register): Local => ({ type: "i64", name: `r${register}` })),
    { type: "i32", name: "base" },
  ];
}
