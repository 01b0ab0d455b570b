import type { Connection } from "./connection.ts";
import { type ConnectionKey, hashAt, hashOf, isKeyAt, isSameKey } from "./connection-key.ts";
import type { TimeWait } from "./time-wait.ts";

/** Whatever a segment can belong to but a listening socket. */
export type Endpoint = Connection | TimeWait;

/**
 * A host's connections, those in TIME-WAIT among them. Nothing watches the end of TIME-WAIT: whoever meets an entry
 * that is past it takes it out, and each new one clears away what has expired before it, so that a closed connection
 * neither keeps a run going nor stays in memory.
 */
export class ConnectionTable {
  /** Entries of a hash are chained by `next`. */
  private readonly heads = new Map<number, Endpoint>();
  /** Those in TIME-WAIT, the first to expire first. */
  private readonly waiting = new Set<TimeWait>();

  /** The endpoint with these addresses, standing at `local` and `remote` of `bytes`, and ports. */
  find(
    bytes: Uint8Array,
    family: 4 | 6,
    local: number,
    remote: number,
    localPort: number,
    remotePort: number,
    now: number,
  ): Endpoint | undefined {
    let endpoint = this.heads.get(hashAt(bytes, family, local, remote, localPort, remotePort));
    while (endpoint !== undefined && !isKeyAt(endpoint, bytes, family, local, remote, localPort, remotePort))
      endpoint = endpoint.next;
    return this.ifAlive(endpoint, now);
  }

  has(key: ConnectionKey, now: number): boolean {
    let endpoint = this.heads.get(hashOf(key));
    while (endpoint !== undefined && !isSameKey(endpoint, key)) endpoint = endpoint.next;
    return this.ifAlive(endpoint, now) !== undefined;
  }

  /** Everything in it, in no particular order. */
  *endpoints(): Iterable<Endpoint> {
    for (const head of [...this.heads.values()])
      for (let at: Endpoint | undefined = head; at !== undefined; ) {
        const { next }: Endpoint = at;
        yield at;
        at = next;
      }
  }

  add(endpoint: Endpoint): void {
    const hash = hashOf(endpoint);
    endpoint.next = this.heads.get(hash);
    this.heads.set(hash, endpoint);
  }

  remove(endpoint: Endpoint): void {
    const hash = hashOf(endpoint);
    let before: Endpoint | undefined;
    let here = this.heads.get(hash);
    while (here !== undefined && here !== endpoint) {
      before = here;
      here = here.next;
    }
    if (here === undefined) return;
    if (before !== undefined) before.next = endpoint.next;
    else if (endpoint.next !== undefined) this.heads.set(hash, endpoint.next);
    else this.heads.delete(hash);
    endpoint.next = undefined;
  }

  /** A connection becomes one in TIME-WAIT. */
  addTimeWait(entry: TimeWait, now: number): void {
    for (const oldest of this.waiting) {
      if (oldest.expires > now) break;
      this.removeTimeWait(oldest);
    }
    this.add(entry);
    this.waiting.add(entry);
  }

  removeTimeWait(entry: TimeWait): void {
    this.waiting.delete(entry);
    this.remove(entry);
  }

  /** TIME-WAIT of the entry begins again. */
  extend(entry: TimeWait, expires: number): void {
    entry.expires = expires;
    this.waiting.delete(entry);
    this.waiting.add(entry);
  }

  private ifAlive(endpoint: Endpoint | undefined, now: number): Endpoint | undefined {
    if (endpoint === undefined || endpoint.state !== "TIME-WAIT" || endpoint.expires > now) return endpoint;
    this.removeTimeWait(endpoint);
    return undefined;
  }
}
