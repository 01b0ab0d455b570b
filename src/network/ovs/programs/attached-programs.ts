import type { ProgramHost } from "../../../hooks/hook.ts";
import type { OvsAnswer } from "../../../hooks/ovs/site.ts";
import type { RedirectInfo } from "../../../hooks/services.ts";
import type { DropReason } from "../../../packet/drop-reason.ts";
import { get32 } from "../../../packet/wire.ts";
import type { Attachment } from "../../../programs/attachment.ts";
import type { World } from "../../world.ts";
import type { BpfAction } from "../datapath/action.ts";
import type { Datapath } from "../datapath/datapath.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import type { DatapathPrograms, ProgramVerdict } from "../datapath/programs.ts";
import { AT } from "../flow/layout.ts";
import { importKeys, importUserKeys, keyProblem } from "./keys-codec.ts";
import { PortHost, portByIfindex } from "./port-host.ts";
import { PortPrograms } from "./port-programs.ts";
import { Site } from "./site.ts";

/** A datapath's programs by place. */
export interface AttachedHooks {
  readonly parser: Attachment<"ovs-parser"> | undefined;
  /** By the name that flows call them. */
  readonly hits: ReadonlyMap<string, Attachment<"ovs-flow-hit">>;
  readonly miss: Attachment<"ovs-flow-miss"> | undefined;
  /** By the numbers of the ports that they are bound to. */
  readonly bound: ReadonlyMap<number, Attachment<"ovs-port-miss">>;
}

/** Runs the programs of a datapath and says what their answers mean there. */
export class AttachedPrograms implements DatapathPrograms {
  reason: DropReason = "OVS_PARSER";
  port = 0;
  /** Keys of parsers that made no sense, by what was wrong. */
  readonly keyProblems = new Map<string, number>();
  private readonly hooks: AttachedHooks;
  private readonly datapath: Datapath;
  private readonly world: World;
  /** One for each program that runs inside another. */
  private readonly sites: Site[] = [];
  private depth = 0;
  private readonly host: ProgramHost;
  private readonly bound: PortPrograms;

  constructor(hooks: AttachedHooks, datapath: Datapath, world: World) {
    this.hooks = hooks;
    this.datapath = datapath;
    this.world = world;
    this.host = new PortHost(datapath, world);
    this.bound = new PortPrograms(hooks.bound, datapath, this.host, world);
  }

  parse(state: PacketState): ProgramVerdict {
    const { parser } = this.hooks;
    if (parser === undefined) return "continue";
    const site = this.enter(state, true);
    const answer = this.run(parser, state, site);
    this.depth--;
    this.reason = answer === "refuse" ? "OVS_PARSER_ERROR" : "OVS_PARSER";
    if (answer === "continue") {
      importUserKeys(site.written, 0, state.key);
      return "continue";
    }
    if (answer !== "parsed") return "drop";
    importKeys(site.written, 0, state.key);
    const problem = keyProblem(state.key);
    if (problem === undefined) return "parsed";
    this.keyProblems.set(problem, (this.keyProblems.get(problem) ?? 0) + 1);
    this.reason = "OVS_PARSER_ERROR";
    return "drop";
  }

  hit(state: PacketState, action: BpfAction): ProgramVerdict {
    const program = this.hooks.hits.get(action.program);
    if (program === undefined) return "continue";
    const { cb } = state.skb!;
    cb[0] = action.arguments[0];
    cb[1] = action.arguments[1];
    const answer = this.run(program, state, this.enter(state, false));
    this.depth--;
    // It may have changed anything.
    state.isKeyValid = false;
    this.reason = "OVS_FLOW_HIT";
    return this.verdictOf(answer);
  }

  miss(state: PacketState): ProgramVerdict {
    const { miss, bound } = this.hooks;
    if (bound.size > 0 && this.bound.receive(state, get32(state.key, AT.inPort))) return "done";
    if (miss === undefined) return "continue";
    const answer = this.run(miss, state, this.enter(state, false));
    this.depth--;
    state.isKeyValid = false;
    this.reason = "OVS_FLOW_MISS";
    return this.verdictOf(answer);
  }

  private enter(state: PacketState, isParser: boolean): Site {
    this.sites[this.depth] ??= new Site(this.datapath, this.host);
    const site = this.sites[this.depth++]!;
    site.state = state;
    site.isParser = isParser;
    const skb = state.skb!;
    site.dataAddress = skb.data;
    site.length = skb.length;
    return site;
  }

  private run(
    attachment: Attachment<"ovs-parser"> | Attachment<"ovs-flow-hit"> | Attachment<"ovs-flow-miss">,
    state: PacketState,
    site: Site,
  ): OvsAnswer {
    const skb = state.skb!;
    const { observer, redirect } = this.world;
    forget(redirect);
    const { verdict } = attachment.run(skb, site);
    if (observer.tracing) {
      const { hook, slot, returnValue, outcome } = attachment;
      const what = `${hook.name} ${slot.name} returned ${returnValue | 0}: ${hook.outcomes[outcome]!.name}`;
      observer.trace(skb, this.datapath.name, what);
    }
    return verdict;
  }

  private verdictOf(answer: OvsAnswer): ProgramVerdict {
    if (answer !== "redirect") return answer === "refuse" ? "drop" : answer;
    const { ifindex, ingress, by } = this.world.redirect;
    forget(this.world.redirect);
    // A datapath has neither neighbours nor the other ends of its ports' cables.
    if (by !== undefined) return "drop";
    const port = portByIfindex(this.datapath, ifindex);
    this.port = port?.number ?? NOWHERE;
    return ingress && port !== undefined ? "inject" : "redirect";
  }
}

const NOWHERE = -1;

/** What one program has said of a redirection is nothing to the next. */
function forget(redirect: RedirectInfo): void {
  redirect.ifindex = 0;
  redirect.ingress = false;
  redirect.by = undefined;
  redirect.nextHop = undefined;
}
