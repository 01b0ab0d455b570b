import { TAIL_CALL } from "../../helpers/tail-call.ts";
import { Refusal } from "../refusal.ts";
import { UNKNOWN_SCALAR } from "../state/register.ts";
import { returnToCaller } from "./exit.ts";
import { forgetPacket } from "./nullness.ts";
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

/**
 * Where a function of the program calls another program, the caller goes on with what that program gave back and made of the packet;
 * the function itself only goes on where there was none to call.
 */
export function leaveByTailCall(walk: Walk): void {
  walk.fork(walk.index + 1, walk.index);
  forgetPacket(walk.state, !walk.privileges.perfmon);
  walk.write(0, UNKNOWN_SCALAR);
  returnToCaller(walk);
}
