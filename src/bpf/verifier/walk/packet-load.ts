import type { PacketLoad } from "../../isa/instruction.ts";
import { NOT_INIT, scalarRegister, UNKNOWN_SCALAR } from "../state/register.ts";
import { TYPE } from "../state/register-type.ts";
import { ZERO } from "../values/scalar.ts";
import { returnToCaller } from "./exit.ts";
import { checkUnmodified } from "./region-access.ts";
import type { Walk } from "./walk.ts";

/** LD_ABS and LD_IND read the packet of the context in R6 (check_ld_abs). */
export function checkPacketLoad(walk: Walk, it: PacketLoad): void {
  if (!walk.programType.packetLoads)
    walk.refuse("packet", "BPF_LD_[ABS|IND] instructions not allowed for this program type");
  const context = walk.read(6);
  walk.checkReferencesReturned("BPF_LD_[ABS|IND]");
  if (context.type !== TYPE.context) walk.refuse("packet", "at the time of BPF_LD_ABS|IND R6 != pointer to skb");
  if (it.src !== null) walk.read(it.src);
  checkUnmodified(walk, context, 6);
  for (let i = 0; i < 6; i++) {
    walk.write(i, NOT_INIT);
    walk.checkWritable(i);
  }
  walk.write(0, UNKNOWN_SCALAR);
  walk.index++;
  if (walk.state.frames.length === 1) return;
  // Where the packet is too short the function, not the program, returns 0.
  walk.index = it.index;
  walk.fork(it.index + 1, it.index);
  walk.write(0, scalarRegister(ZERO));
  returnToCaller(walk);
}
