import { prototypeOf } from "../../helpers/prototype.ts";
import type { ProgramModel } from "./program-model.ts";
import { functionNamedBy } from "./subprograms.ts";

/** Functions that call, themselves or by others, a helper that changes the packet (mark_subprog_changes_pkt_data). */
export function findPacketChangers(model: ProgramModel): ReadonlySet<number> {
  const changers = new Set<number>();
  if (model.subprograms.length === 1) return changers;
  for (let size = -1; size !== changers.size; ) {
    size = changers.size;
    for (const instruction of model.instructions) {
      if (instruction === null) continue;
      const changes =
        instruction.kind === "call-helper"
          ? prototypeOf(instruction.helper)?.changesPacket === true
          : changers.has(model.subprogramOf[functionNamedBy(instruction) ?? -1] ?? -1);
      if (changes) changers.add(model.subprogramOf[instruction.index]!);
    }
  }
  return changers;
}
