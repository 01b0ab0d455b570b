import { TAIL_CALL } from "../../helpers/tail-call.ts";
import type { Instruction } from "../../isa/instruction.ts";
import type { ProgramModel, Subprogram } from "../program/program-model.ts";
import { functionNamedBy } from "../program/subprograms.ts";
import { Refusal } from "../refusal.ts";
import { STACK_BYTES } from "./stack-bounds.ts";

const MAX_FRAMES = 8;
/** A tail call's target starts with a stack of its own while those below it stay: so much may be used below. */
const TAIL_CALL_STACK = 256;

/** All functions on a chain of calls share the stack (check_max_stack_depth; the JIT rounds to 16 bytes). */
export function checkStackDepth(
  model: ProgramModel,
  depths: readonly number[],
  /** Functions that run by themselves, some time later. */
  asynchronous: ReadonlySet<number>,
  /** Functions with much stack get one of their own (bpf_enable_priv_stack). */
  ownStacks: boolean,
): void {
  const chains = new Chains(model, depths, asynchronous, ownStacks && !model.instructions.some(isTailCall));
  for (const number of [0, ...asynchronous]) chains.descend(model.subprograms[number]!, 0, 1);
}

const isTailCall = (instruction: Instruction | null): boolean =>
  instruction?.kind === "call-helper" && instruction.helper === TAIL_CALL;

/** A function with less has no stack of its own (BPF_PRIV_STACK_MIN_SIZE). */
const OWN_STACK_FROM = 64;

class Chains {
  readonly #model: ProgramModel;
  readonly #depths: readonly number[];
  readonly #asynchronous: ReadonlySet<number>;
  readonly #ownStacks: boolean;

  constructor(model: ProgramModel, depths: readonly number[], asynchronous: ReadonlySet<number>, ownStacks: boolean) {
    this.#model = model;
    this.#depths = depths;
    this.#asynchronous = asynchronous;
    this.#ownStacks = ownStacks;
  }

  descend({ number, start, end }: Subprogram, below: number, frames: number): void {
    const model = this.#model;
    if (number > 0 && below >= TAIL_CALL_STACK && model.instructions.slice(start, end).some(isTailCall))
      throw new Refusal("stack", start, [
        `tail_calls are not allowed when call stack of previous frames is ${below} bytes. Too large`,
      ]);
    const own = Math.ceil(this.#depths[number]! / 16) * 16;
    const isOwn = this.#ownStacks && own >= OWN_STACK_FROM;
    const depth = isOwn ? below : below + own;
    if (isOwn && own > STACK_BYTES)
      throw new Refusal("stack", -1, [`stack size of subprog ${number} is ${own}. Too large`]);
    if (depth > STACK_BYTES)
      throw new Refusal("stack", -1, [`combined stack size of ${frames} calls is ${depth}. Too large`]);
    for (let i = start; i < end; i++) {
      const instruction = model.instructions[i];
      const target = instruction == null ? undefined : functionNamedBy(instruction);
      if (target === undefined) continue;
      const callee = model.subprograms[model.subprogramOf[target]!]!;
      if (instruction!.kind !== "call-local" && this.#asynchronous.has(callee.number)) continue;
      if (frames >= MAX_FRAMES)
        throw new Refusal("function-call", i, [`the call stack of ${frames} frames is too deep !`]);
      this.descend(callee, depth, frames + 1);
    }
  }
}
