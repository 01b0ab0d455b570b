import { fail } from "../errors.ts";
import { crc32c } from "../packet/crc32c.ts";
import type { RunResult } from "../run/result.ts";
import type { RunWatcher } from "../run/run-options.ts";

/** Steps of all packets that are kept: a comparison of more would need more memory than most machines have. */
const MOST_STEPS = 4_000_000;

/** One step of a packet. */
export interface Step {
  /** Simulated nanoseconds. */
  readonly time: number;
  readonly where: string;
  readonly what: string;
}

/** A packet's way through a run. */
export interface PacketWay {
  /** Number of the packet in its run. */
  readonly packet: number;
  readonly steps: Step[];
}

/** What a socket's reader got: the packet's number, and the length and a checksum of what was left of it. */
export interface Read {
  readonly packet: number;
  readonly length: number;
  readonly checksum: number;
}

/** All that is compared of a run. */
export class Recording implements RunWatcher {
  /** What the run is called in comparisons. */
  readonly name: string;
  readonly packets = new Map<number, PacketWay>();
  readonly reads = new Map<string, Read[]>();
  result: RunResult | undefined;
  /** Only what these nodes see of packets is compared, and no maps; undefined: everything. */
  readonly hosts: ReadonlySet<string> | undefined;
  private steps = 0;

  constructor(name: string, hosts?: ReadonlySet<string>) {
    this.name = name;
    this.hosts = hosts;
  }

  step(time: number, packet: number, where: string, what: string): void {
    if (this.hosts !== undefined && !this.hosts.has(/^[^:/ ]*/.exec(where)![0])) return;
    if (++this.steps > MOST_STEPS)
      fail("unsupported", `The run has more than ${MOST_STEPS} steps of packets; a comparison keeps no more.`, {
        hint: "Compare a shorter run: `max-packets` or `until` in the topology, or --until.",
      });
    const way = this.packets.get(packet);
    if (way === undefined) this.packets.set(packet, { packet, steps: [{ time, where, what }] });
    else way.steps.push({ time, where, what });
  }

  read(socket: string, packet: number, bytes: Uint8Array, at: number, length: number): void {
    const reads = this.reads.get(socket);
    const read = { packet, length, checksum: crc32c(bytes, at, at + length) };
    if (reads === undefined) this.reads.set(socket, [read]);
    else reads.push(read);
  }
}
