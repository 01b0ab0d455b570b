/** Who waits for echo replies on a host, by identifier: what ping sockets are in Linux (net/ipv4/ping.c). */
export class EchoClients {
  /** By identifier: what to call for each sequence number whose reply is still to come. */
  private readonly clients = { 4: new Map<number, Awaited>(), 6: new Map<number, Awaited>() };

  /** A request with these numbers goes out; `answered` is called when the first reply to it comes in. */
  expect(family: 4 | 6, identifier: number, sequence: number, answered: () => void): void {
    let awaited = this.clients[family].get(identifier);
    if (awaited === undefined) {
      awaited = new Map();
      this.clients[family].set(identifier, awaited);
    }
    awaited.set(sequence, answered);
  }

  /** A reply came in; false where nobody has that identifier. A repeated one has its reader, but counts no more. */
  take(family: 4 | 6, identifier: number, sequence: number): boolean {
    const awaited = this.clients[family].get(identifier);
    if (awaited === undefined) return false;
    const answered = awaited.get(sequence);
    awaited.delete(sequence);
    answered?.();
    return true;
  }
}

type Awaited = Map<number, () => void>;
