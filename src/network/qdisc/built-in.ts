import { bfifo, pfifo } from "./fifo.ts";
import { htb } from "./htb/htb.ts";
import { pfifoFast, prio } from "./prio.ts";
import type { QdiscKind } from "./qdisc.ts";
import { tbf } from "./tbf.ts";

/** The queueing disciplines that netsim brings. */
export const builtInQdiscs: readonly QdiscKind[] = [pfifo, bfifo, pfifoFast, prio, tbf, htb] as readonly QdiscKind[];
