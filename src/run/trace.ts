import type { Observer } from "../network/observer.ts";
import type { ByteStore } from "../packet/bytestore.ts";
import { dissect } from "../packet/dissect/dissect.ts";
import type { Skb } from "../packet/skb.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { RunOptions, RunWatcher } from "./run-options.ts";
import { formatTime } from "./time.ts";

/** Writes a line for each step of each packet: time, packet number, where, what. */
export class Trace implements Observer {
  readonly tracing: boolean;
  private readonly simulation: Simulation;
  private readonly store: ByteStore;
  private readonly write: ((line: string) => void) | undefined;
  private readonly watcher: RunWatcher | undefined;

  /** @param options without `trace` and `watcher` nothing is traced. */
  constructor(simulation: Simulation, store: ByteStore, { trace, watcher }: Pick<RunOptions, "trace" | "watcher">) {
    this.simulation = simulation;
    this.store = store;
    this.write = trace;
    this.watcher = watcher;
    this.tracing = trace !== undefined || watcher !== undefined;
  }

  trace(skb: Skb, where: string, what: string): void {
    const { now } = this.simulation;
    this.write?.(`${formatTime(now)}  #${skb.id}  ${where}  ${what}`);
    this.watcher?.step(now, skb.id, where, what);
  }

  /** What a program prints: bpf_trace_printk. */
  print(text: string): void {
    const line = text.trimEnd().replace(/\p{Cc}/gu, (it) => `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`);
    this.write?.(`${formatTime(this.simulation.now)}  bpf_trace_printk  ${line}`);
  }

  /** A frame passes an interface. */
  frame(skb: Skb, where: string, direction: "in" | "out"): void {
    this.watcher?.frame?.(skb.id, this.store.bytes, skb.data, skb.length, skb.linkType);
    const summary = dissect(this.store.bytes, skb.data, skb.length, skb.linkType);
    this.trace(skb, where, `${direction === "in" ? "receives" : "sends"}  ${summary}`);
  }
}
