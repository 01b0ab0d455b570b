import type { Skb } from "../../../../packet/skb.ts";
import type { DatapathAction, Nat } from "../../datapath/action.ts";
import { blankKey } from "../../flow/layout.ts";
import type { Action } from "../action/action.ts";
import { familyOf, formatActions } from "../action/registry.ts";
import type { Bridge } from "../bridge/bridge.ts";
import type { FlowRule } from "../bridge/flow-table.ts";
import type { FlowEntry } from "../flow/flow.ts";
import { freezeActions } from "./freeze.ts";
import { Report, type ReportKind } from "./report.ts";

/** Why a translation ended without actions (enum xlate_error). */
export type TranslationError =
  | "recursion too deep"
  | "too many resubmits"
  | "stack too deep"
  | "no recirculation context"
  | "too many MPLS labels"
  | "unsupported";

/** A value on the stack of push and pop. */
export interface StackEntry {
  readonly value: bigint;
  readonly bits: number;
}

/** A flow that a packet teaches. */
export interface Lesson {
  readonly bridge: Bridge;
  readonly entry: FlowEntry;
  /** Flows with its cookie that its table may hold; 0: any number. */
  readonly limit: number;
}

/** What one translation is for. */
export interface TranslationInput {
  readonly bridge: Bridge;
  /** The flow as the datapath sees it, its input port by OpenFlow's number. */
  readonly key: Uint8Array;
  readonly skb: Skb | undefined;
  /** Whether tables may change by it. */
  readonly hasEffects: boolean;
  /** Nanoseconds. */
  readonly now: number;
  readonly report?: Report;
  /** Whether output to a patch port goes on in the tables of the bridge behind it; else it is left to the datapath. Default true. */
  readonly entersPatches?: boolean;
}

/**
 * A flow on its way through the tables of a bridge (struct xlate_ctx of ofproto/ofproto-dpif-xlate.c): what it is now,
 * what of it was looked at, and what the datapath is to do.
 */
export class Translation {
  bridge: Bridge;
  readonly skb: Skb | undefined;
  readonly hasEffects: boolean;
  readonly now: number;
  readonly report: Report;
  readonly entersPatches: boolean;
  /** The flow as it came, never changed. */
  readonly original: Uint8Array;
  /** The flow as actions have left it. */
  flow: Uint8Array;
  /** The packet as the datapath has it after `out`; differences to `flow` are committed before outputs. */
  base: Uint8Array;
  /** Bits of the flow that the answer depends on. */
  readonly wanted = blankKey();
  out: DatapathAction[] = [];

  table = 0;
  rule: FlowRule | undefined = undefined;
  /** Rules whose counters the packet moves, each as often as it was met. */
  readonly rules: FlowRule[] = [];
  depth = 0;
  resubmits = 0;
  stack: StackEntry[] = [];
  actionSet: Action[] = [];
  actionSetHasGroup = false;
  /** What the list of actions under way is, which controllers are told. */
  list: "action" | "action_set" | "group" = "action";
  /** No more actions of the lists under way. */
  isLeaving = false;
  error: TranslationError | undefined = undefined;

  /** The rest waits until the packet comes back from the datapath with another look at its headers. */
  isFreezing = false;
  frozen: Action[] = [];
  dpHash: { readonly algorithm: "l4" | "sym_l4"; readonly basis: number } | undefined = undefined;
  wasMpls = false;
  /** A header that is put there or taken away with the next commit; `metadata` of a network service header. */
  pending: { readonly kind: "encap" | "decap"; readonly metadata?: Uint8Array } | undefined = undefined;
  isTracked = false;
  nat: Nat | undefined = undefined;
  /** Something that no datapath can do by itself, or that may not be repeated from a cache. */
  isCacheable = true;
  isSlow = false;
  /** Addresses that NORMAL has seen, which stay fresh while the flow has packets. */
  readonly learnt: {
    readonly bridge: Bridge;
    readonly vlan: number;
    readonly address: number;
    readonly port: number;
  }[] = [];
  /** Flows that the packet teaches, and those that the megaflow's packets will. */
  readonly lessons: Lesson[] = [];
  /** Copies that go on after connection tracking: their recirculation ids, and the flows as they were then. */
  readonly forks: { readonly id: number; readonly flow: Uint8Array }[] = [];

  constructor(input: TranslationInput) {
    const { bridge, key, skb, hasEffects, now, report = new Report(false), entersPatches = true } = input;
    this.bridge = bridge;
    this.skb = skb;
    this.hasEffects = hasEffects;
    this.now = now;
    this.report = report;
    this.entersPatches = entersPatches;
    this.original = key;
    this.flow = key.slice();
    this.base = key.slice();
  }

  say(kind: ReportKind, text: string): void {
    this.report.add(kind, text);
  }

  /** A list of actions as ovs-ofctl prints it. */
  format(actions: readonly Action[]): string {
    return formatActions(actions);
  }

  /** Whether what these actions do to the datapath's packet can be undone by what is committed later. */
  canUndo(actions: readonly Action[]): boolean {
    return actions.every((action) => familyOf(action).isIrreversible !== true);
  }

  /** Does a list of actions (do_xlate_actions). `isLast`: nothing comes after the list. */
  run(actions: readonly Action[], isLast: boolean): void {
    if (actions.length === 0) {
      this.say("action", "drop");
      return;
    }
    for (const [i, action] of actions.entries()) {
      if (this.error !== undefined) return;
      const family = familyOf(action);
      if (this.wasMpls && !this.isLeaving && family.needsNoLayer3?.(action) !== true) this.freeze();
      if (this.isLeaving) {
        if (this.isFreezing) freezeActions(this, actions.slice(i));
        return;
      }
      if (this.report.isOn) this.say("action", family.format(action));
      const isEnd = isLast && i === actions.length - 1 && this.actionSet.length === 0;
      const next = family.translate(action, this, isEnd, actions.slice(i + 1));
      if (next === "stop") return;
      // Tables that are gone into freeze their own actions: the action itself is not done again.
      if (next === "entered") continue;
      if (this.error === undefined && this.isLeaving && this.isFreezing && this.frozen.length === 0) {
        freezeActions(this, actions.slice(next === "done" ? i + 1 : i));
        return;
      }
    }
  }

  /** Ends the translation here; what is left is done after a recirculation. */
  freeze(): void {
    this.isLeaving = true;
    this.isFreezing = true;
  }
}
