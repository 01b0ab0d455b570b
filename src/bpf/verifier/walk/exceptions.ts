import { TAIL_CALL } from "../../helpers/tail-call.ts";
import { functionNamedBy } from "../program/subprograms.ts";
import { Refusal } from "../refusal.ts";
import type { Walk } from "./walk.ts";

/** What exceptions may not do: leave a function that a helper called; nothing but them leads to their own function (check_max_stack_depth). */
export function checkExceptions(walk: Walk): void {
  const { exceptionCallback } = walk.setup;
  const chains = new Chains(walk);
  for (const start of [0, ...walk.asyncCallbacks]) chains.descend(start, []);
  if (exceptionCallback !== undefined) chains.descend(exceptionCallback, []);
}

class Chains {
  readonly #walk: Walk;

  constructor(walk: Walk) {
    this.#walk = walk;
  }

  descend(number: number, above: readonly number[]): void {
    const { model, kernelFunctions, callbacks, asyncCallbacks, setup } = this.#walk;
    const { start, end } = model.subprograms[number]!;
    const chain = [...above, number];
    for (let i = start; i < end; i++) {
      const instruction = model.instructions[i];
      if (instruction == null) continue;
      if (instruction.kind === "call-kernel" && kernelFunctions.get(i) === "bpf_throw") {
        const callback = chain.find((it) => callbacks.has(it) || it === setup.exceptionCallback);
        if (callback !== undefined)
          throw new Refusal("function-call", i, [
            `bpf_throw kfunc (insn ${i}) cannot be called from callback subprog ${callback}`,
          ]);
      }
      if (
        instruction.kind === "call-helper" &&
        instruction.helper === TAIL_CALL &&
        chain.includes(setup.exceptionCallback ?? -1)
      )
        throw new Refusal("function-call", -1, ["cannot tail call within exception cb"]);
      const target = functionNamedBy(instruction);
      if (target === undefined) continue;
      const callee = model.subprogramOf[target]!;
      if (callee === setup.exceptionCallback)
        throw new Refusal("function-call", i, [`insn ${i} cannot call exception cb directly`]);
      if (instruction.kind !== "call-local" && asyncCallbacks.has(callee)) continue;
      this.descend(callee, chain);
    }
  }
}
