import type { TcActionSite } from "../../hooks/hook.ts";
import { TC_ACT } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";

/** An action of a filter. */
export interface FilterAction {
  readonly kind: string;
  /** Packets that it has seen. */
  packets: number;
  /** Of those, the ones that it dropped. */
  drops: number;
  /** Acts on a packet. Returns one of TC_ACT. */
  run(skb: Skb, site: TcActionSite): number;
}

/** A program as an action (act_bpf.c). */
export class BpfAction implements FilterAction {
  readonly kind = "bpf";
  packets = 0;
  drops = 0;
  private readonly attachment: Attachment<"tc-action">;
  private readonly configured: number;

  constructor(attachment: Attachment<"tc-action">, configured: number) {
    this.attachment = attachment;
    this.configured = configured;
  }

  run(skb: Skb, site: TcActionSite): number {
    this.packets++;
    site.configured = this.configured;
    const { action } = this.attachment.run(skb, site);
    if (action === TC_ACT.SHOT) this.drops++;
    return action;
  }
}

/** An action that always gives the same answer (act_gact.c). */
export class FixedAction implements FilterAction {
  readonly kind = "gact";
  packets = 0;
  drops = 0;
  private readonly answer: number;

  constructor(answer: number) {
    this.answer = answer;
  }

  run(): number {
    this.packets++;
    if (this.answer === TC_ACT.SHOT) this.drops++;
    return this.answer;
  }
}

/** Sends packets, or copies of them, to another device (act_mirred.c). */
export class MirredAction implements FilterAction {
  readonly kind = "mirred";
  packets = 0;
  drops = 0;
  private readonly device: number;
  private readonly ingress: boolean;
  private readonly mirrors: boolean;

  /** @param mirrors a copy goes there, and the packet goes on. */
  constructor(device: number, ingress: boolean, mirrors: boolean) {
    this.device = device;
    this.ingress = ingress;
    this.mirrors = mirrors;
  }

  run(skb: Skb, { host }: TcActionSite): number {
    this.packets++;
    if (host === undefined) return TC_ACT.SHOT;
    host.redirect(this.mirrors ? host.copy(skb) : skb, this.device, this.ingress);
    return this.mirrors ? TC_ACT.PIPE : TC_ACT.CONSUMED;
  }
}
