import type { Diagnostic } from "../errors.ts";

/** Something that puts packets on the network while the simulation runs: one entry of a topology's `traffic`. */
export interface TrafficSource {
  readonly kind: string;
  /** Words for a person: what is sent from where. */
  readonly description: string;
  /** Packets, datagrams, connections or echo requests begun so far. */
  readonly sent: number;
  /** Those that were answered in order; absent where nothing is expected back. */
  readonly answered?: number | undefined;
  /** Those that the sender's host refused to send (EPERM); absent: none. */
  readonly refused?: number | undefined;
  /** What went wrong without ending the run. */
  readonly problem?: Diagnostic | undefined;
  /** Schedules the first packet. */
  start(): void;
  /** Gives back files. */
  close(): void;
}
