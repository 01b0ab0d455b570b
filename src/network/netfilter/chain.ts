import type { HostSite } from "../../hooks/hook.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { RuleModel } from "../../topology/model.ts";
import type { World } from "../world.ts";

/** A rule with its program. */
export interface Rule {
  readonly model: RuleModel;
  readonly match: Attachment<"xt-match"> | undefined;
}

/** A chain of a table of iptables, whose policy is ACCEPT (net/ipv4/netfilter/ip_tables.c, ipt_do_table). */
export class Chain {
  private readonly rules: readonly Rule[];
  private readonly site: HostSite;
  private readonly where: string;
  private readonly world: World;

  constructor(rules: readonly Rule[], where: string, host: HostSite["host"], world: World) {
    this.rules = rules;
    this.where = where;
    this.site = { dataAddress: 0, length: 0, host };
    this.world = world;
  }

  /**
   * Is a packet let through, whose data begins at its IP header?
   * @param from, to names of the interfaces that it comes in and goes out by; empty where there is none.
   */
  accepts(skb: Skb, from: string, to: string): boolean {
    const { site } = this;
    for (const { model, match } of this.rules) {
      if ((model.in ?? from) !== from || (model.out ?? to) !== to) continue;
      if (match !== undefined) {
        site.dataAddress = skb.data;
        site.length = skb.length;
        const { matches } = match.run(skb, site);
        if (this.world.observer.tracing) this.trace(skb, match);
        if (matches === model.inverted) continue;
      }
      if (model.target !== undefined) return model.target === "ACCEPT";
    }
    return true;
  }

  private trace(skb: Skb, { hook, slot, returnValue, outcome }: Attachment<"xt-match">): void {
    const what = `${hook.name} ${slot.name} returned ${returnValue}: ${hook.outcomes[outcome]!.name}`;
    this.world.observer.trace(skb, this.where, what);
  }
}

/** The chains of one version of IP; absent: without rules. */
export interface Chains {
  INPUT?: Chain;
  FORWARD?: Chain;
  OUTPUT?: Chain;
}
