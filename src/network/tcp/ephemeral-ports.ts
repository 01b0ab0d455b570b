import type { World } from "../world.ts";
import type { ConnectionKey } from "./connection-key.ts";
import type { ConnectionTable } from "./connection-table.ts";

/** net.ipv4.ip_local_port_range. */
const FIRST = 32_768;
const COUNT = 60_999 - FIRST + 1;

/** Local ports for connections that do not ask for one: a different one each time, from a random one on. */
export class EphemeralPorts {
  private readonly table: ConnectionTable;
  private offset: number;

  constructor(table: ConnectionTable, world: World, host: string) {
    this.table = table;
    this.offset = world.random(`tcp ports:${host}`).below(COUNT);
  }

  /** A port that makes the key a new one; undefined: all are in use, by connections in TIME-WAIT too. */
  find(key: Omit<ConnectionKey, "localPort">, now: number): number | undefined {
    const candidate = { ...key, localPort: 0 };
    for (let tries = 0; tries < COUNT; tries++) {
      candidate.localPort = FIRST + this.offset;
      this.offset = (this.offset + 1) % COUNT;
      if (!this.table.has(candidate, now)) return candidate.localPort;
    }
    return undefined;
  }
}
