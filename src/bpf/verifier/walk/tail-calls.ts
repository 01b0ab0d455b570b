import { TAIL_CALL } from "../../helpers/tail-call.ts";
import { Refusal } from "../refusal.ts";
import type { Walk } from "./walk.ts";

/**
 * The index into an array of programs of users who may not see addresses is masked by the array's size, so that which array it is
 * must be known (do_misc_fixups).
 */
export function checkTailCalls({ model, insights, privileges }: Walk): void {
  if (privileges.perfmon) return;
  for (const instruction of model.instructions)
    if (instruction?.kind === "call-helper" && instruction.helper === TAIL_CALL)
      if (insights.hasSeveralMaps(instruction.index)) throw new Refusal("map", -1, ["tail_call abusing map_ptr"]);
}
