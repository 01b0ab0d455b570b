import { arithmeticForms } from "./arithmetic.ts";
import { controlFlowForms } from "./control-flow.ts";
import type { Form } from "./form.ts";
import { memoryForms } from "./memory.ts";

/**
 * Every use of every opcode, listed by opcode: which fields an instruction may use. No two forms of an opcode accept
 * the same instruction; an opcode without forms does not exist.
 */
export const FORMS: readonly (readonly Form[])[] = listByOpcode([
  ...arithmeticForms(),
  ...memoryForms(),
  ...controlFlowForms(),
]);

function listByOpcode(forms: readonly Form[]): Form[][] {
  const table = Array.from({ length: 256 }, (): Form[] => []);
  for (const form of forms) table[form.opcode]!.push(form);
  return table;
}
