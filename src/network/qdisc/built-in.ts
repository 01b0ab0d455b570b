import { codel } from "./codel/codel.ts";
import { drr } from "./drr.ts";
import { bfifo, pfifo } from "./fifo.ts";
import { fq } from "./fq/fq.ts";
import { fqCodel } from "./fq-codel/fq-codel.ts";
import { htb } from "./htb/htb.ts";
import { mq } from "./mq.ts";
import { netem } from "./netem/netem.ts";
import { pfifoFast } from "./pfifo-fast.ts";
import { prio } from "./prio.ts";
import type { QdiscKind } from "./qdisc.ts";
import { red } from "./red/red.ts";
import { sfq } from "./sfq/sfq.ts";
import { tbf } from "./tbf.ts";

/** The queueing disciplines that netsim brings. */
export const builtInQdiscs: readonly QdiscKind[] = [
  pfifo,
  bfifo,
  pfifoFast,
  prio,
  drr,
  sfq,
  tbf,
  htb,
  red,
  codel,
  fqCodel,
  fq,
  netem,
  mq,
] as readonly QdiscKind[];
