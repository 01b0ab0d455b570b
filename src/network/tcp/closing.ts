import type { Application } from "./application.ts";
import type { Connection } from "./connection.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Sender } from "./sender.ts";

/** What becomes of connections whose process ends, as its descriptors close (net/ipv4/tcp.c, __tcp_close). */
export class Closing {
  private readonly sender: Sender;
  private readonly lifecycle: Lifecycle;
  private readonly application: Application;

  constructor(sender: Sender, lifecycle: Lifecycle, application: Application) {
    this.sender = sender;
    this.lifecycle = lifecycle;
    this.application = application;
  }

  /**
   * A request goes without a word; bytes that were not read make it an RST at once (RFC 2525 section 2.17); else a FIN follows what was
   * written, and data that still comes is answered with RST.
   */
  close(c: Connection): void {
    if (c.isRequest) this.lifecycle.forget(c);
    else if (c.hasUnread) {
      this.sender.reset(c);
      this.lifecycle.end(c, "reset");
    } else this.application.close(c);
  }
}
