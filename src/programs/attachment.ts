import type { Hook, HookSite, Verdict } from "../hooks/hook.ts";
import type { PacketView } from "../hooks/skb/packet-view.ts";
import type { Skb } from "../packet/skb.ts";
import type { ProgramSlot } from "./program-slot.ts";

/** What an attached program has done so far. */
export interface AttachmentCounts {
  runs: number;
  passed: number;
  /** Of those passed, the ones that it shortened. */
  trimmed: number;
  dropped: number;
}

/** A program at the place where it is attached. One view and one verdict serve all its packets. */
export class Attachment {
  readonly hook: Hook;
  readonly slot: ProgramSlot;
  readonly counts: AttachmentCounts = { runs: 0, passed: 0, trimmed: 0, dropped: 0 };
  /** Outcome of the last run; overwritten by the next. */
  readonly verdict: Verdict = { action: "pass", length: 0 };
  /** Return value of the last run, unsigned. */
  returnValue = 0;
  private readonly options: unknown;
  private readonly view: PacketView;

  constructor(hook: Hook, slot: ProgramSlot, options: unknown, view: PacketView) {
    this.hook = hook;
    this.slot = slot;
    this.options = options;
    this.view = view;
  }

  /** Runs the program on the packet; the outcome is in `verdict` and stays there until the next run. */
  run(skb: Skb, site: HookSite): Verdict {
    const { hook, counts, verdict, view } = this;
    view.show(skb);
    hook.bind(skb, site, view);
    this.returnValue = this.slot.program.run(view);
    hook.interpret(this.returnValue, site, verdict, this.options);
    counts.runs++;
    if (verdict.action === "drop") counts.dropped++;
    else {
      counts.passed++;
      if (verdict.length < site.length) counts.trimmed++;
    }
    return verdict;
  }
}
