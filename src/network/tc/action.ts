import type { TcActionSite } from "../../hooks/hook.ts";
import { TC_ACT } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { TcActionModel } from "../../topology/model.ts";
import { packetCount } from "../qdisc/packet-length.ts";

/** What an action is made of beside what it does. */
export interface ActionOrigin {
  readonly model: TcActionModel;
  readonly simulation: Simulation;
}

/** An action of a filter, with what it has counted (struct tc_action). */
export abstract class FilterAction {
  readonly model: TcActionModel;
  /** How often filters have it. */
  bound = 1;
  /** Packets that it has seen, and their bytes. */
  packets = 0;
  bytes = 0;
  /** Of those packets, the ones that it dropped. */
  drops = 0;
  /** Simulated times: when it was made, and when it saw its first packet and its last; undefined: none yet. */
  readonly installed: number;
  firstUse: number | undefined;
  lastUse: number | undefined;
  private readonly simulation: Simulation;

  constructor({ model, simulation }: ActionOrigin) {
    this.model = model;
    this.simulation = simulation;
    this.installed = simulation.now;
  }

  /** Acts on a packet. Returns one of TC_ACT. */
  run(skb: Skb, site: TcActionSite): number {
    this.packets += packetCount(skb);
    this.bytes += skb.wireLength;
    this.lastUse = this.simulation.now;
    this.firstUse ??= this.lastUse;
    return this.act(skb, site);
  }

  protected abstract act(skb: Skb, site: TcActionSite): number;
}

/** A program as an action (act_bpf.c). */
export class BpfAction extends FilterAction {
  private readonly attachment: Attachment<"tc-action">;
  private readonly configured: number;

  constructor(attachment: Attachment<"tc-action">, configured: number, origin: ActionOrigin) {
    super(origin);
    this.attachment = attachment;
    this.configured = configured;
  }

  protected act(skb: Skb, site: TcActionSite): number {
    site.configured = this.configured;
    const { action } = this.attachment.run(skb, site);
    // Only what the program itself drops counts.
    if (action === TC_ACT.SHOT && this.attachment.returnValue === TC_ACT.SHOT) this.drops++;
    return action;
  }
}

/** An action that always gives the same answer (act_gact.c). */
export class FixedAction extends FilterAction {
  private readonly answer: number;

  constructor(answer: number, origin: ActionOrigin) {
    super(origin);
    this.answer = answer;
  }

  protected act(): number {
    if (this.answer === TC_ACT.SHOT) this.drops++;
    return this.answer;
  }
}

/** Sends packets, or copies of them, to another device (act_mirred.c). */
export class MirredAction extends FilterAction {
  private readonly device: number;
  private readonly ingress: boolean;
  private readonly answer: number;
  /** The packet itself goes there, and not a copy. */
  private readonly gives: boolean;

  /** @param mirrors a copy goes there, and the packet goes on. */
  constructor(device: number, ingress: boolean, mirrors: boolean, answer: number, origin: ActionOrigin) {
    super(origin);
    this.device = device;
    this.ingress = ingress;
    this.answer = answer;
    this.gives = !mirrors && answer === TC_ACT.STOLEN;
  }

  protected act(skb: Skb, { host }: TcActionSite): number {
    if (host === undefined) return TC_ACT.SHOT;
    host.redirect(this.gives ? skb : host.copy(skb), this.device, this.ingress);
    return this.gives ? TC_ACT.CONSUMED : this.answer;
  }
}
