import { EchoedBytes } from "./byte-stream.ts";
import type { Connection } from "./connection.ts";
import type { Sender } from "./sender.ts";

/**
 * The two programs that use connections. One that opens a connection writes its bytes, shuts its sending side down
 * (SHUT_WR) and reads until its peer closes. One that accepts reads everything at once, writes it back where its socket
 * echoes, and closes after its peer. Both act once the kernel is done with a segment.
 */
export class Application {
  private readonly sender: Sender;

  constructor(sender: Sender) {
    this.sender = sender;
  }

  run(c: Connection): void {
    if (c.listener === undefined) this.client(c);
    else this.server(c);
  }

  /** The process is gone, and with it whoever would read. */
  close(c: Connection): void {
    c.isOrphan = true;
    if (c.state !== "SYN-RECEIVED" && c.state !== "ESTABLISHED" && c.state !== "CLOSE-WAIT") return;
    c.isReceiveShut = true;
    c.state = c.state === "CLOSE-WAIT" ? "LAST-ACK" : "FIN-WAIT-1";
    this.shutDown(c);
  }

  private client(c: Connection): void {
    if (c.state !== "ESTABLISHED" && c.state !== "CLOSE-WAIT") return;
    c.state = c.state === "ESTABLISHED" ? "FIN-WAIT-1" : "LAST-ACK";
    this.sender.write(c, c.toWrite);
    this.sender.push(c);
    this.shutDown(c);
  }

  private server(c: Connection): void {
    if (c.stream instanceof EchoedBytes && c.written < c.stream.length) {
      this.sender.write(c, c.stream.length);
      this.sender.push(c);
    }
    if (c.state !== "CLOSE-WAIT") return;
    c.state = "LAST-ACK";
    c.isOrphan = true;
    this.shutDown(c);
  }

  /** A FIN rides on the last segment only where that could not be sent before. */
  private shutDown(c: Connection): void {
    c.isFinQueued = true;
    this.sender.push(c);
  }
}
