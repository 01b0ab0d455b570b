import { KEY_SIZE } from "../flow/layout.ts";
import type { FlowTable } from "./flow-table.ts";
import type { Megaflow } from "./megaflow.ts";
import type { SlowPath } from "./slow-path.ts";
import { wantTags } from "./tag-mask.ts";

/** other_config:max-idle and max-revalidator of Open vSwitch in nanoseconds, and how often masks are put in order (ovs_dp_masks_rebalance). */
const MAX_IDLE = 10e9;
const ROUND = 500e6;
const REBALANCE = 4e9;

/**
 * Keeps megaflows true (ofproto/ofproto-dpif-upcall.c, revalidate): forgets idle ones every half second, and asks the slow
 * path again about all as soon as something has changed there. Rounds happen when a packet comes, before it is looked up,
 * which nobody can tell from their happening on time.
 */
export class Revalidator {
  /** Flows that were forgotten because they were idle, or because they were no longer right. */
  expired = 0;
  invalid = 0;
  private readonly table: FlowTable;
  private readonly slowPath: SlowPath;
  private next = ROUND;
  private rebalanceAt = REBALANCE;
  private generation: number;

  constructor(table: FlowTable, slowPath: SlowPath) {
    this.table = table;
    this.slowPath = slowPath;
    this.generation = slowPath.generation;
  }

  /** Does what is due at `now`. Allocates nothing where nothing is. */
  catchUp(now: number): void {
    if (now >= this.next) {
      this.sweep(now);
      this.next = now + ROUND;
      if (now >= this.rebalanceAt) {
        this.table.rebalance();
        this.rebalanceAt = now + REBALANCE;
      }
    }
    if (now >= this.slowPath.nextExpiry) {
      // What packets have kept alive is told first.
      this.settle();
      this.slowPath.expire(now);
    }
    if (this.slowPath.generation !== this.generation) this.revalidate(now);
  }

  /** Tells the slow path what all flows have carried. */
  settle(): void {
    for (const flow of this.table.flows()) flow.credit();
  }

  private sweep(now: number): void {
    this.settle();
    for (const flow of [...this.table.flows()])
      if (now - Math.max(flow.used, flow.created) >= MAX_IDLE) {
        this.table.remove(flow);
        this.expired++;
      }
  }

  private revalidate(now: number): void {
    this.settle();
    this.generation = this.slowPath.generation;
    for (const flow of [...this.table.flows()])
      if (flow.translation !== undefined && !this.holds(flow, now)) {
        this.table.remove(flow);
        this.invalid++;
      }
  }

  /** Whether the flow may stay, with what the slow path says now. */
  private holds(flow: Megaflow, now: number): boolean {
    const answer = this.slowPath.translate({ key: flow.key, skb: undefined, hasEffects: false, now });
    if (!answer.isCacheable) return false;
    wantTags(answer.mask);
    for (let i = 0; i < KEY_SIZE; i++) if (answer.mask[i] !== flow.mask.bytes[i]) return false;
    flow.actions = answer.actions;
    flow.translation = answer;
    return true;
  }
}
