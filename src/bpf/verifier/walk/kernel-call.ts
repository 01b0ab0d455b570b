import type { CallKernel } from "../../isa/instruction.ts";
import { KERNEL_FUNCTIONS, type KernelFunction } from "../kernel-functions.ts";
import { NOT_INIT, UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { destroyIterator, nextOfIterator, startIterator } from "./iterator.ts";
import type { Walk } from "./walk.ts";

/** A call of a function of the kernel (check_kfunc_call). Leaves `walk.index` at the next instruction. */
export function checkKernelCall(walk: Walk, it: CallKernel): void {
  const name = walk.kernelFunctions.get(it.index);
  if (name === undefined)
    walk.refuse("unsupported", "kernel functions by their BTF ids are not supported by netsim yet");
  const called = Object.hasOwn(KERNEL_FUNCTIONS, name) ? KERNEL_FUNCTIONS[name]! : undefined;
  if (called === undefined) walk.refuse("unsupported", `kernel function ${name} is not supported by netsim yet`);
  if (walk.state.lock !== null && !called.effect.startsWith("iterator"))
    walk.refuse("lock", "function calls are not allowed while holding a lock");
  walk.index = it.index + 1;
  if (!called.effect.startsWith("iterator")) {
    section(walk, it.index, name, called.effect);
    clear(walk);
    return;
  }
  for (let number = 2; number <= called.parameters; number++)
    if (walk.frame.registers[number]!.type !== TYPE.scalar) {
      walk.index = it.index;
      walk.refuse("helper-call", `R${number} is not a scalar`);
    }
  walk.index = it.index;
  if (called.effect === "iterator-new") {
    startIterator(walk);
    clear(walk);
    walk.write(0, UNKNOWN_SCALAR);
  } else if (called.effect === "iterator-destroy") {
    destroyIterator(walk);
    clear(walk);
  } else nextOfIterator(walk, () => clear(walk));
  walk.index = it.index + 1;
}

function clear(walk: Walk): void {
  for (let i = 0; i < 6; i++) {
    walk.write(i, NOT_INIT);
    walk.log.touch(i);
  }
}

/** Parts of a program in which it may not be moved to another processor, or kernel objects stay alive. */
function section(walk: Walk, index: number, name: string, effect: KernelFunction["effect"]): void {
  const { state } = walk;
  walk.index = index;
  switch (effect) {
    case "rcu-lock":
      if (state.rcuLocked) walk.refuse("lock", `nested rcu read lock (kernel function ${name})`);
      state.rcuLocked = true;
      break;
    case "rcu-unlock":
      if (!state.rcuLocked) walk.refuse("lock", `unmatched rcu read unlock (kernel function ${name})`);
      state.rcuLocked = false;
      break;
    case "preempt-disable":
      state.preemptLocks++;
      break;
    default:
      if (state.preemptLocks === 0)
        walk.refuse("lock", `unmatched attempt to enable preemption (kernel function ${name})`);
      state.preemptLocks--;
  }
  walk.index = index + 1;
}
