import { chainOf, TC_ACT } from "../../hooks/tc/verdict.ts";
import type { Skb } from "../../packet/skb.ts";
import { ETH_P_ALL } from "../socket/packet-socket.ts";
import type { Filter, FilterSite } from "./filter.ts";

/** How often one packet may be sent back to the first filter or to another chain (max_reclassify_loop). */
const MAX_ROUNDS = 16;

/** Why a classification ended with SHOT without a filter that said so. */
export type ListProblem = "TC_RECLASSIFY_LOOP";

/** The filters of one place, in chains; the packet begins at chain 0 (cls_api.c, tcf_classify). */
export class FilterList {
  /** Class that the last classification gave; meaningful for answers that are not UNSPEC. */
  classid = 0;
  /** Set where the last classification failed by itself. */
  problem: ListProblem | undefined;
  private readonly chains = new Map<number, Filter[]>();
  /** Chain 0. */
  private first: Filter[] | undefined;
  private readonly site: FilterSite = {
    dataAddress: 0,
    length: 0,
    host: undefined,
    directAction: false,
    classid: 0,
    configured: 0,
  };

  constructor(filters: readonly Filter[], host: FilterSite["host"]) {
    this.site.host = host;
    this.set(filters);
  }

  /** These and no others, in the order in which they came. */
  set(filters: readonly Filter[]): void {
    this.chains.clear();
    this.first = undefined;
    for (const filter of filters) this.add(filter);
  }

  get filters(): Filter[] {
    return [...this.chains.values()].flat();
  }

  /** True where packets find no filter to begin with. */
  get isEmpty(): boolean {
    return this.first === undefined;
  }

  /** How many. */
  get size(): number {
    let sum = 0;
    for (const { length } of this.chains.values()) sum += length;
    return sum;
  }

  /** Before those of its priority that are there, as cls_bpf does. */
  add(filter: Filter): void {
    const { chain, priority } = filter.model;
    const list = this.chains.get(chain) ?? [];
    const at = list.findIndex(({ model }) => model.priority >= priority);
    list.splice(at < 0 ? list.length : at, 0, filter);
    this.chains.set(chain, list);
    if (chain === 0) this.first = list;
  }

  /** The answer for a packet whose data begins at its MAC header; UNSPEC where no filter has one. */
  classify(skb: Skb): number {
    this.classid = 0;
    this.problem = undefined;
    let chain = this.first;
    for (let round = 0; chain !== undefined; round++) {
      if (round > MAX_ROUNDS) {
        this.problem = "TC_RECLASSIFY_LOOP";
        return TC_ACT.SHOT;
      }
      const answer = this.pass(skb, chain);
      const next = chainOf(answer);
      if (next !== undefined) {
        // An action that goes to a chain makes it, and without filters none of them matches (tcf_action_goto_chain_init).
        chain = this.chains.get(next);
        continue;
      }
      if (answer !== TC_ACT.RECLASSIFY) return answer;
    }
    return TC_ACT.UNSPEC;
  }

  private pass(skb: Skb, chain: readonly Filter[]): number {
    const { site } = this;
    for (const filter of chain) {
      const { protocol } = filter.model;
      if (protocol !== ETH_P_ALL && protocol !== (skb.vlanPresent === 1 ? skb.vlanTpid : skb.protocol)) continue;
      site.dataAddress = skb.data;
      site.length = skb.length;
      const answer = filter.classify(skb, site, this);
      if (answer >= 0) return answer;
    }
    return TC_ACT.UNSPEC;
  }
}
