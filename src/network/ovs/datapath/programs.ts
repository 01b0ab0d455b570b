import type { DropReason } from "../../../packet/drop-reason.ts";
import type { BpfAction } from "./action.ts";
import type { PacketState } from "./packet-state.ts";

/** What the programs at a datapath's three places want done with a packet. */
export type ProgramVerdict =
  /** On with what comes next there: the key that was extracted, the next action, the upcall. */
  | "continue"
  /** The program made the flow key. Of parsers only. */
  | "parsed"
  /** Dropped, for the reason in `reason`. */
  | "drop"
  /** Ended without a drop. */
  | "stolen"
  /** To the port with the number in `port`. */
  | "redirect"
  /** In by the port with the number in `port`, as if it had come from there. */
  | "inject"
  /** Nothing is left to do: the packet has ended, or is on its way. Of flow-miss only. */
  | "done"
  /** Key and flow are to be looked up anew. */
  | "again";

/** The programs of a datapath. Each call overwrites `reason` and `port`. */
export interface DatapathPrograms {
  reason: DropReason;
  port: number;
  /** When the key of a packet has been read from its headers. */
  parse(state: PacketState): ProgramVerdict;
  /** The action bpf(NAME,...). */
  hit(state: PacketState, action: BpfAction): ProgramVerdict;
  /** After a look-up that has found nothing. */
  miss(state: PacketState): ProgramVerdict;
}
