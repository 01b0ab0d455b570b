import type { TcActionSite, TcFilterSite } from "../../hooks/hook.ts";
import { jumpOf, minorOf, TC_ACT } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { TcFilterModel } from "../../topology/model.ts";
import type { World } from "../world.ts";
import type { FilterAction } from "./action.ts";

/** How often an action may ask to be run again for one packet. */
const REPEATS = 32;
/** And how often actions may jump, to which of as many. */
const MOST_JUMPS = 32;

/** Where a filter's programs find what they ask for. */
export type FilterSite = TcFilterSite & TcActionSite;

/** A filter with a BPF program, or one that matches everything, and its actions. */
export class Filter {
  readonly model: TcFilterModel;
  readonly attachment: Attachment<"tc-filter"> | undefined;
  readonly actions: readonly FilterAction[];
  /** How often one that matches everything was asked (struct tc_matchall_pcnt). */
  hits = 0;
  private readonly where: string;
  private readonly world: World;

  constructor(
    model: TcFilterModel,
    attachment: Attachment<"tc-filter"> | undefined,
    actions: readonly FilterAction[],
    where: string,
    world: World,
  ) {
    this.model = model;
    this.attachment = attachment;
    this.actions = actions;
    this.where = where;
    this.world = world;
  }

  /** Classifies a packet (cls_bpf_classify): the answer, or UNSPEC for the next filter. The class goes to `result`. */
  classify(skb: Skb, site: FilterSite, result: { classid: number }): number {
    const { model, attachment } = this;
    site.directAction = model.directAction;
    site.classid = model.classid;
    let classid = model.classid;
    if (attachment !== undefined) {
      if (model.directAction) skb.tcClassid = minorOf(model.classid);
      const verdict = attachment.run(skb, site);
      this.trace(skb, attachment);
      if (verdict.action === TC_ACT.UNSPEC) return TC_ACT.UNSPEC;
      classid = verdict.classid;
      if (model.directAction) {
        result.classid = classid;
        return verdict.action;
      }
    } else this.hits++;
    const before = result.classid;
    result.classid = classid;
    const answer = this.act(skb, site);
    if (answer < 0) result.classid = before;
    return answer;
  }

  /** Runs the actions one after another, as long as they say so (tcf_action_exec). */
  private act(skb: Skb, site: FilterSite): number {
    const { actions } = this;
    let answer: number = TC_ACT.OK;
    let jumps = MOST_JUMPS;
    for (let i = 0; i < actions.length; i++) {
      const action = actions[i]!;
      let tries = REPEATS;
      do {
        answer = action.run(skb, site);
      } while (answer === TC_ACT.REPEAT && --tries > 0);
      if (answer === TC_ACT.REPEAT) return TC_ACT.OK;
      if (answer === TC_ACT.PIPE) continue;
      const jump = jumpOf(answer);
      if (jump === undefined) return answer;
      const next = jump & (MOST_JUMPS - 1);
      if (next === 0 || next > actions.length || --jumps <= 0) return TC_ACT.OK;
      i = next - 1;
    }
    return answer;
  }

  private trace(skb: Skb, { hook, slot, returnValue, outcome }: Attachment<"tc-filter">): void {
    const { observer } = this.world;
    if (observer.tracing)
      observer.trace(
        skb,
        this.where,
        `${hook.name} ${slot.name} returned ${returnValue | 0}: ${hook.outcomes[outcome]!.name}`,
      );
  }
}
