import type { Skb } from "../../packet/skb.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { Ledger } from "../ledger.ts";
import type { Connection, ConnectionOutcome } from "./connection.ts";
import type { ConnectionTable } from "./connection-table.ts";
import type { TcpCounts } from "./tcp-counts.ts";
import { TimeWait } from "./time-wait.ts";

/** Outcomes by the counter that they are counted in. */
const COUNTED_AS = {
  closed: "closed",
  reset: "reset",
  refused: "failed",
  "timed-out": "failed",
  unreachable: "failed",
  "no-route": "failed",
  "no-port": "failed",
} as const satisfies Record<ConnectionOutcome, keyof TcpCounts>;

/** How connections end. */
export class Lifecycle {
  /** Packets in all connections' reassembly queues. */
  queued = 0;
  private readonly host: string;
  private readonly table: ConnectionTable;
  private readonly simulation: Simulation;
  private readonly ledger: Ledger;
  private readonly counts: TcpCounts;

  constructor(
    host: string,
    table: ConnectionTable,
    world: { simulation: Simulation; ledger: Ledger },
    counts: TcpCounts,
  ) {
    this.host = host;
    this.table = table;
    this.simulation = world.simulation;
    this.ledger = world.ledger;
    this.counts = counts;
  }

  /** The connection is over (tcp_done). */
  end(c: Connection, outcome: ConnectionOutcome): void {
    this.forget(c);
    this.tell(c, outcome);
  }

  /** The peer resets the connection (tcp_reset). */
  endByReset(c: Connection, outcome: "reset" | "refused"): void {
    if (this.ledger.events.isOn) this.ledger.events.tcp.reset(this.host, c);
    this.end(c, outcome);
  }

  /** A connection that never became one disappears without a trace. */
  forget(c: Connection): void {
    c.state = "CLOSED";
    c.retransmitTimer.stop();
    c.ackTimer.stop();
    this.purge(c);
    this.table.remove(c);
  }

  /** The connection is closed, and something stays to answer stray segments. */
  waitForStrays(c: Connection): void {
    const { now } = this.simulation;
    const entry = new TimeWait(c, now);
    this.forget(c);
    this.table.addTimeWait(entry, now);
    this.tell(c, "closed");
  }

  /** Drops what waits behind a hole that nothing will fill. */
  purge(c: Connection): void {
    this.queued -= c.reassembly.size;
    c.reassembly.purge((skb: Skb) => this.ledger.drop(skb, this.host, "TCP_OFO_DROP"));
  }

  /** Comes last: whoever hears of the end may open the next connection at once. */
  private tell(c: Connection, outcome: ConnectionOutcome): void {
    this.counts[COUNTED_AS[outcome]]++;
    c.onClosed?.(outcome);
  }
}
