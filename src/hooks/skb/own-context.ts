import { findProgramType } from "../../bpf/program-type.ts";
import type { Skb } from "../../packet/skb.ts";
import type { HostSite } from "../places.ts";
import type { ProgramContext } from "../program-context.ts";
import type { HookServices } from "../services.ts";
import { PacketContext } from "./packet-context.ts";
import { SkBuffContext } from "./sk-buff-context.ts";

/** A context for one hook alone, whose programs are verified by rules of its own: what its type of attachment allows. */
export function ownPacketContext(type: string, services: HookServices): ProgramContext<Skb, HostSite> {
  return type === "classic" ? new PacketContext(services) : new SkBuffContext(findProgramType(type)!, services);
}
