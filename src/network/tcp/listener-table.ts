import { ADDRESSES } from "../../packet/checksum.ts";
import { sameBytes } from "../../packet/wire.ts";
import type { TcpListener } from "./tcp-listener.ts";

const BY_INTERFACE = 1;
const BY_ADDRESS = 2;

/** Finds the listening socket for a segment: a bound address counts more than a bound interface (__inet_lookup_listener). */
export class ListenerTable {
  private readonly listeners: TcpListener[];
  private readonly byPort = new Map<number, TcpListener[]>();
  private indexed = 0;

  /** @param listeners the host's; ones that are added to the list later are found too. */
  constructor(listeners: TcpListener[]) {
    this.listeners = listeners;
  }

  /** The socket for a segment to `port` and the address at `at`, that came in by the interface named `device`. */
  find(port: number, family: 4 | 6, bytes: Uint8Array, at: number, device: string): TcpListener | undefined {
    this.index();
    let best: TcpListener | undefined;
    let bestScore = -1;
    for (const listener of this.byPort.get(port) ?? NONE) {
      const { address, interface: bound } = listener.model;
      if (bound !== undefined && bound !== device) continue;
      if (address !== undefined) {
        if (address.family !== family) continue;
        if (!sameBytes(bytes, at, address.address, 0, ADDRESSES[family].length)) continue;
      }
      const score = (address === undefined ? 0 : BY_ADDRESS) + (bound === undefined ? 0 : BY_INTERFACE);
      if (score <= bestScore) continue;
      best = listener;
      bestScore = score;
    }
    return best;
  }

  /** The socket is closed; it is taken out of the host's list too. */
  remove(listener: TcpListener): void {
    const at = this.listeners.indexOf(listener);
    if (at < 0) return;
    this.listeners.splice(at, 1);
    // What is left is indexed anew.
    this.byPort.clear();
    this.indexed = 0;
  }

  private index(): void {
    for (; this.indexed < this.listeners.length; this.indexed++) {
      const listener = this.listeners[this.indexed]!;
      const port = listener.model.port ?? 0;
      const others = this.byPort.get(port);
      if (others === undefined) this.byPort.set(port, [listener]);
      else others.push(listener);
    }
  }
}

const NONE: readonly TcpListener[] = [];
