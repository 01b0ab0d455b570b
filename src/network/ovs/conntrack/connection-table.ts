import type { Connection } from "./connection.ts";
import { hashTuple, sameTuple } from "./tuple.ts";

interface Entry {
  readonly tuple: Uint8Array;
  readonly connection: Connection;
  readonly isReply: boolean;
  next: Entry | undefined;
}

/** The committed connections of all zones, by the tuples of both directions. */
export class ConnectionTable {
  size = 0;
  /** Whether what `find` found last is the answers' direction. */
  isReply = false;
  private readonly chains = new Map<number, Entry>();

  /** The connection with that tuple, unless its time is over. */
  find(tuple: Uint8Array, now: number): Connection | undefined {
    for (let entry = this.chains.get(hashTuple(tuple)); entry !== undefined; entry = entry.next) {
      if (!sameTuple(entry.tuple, tuple)) continue;
      if (entry.connection.expires <= now) {
        this.remove(entry.connection);
        return undefined;
      }
      this.isReply = entry.isReply;
      return entry.connection;
    }
    return undefined;
  }

  add(connection: Connection): void {
    connection.isCommitted = true;
    this.size++;
    this.link(connection.original, connection, false);
    this.link(connection.reply, connection, true);
  }

  remove(connection: Connection): void {
    if (!connection.isCommitted || connection.isGone) return;
    connection.isGone = true;
    this.size--;
    this.unlink(connection.original, connection);
    this.unlink(connection.reply, connection);
  }

  /** In the order of their beginnings, forgotten ones left out. */
  *live(now: number): Iterable<Connection> {
    const seen = new Set<Connection>();
    for (const chain of this.chains.values())
      for (let entry: Entry | undefined = chain; entry !== undefined; entry = entry.next)
        if (entry.connection.expires > now) seen.add(entry.connection);
    yield* seen;
  }

  private link(tuple: Uint8Array, connection: Connection, isReply: boolean): void {
    const hash = hashTuple(tuple);
    this.chains.set(hash, { tuple, connection, isReply, next: this.chains.get(hash) });
  }

  private unlink(tuple: Uint8Array, connection: Connection): void {
    const hash = hashTuple(tuple);
    let before: Entry | undefined;
    for (let entry = this.chains.get(hash); entry !== undefined; entry = entry.next) {
      if (entry.connection !== connection || !sameTuple(entry.tuple, tuple)) {
        before = entry;
        continue;
      }
      if (before !== undefined) before.next = entry.next;
      else if (entry.next !== undefined) this.chains.set(hash, entry.next);
      else this.chains.delete(hash);
      return;
    }
  }
}
