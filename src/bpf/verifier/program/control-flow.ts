import type { Instruction } from "../../isa/instruction.ts";
import { slotsOf } from "../../isa/instruction.ts";
import { kernelPrototype } from "../../kernel-functions/prototype.ts";
import { type Category, Refusal } from "../refusal.ts";
import type { ProgramModel } from "./program-model.ts";

/** What the depth-first search found out about the slots: arrays of 0 and 1, one entry a slot. */
export interface ControlFlow {
  /** States are compared and kept here: behind jumps and calls, and where a branch divides. */
  readonly prunePoints: Uint8Array;
  /** Paths come here from elsewhere than the slot before: the history notes from where. */
  readonly jumpPoints: Uint8Array;
  /** A state is always kept here. */
  readonly checkpoints: Uint8Array;
  /** Calls of helpers that call functions of the program. */
  readonly callsCallback: Uint8Array;
  /** Calls that take the next element of an iterator. */
  readonly takesNext: Uint8Array;
}

/** bpf_timer_set_callback */
const ASYNCHRONOUS: readonly number[] = [170];
/** bpf_for_each_map_elem, bpf_find_vma, bpf_loop, bpf_user_ringbuf_drain */
const CALLBACK_CALLERS: readonly number[] = [164, 180, 181, 209];
/** The helper calls a function of the program before it returns (is_sync_callback_calling_function). */
export const isCallbackCaller = (helper: number): boolean => CALLBACK_CALLERS.includes(helper);

/** The kernel functions that do so, and those that have a function called some time later. */
export const TREE_ADD = "bpf_rbtree_add_impl";
const ASYNCHRONOUS_FUNCTIONS = ["bpf_wq_set_callback_impl"];

const DISCOVERED = 0x10;
const EXPLORED = 0x20;
const FALLTHROUGH = 1;
const BRANCH = 2;

/**
 * Follows every edge depth first (check_cfg): every instruction must be reachable and none may jump into the middle of a
 * 64-bit immediate. Where loops are not allowed, an edge back to an instruction that is still being followed is refused.
 */
export function checkControlFlow(
  model: ProgramModel,
  kernelFunctions: ReadonlyMap<number, string>,
  allowLoops: boolean,
  exceptionCallback?: number,
): ControlFlow {
  const search = new Search(model, kernelFunctions, allowLoops);
  search.run(0);
  // Nothing in the program leads there.
  if (exceptionCallback !== undefined) search.run(model.subprograms[exceptionCallback]!.start);
  const { flow } = model;
  for (let i = 0; i < flow.length; i++) {
    if (search.states[i] !== EXPLORED) throw new Refusal("control-flow", i, [`unreachable insn ${i}`]);
    const instruction = flow[i]!;
    if (instruction !== null && slotsOf(instruction) === 2) {
      if (search.states[i + 1] !== 0)
        throw new Refusal("control-flow", i, [`jump into the middle of ldimm64 insn ${i}`]);
      i++;
    } else if (instruction === null)
      throw new Refusal("control-flow", i, [`jump into the middle of ldimm64 insn ${i - 1}`]);
  }
  return search;
}

class Search implements ControlFlow {
  readonly states: Uint8Array;
  readonly prunePoints: Uint8Array;
  readonly jumpPoints: Uint8Array;
  readonly checkpoints: Uint8Array;
  readonly callsCallback: Uint8Array;
  readonly takesNext: Uint8Array;
  readonly #model: ProgramModel;
  readonly #kernelFunctions: ReadonlyMap<number, string>;
  readonly #allowLoops: boolean;
  readonly #stack: number[] = [];

  constructor(model: ProgramModel, kernelFunctions: ReadonlyMap<number, string>, allowLoops: boolean) {
    const count = model.instructions.length;
    this.#model = model;
    this.#kernelFunctions = kernelFunctions;
    this.#allowLoops = allowLoops;
    this.states = new Uint8Array(count);
    this.prunePoints = new Uint8Array(count);
    this.jumpPoints = new Uint8Array(count);
    this.checkpoints = new Uint8Array(count);
    this.callsCallback = new Uint8Array(count);
    this.takesNext = new Uint8Array(count);
  }

