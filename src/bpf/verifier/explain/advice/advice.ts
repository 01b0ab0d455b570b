import type { Category } from "../../refusal.ts";
import type { AdviceRow } from "./advice-row.ts";
import { CALL_ADVICE } from "./calls.ts";
import { FLOW_ADVICE } from "./flow.ts";
import { KERNEL_STRUCT_ADVICE } from "./kernel-structs.ts";
import { MEMORY_ADVICE } from "./memory.ts";
import { OBJECT_ADVICE } from "./objects.ts";
import { POINTER_ADVICE } from "./pointers.ts";
import { PRIVILEGE_ADVICE } from "./privileges.ts";
import { STACK_ADVICE } from "./stack.ts";

const ROWS: readonly AdviceRow[] = [
  ...PRIVILEGE_ADVICE,
  ...MEMORY_ADVICE,
  ...STACK_ADVICE,
  ...POINTER_ADVICE,
  ...CALL_ADVICE,
  ...FLOW_ADVICE,
  ...OBJECT_ADVICE,
  ...KERNEL_STRUCT_ADVICE,
];

/** Where no row fits: what to try about any refusal of the kind. */
const GENERAL: Readonly<Record<Category, string>> = {
  encoding: "Was the instruction made by hand, or for a newer kernel? 'netsim bpf check' names what is wrong with it.",
  "control-flow": "Every instruction must be reachable, and every path must end in 'exit' inside its function.",
  loop: "Give the loop a limit that does not depend on what is only known at run time.",
  complexity: "Make the program shorter or divide it: functions, tail calls, bpf_loop.",
  uninitialized: "Set it on every path that comes here.",
  "memory-access": "Access only what a pointer is known to point at.",
  stack: "A function has 512 bytes of stack, and reads what it has written.",
  packet: "Compare with data_end before the packet is accessed.",
  map: "Compare the access with the map's type, flags and sizes.",
  context: "Access fields of the context with their own size, and only those that this type of program has.",
  "null-pointer": "Compare the pointer with NULL first.",
  "pointer-arithmetic": "Move pointers by 64-bit additions and subtractions of numbers that have limits.",
  "pointer-leak": "Unprivileged programs may not hand out addresses: store and return numbers only.",
  speculation:
    "Give the number limits on every path before it is added to the pointer, or load the program with CAP_PERFMON.",
  privilege: "Load the program with CAP_BPF, and with CAP_PERFMON and CAP_NET_ADMIN where its type needs them.",
  alignment: "Access it with a size that divides its offset.",
  "helper-call": "Compare the arguments with the helper's prototype.",
  "function-call": "Compare the arguments with the function's own, and mind that calls nest 8 deep.",
  license: "Declare a GPL-compatible licence, or use another helper.",
  reference: "Give back what was acquired, once, on every path.",
  lock: "Release the lock before anything else is called, and on every path.",
  "return-value": "Return one of the values that this type of program may return.",
  unsupported: "netsim's verifier does not know this yet; Linux may well accept it.",
};

/** Advice about a refusal. */
export interface Advice {
  /** What the reason means: a sentence; absent where it is not known. */
  readonly meaning?: string;
  /** What to try: a sentence. */
  readonly suggestion: string;
  /** Made for this reason, not only for its category. */
  readonly specific: boolean;
}

/** What a reason in the kernel's words means, and what to try. */
export function adviceFor(category: Category, reason: string): Advice {
  for (const [pattern, meaning, suggestion] of ROWS) {
    const match = pattern.exec(reason);
    if (match === null) continue;
    const filled = meaning.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? "");
    return { meaning: filled, suggestion, specific: true };
  }
  return { suggestion: GENERAL[category], specific: false };
}
