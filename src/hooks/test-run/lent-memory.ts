import type { Skb } from "../../packet/skb.ts";
import type { ProgramHost } from "../places.ts";
import type { HookServices } from "../services.ts";
import { loopbackHost } from "./loopback-host.ts";

/** The packet that a test run's programs see, and the host that they run on. */
export class LentMemory {
  protected readonly services: HookServices;
  protected readonly host: ProgramHost;
  protected skb: Skb | undefined;

  constructor(services: HookServices) {
    this.services = services;
    this.host = loopbackHost(services.pool);
  }

  /** See LentPacket. */
  put(packet: Uint8Array): number {
    const { pool } = this.services;
    if (this.skb !== undefined) pool.release(this.skb);
    this.skb = pool.from(packet, 0, packet.length);
    return this.skb.data;
  }

  /** See LentPacket. */
  bytes(length: number): Uint8Array | undefined {
    const { skb } = this;
    if (skb === undefined || length > skb.length) return undefined;
    return this.services.machine.memory.bytes.slice(skb.data, skb.data + length);
  }
}
