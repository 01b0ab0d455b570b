import { decodeProgram } from "../../bpf/isa/decode.ts";

/** bpf_get_task_stack */
const TASK_STACK = 141;

/** Does a program ask for the functions in which a task is? They are noted for those alone that ask. */
export const asksForStack = (program: Uint8Array): boolean =>
  decodeProgram(program).instructions.some((it) => it?.kind === "call-helper" && it.helper === TASK_STACK);
