import type { ProgramHost } from "../../../hooks/hook.ts";
import { OVS_FLOW_KEYS_BYTES } from "../../../hooks/ovs/flow-keys.ts";
import type { OvsAnswer, OvsSite } from "../../../hooks/ovs/site.ts";
import type { RedirectInfo } from "../../../hooks/services.ts";
import type { DropReason } from "../../../packet/drop-reason.ts";
import type { Skb } from "../../../packet/skb.ts";
import { copyBytes } from "../../../packet/wire.ts";
import type { Attachment } from "../../../programs/attachment.ts";
import type { World } from "../../world.ts";
import type { BpfAction } from "../datapath/action.ts";
import type { Datapath } from "../datapath/datapath.ts";
import type { PacketState } from "../datapath/packet-state.ts";
import type { SendingPort } from "../datapath/port.ts";
import type { DatapathPrograms, ProgramVerdict } from "../datapath/programs.ts";
import { blankKey } from "../flow/layout.ts";
import { exportKeys, importKeys, importMask, importUserKeys, keyProblem } from "./keys-codec.ts";

/** Errors of the helper that installs flows. */
const EINVAL = 22;
const ENODEV = 19;

/** What programs and their helpers see of the packet that they run on. */
class Site implements OvsSite {
  dataAddress = 0;
  length = 0;
  isParser = false;
  state: PacketState | undefined;
  /** What a parser has left: a struct ovs_flow_keys. */
  readonly written = new Uint8Array(OVS_FLOW_KEYS_BYTES);
  readonly host: ProgramHost;
  private readonly datapath: Datapath;
  private readonly mask = blankKey();

  constructor(datapath: Datapath, host: ProgramHost) {
    this.datapath = datapath;
    this.host = host;
  }

  exportKeys(bytes: Uint8Array, address: number): void {
    exportKeys(this.state!.key, bytes, address, this.isParser);
  }

  importKeys(bytes: Uint8Array, address: number): void {
    copyBytes(this.written, 0, bytes, address, OVS_FLOW_KEYS_BYTES);
  }

  putFlow(bytes: Uint8Array, mask: number, ifindex: number, flags: number): number {
    if (flags !== 0) return -EINVAL;
    const port = portByIfindex(this.datapath, ifindex);
    if (port === undefined) return -ENODEV;
    importMask(bytes, mask, this.mask);
    this.datapath.put(this.state!.key, this.mask, port.number);
    return 0;
  }
}

/** The datapath as helpers of programs know a host: by its ports' devices. */
class PortHost implements ProgramHost {
  private readonly datapath: Datapath;
  private readonly world: World;

  constructor(datapath: Datapath, world: World) {
    this.datapath = datapath;
    this.world = world;
  }

  hasDevice(ifindex: number): boolean {
    return portByIfindex(this.datapath, ifindex) !== undefined;
  }

  copy(skb: Skb): Skb {
    return this.world.ledger.copy(skb);
  }

  /** A datapath has no neighbours. */
  sendToNeighbour(skb: Skb): void {
    this.world.ledger.drop(skb, this.datapath.name, "TC_EGRESS");
  }

  passToPeer(): boolean {
    return false;
  }

  /** What programs say that run on the copy is no answer of the one that sends it. */
  redirect(skb: Skb, ifindex: number, ingress: boolean): void {
    const said = this.world.redirect;
    const { ifindex: ownIfindex, ingress: ownIngress, by, nextHop } = said;
    const port = portByIfindex(this.datapath, ifindex)!;
    if (ingress) this.datapath.inject(port, skb);
    else this.datapath.send(port, skb);
    said.ifindex = ownIfindex;
    said.ingress = ownIngress;
    said.by = by;
    said.nextHop = nextHop;
  }
}

/** A datapath's programs by place. */
export interface AttachedHooks {
  readonly parser: Attachment<"ovs-parser"> | undefined;
  /** By the name that flows call them. */
  readonly hits: ReadonlyMap<string, Attachment<"ovs-flow-hit">>;
  readonly miss: Attachment<"ovs-flow-miss"> | undefined;
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

  constructor(hooks: AttachedHooks, datapath: Datapath, world: World) {
    this.hooks = hooks;
    this.datapath = datapath;
    this.world = world;
    this.host = new PortHost(datapath, world);
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
    const { miss } = this.hooks;
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

function portByIfindex({ ports }: Datapath, ifindex: number): SendingPort | undefined {
  for (const port of ports.values()) if (port.ifindex === ifindex) return port;
  return undefined;
}
