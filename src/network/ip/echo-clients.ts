import type { SkbSocket } from "../../packet/skb.ts";

/** Who waits for echo replies on a host, by identifier: what ping sockets are in Linux (net/ipv4/ping.c). */
export class EchoClients {
  /** By identifier: what to call for each sequence number whose reply is still to come. */
  private readonly clients = { 4: new Map<number, Client>(), 6: new Map<number, Client>() };

  /**
   * A request with these numbers goes out; `answered` is called when the first reply to it comes in.
   * @param socket what it is sent by; absent: something that no program sees.
   */
  expect(family: 4 | 6, identifier: number, sequence: number, answered: () => void, socket?: SkbSocket): void {
    let client = this.clients[family].get(identifier);
    if (client === undefined) {
      client = { socket, awaited: new Map() };
      this.clients[family].set(identifier, client);
    }
    client.awaited.set(sequence, answered);
  }

  /** What requests with this identifier are sent by; undefined where nobody has it. */
  find(family: 4 | 6, identifier: number): Pick<Client, "socket"> | undefined {
    return this.clients[family].get(identifier);
  }

  /** A reply comes to who has that identifier. A repeated one counts no more. */
  take(family: 4 | 6, identifier: number, sequence: number): void {
    const { awaited } = this.clients[family].get(identifier)!;
    const answered = awaited.get(sequence);
    awaited.delete(sequence);
    answered?.();
  }
}

interface Client {
  readonly socket: SkbSocket | undefined;
  /** By sequence number. */
  readonly awaited: Map<number, () => void>;
}
