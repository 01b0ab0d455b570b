import type { RedirectInfo } from "../hooks/services.ts";
import type { ByteStore } from "../packet/bytestore.ts";
import type { SkbPool } from "../packet/skb-pool.ts";
import type { EntryAttachment } from "../programs/entry-programs.ts";
import type { Random } from "../simulation/random.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { Ledger } from "./ledger.ts";
import type { Observer } from "./observer.ts";

/** What every part of one simulated network shares. */
export interface World {
  readonly simulation: Simulation;
  readonly store: ByteStore;
  readonly pool: SkbPool;
  readonly ledger: Ledger;
  readonly observer: Observer;
  /** What programs and the places where they run tell each other about redirection. */
  readonly redirect: RedirectInfo;
  /** Programs in values of devmaps and cpumaps, by their ids. */
  readonly entryPrograms: Map<number, EntryAttachment>;
  /** A stream of random numbers of its own for each label. */
  random(label: string): Random;
}