  run(start: number): void {
    if (this.states[start] !== 0) return;
    this.#stack.push(start);
    this.states[start] = DISCOVERED;
    while (this.#stack.length > 0) {
      const from = this.#stack[this.#stack.length - 1]!;
      if (this.#visit(from, this.#model.flow[from]!)) continue;
      this.states[from] = EXPLORED;
      this.#stack.pop();
    }
  }

  /** Returns true where it pushed a slot that has to be followed first. */
  #visit(from: number, instruction: Instruction | null): boolean {
    switch (instruction?.kind) {
      case undefined:
      case "exit":
        return false;
      case "jump": {
        const { target } = instruction;
        if (this.#push(from, target, FALLTHROUGH)) return true;
        this.prunePoints[target] = 1;
        this.jumpPoints[target] = 1;
        return false;
      }
      case "branch":
      case "may-goto":
        this.prunePoints[from] = 1;
        if (instruction.kind === "may-goto") this.checkpoints[from] = 1;
        return this.#push(from, from + 1, FALLTHROUGH) || this.#push(from, instruction.target, BRANCH);
      case "call-helper":
        if (ASYNCHRONOUS.includes(instruction.helper)) this.prunePoints[from] = 1;
        if (isCallbackCaller(instruction.helper))
          for (const points of [this.callsCallback, this.checkpoints, this.prunePoints, this.jumpPoints])
            points[from] = 1;
        return this.#visitCall(from, from + 1, undefined);
      case "call-kernel":
        this.#visitKernelCall(from, this.#kernelFunctions.get(from) ?? "");
        return this.#visitCall(from, from + 1, undefined);
      case "call-local":
        return this.#visitCall(from, from + 1, instruction.target);
      case "reference":
        if (instruction.to === "function") return this.#visitCall(from, from + 2, from + 1 + instruction.imm);
        return this.#push(from, from + 2, FALLTHROUGH);
      default:
        return this.#push(from, from + slotsOf(instruction!), FALLTHROUGH);
    }
  }

  #visitKernelCall(from: number, name: string): void {
    if (kernelPrototype(name)?.iterates === "next")
      for (const points of [this.takesNext, this.checkpoints, this.prunePoints]) points[from] = 1;
    if (ASYNCHRONOUS_FUNCTIONS.includes(name)) this.prunePoints[from] = 1;
    if (name === TREE_ADD)
      for (const points of [this.callsCallback, this.checkpoints, this.prunePoints, this.jumpPoints]) points[from] = 1;
  }

  #visitCall(from: number, next: number, callee: number | undefined): boolean {
    if (this.#push(from, next, FALLTHROUGH)) return true;
    this.prunePoints[next] = 1;
    this.jumpPoints[next] = 1;
    if (callee === undefined) return false;
    this.prunePoints[from] = 1;
    return this.#push(from, callee, BRANCH);
  }

  #push(from: number, to: number, edge: number): boolean {
    const { states } = this;
    if (states[from]! >= (DISCOVERED | edge)) return false;
    if (to < 0 || to >= states.length)
      throw refusalOf("control-flow", [from], `jump out of range from insn ${from} to ${to}`);
    if (edge === BRANCH) {
      this.prunePoints[to] = 1;
      this.jumpPoints[to] = 1;
    }
    if (states[to] === 0) {
      states[from] = DISCOVERED | edge;
      states[to] = DISCOVERED;
      this.#stack.push(to);
      return true;
    }
    if (states[to] === EXPLORED) {
      states[from] = DISCOVERED | edge;
      return false;
    }
    if (!this.#allowLoops) throw refusalOf("loop", [from, to], `back-edge from insn ${from} to ${to}`);
    return false;
  }
}

/** Of an edge that is not allowed; the first of the slots is to blame. */
function refusalOf(category: Category, slots: readonly number[], reason: string): Refusal {
  const sources = slots.map((index) => ({ index, prefix: `${index}: ` }));
  return new Refusal(category, slots[0]!, [reason], [], sources);
}
