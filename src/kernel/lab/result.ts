import type { ExitCode } from "../../errors.ts";
import type { ReadableEntry } from "../../programs/map-table.ts";
import type { ExpectationResult, QdiscResult } from "../../run/result.ts";
import type { DeviceCounts } from "./devices.ts";
import type { LabProcessResult } from "./lab-processes.ts";
import type { Skipped } from "./skipped.ts";

/** What a topology did in the kernel. Times are nanoseconds, lengths bytes. */
export interface LabResult {
  readonly topology: { readonly name: string; readonly file: string };
  /** Release of the kernel, as uname(2) gives it. */
  readonly kernel: string;
  /** From the first moment of traffic to the end. */
  readonly time: number;
  readonly nodes: readonly LabNode[];
  /** What the maps hold at the end. */
  readonly maps: readonly { readonly name: string; readonly entries: readonly ReadableEntry[] }[];
  readonly traffic: readonly LabTraffic[];
  readonly expectations: readonly ExpectationResult[];
  /** What the lab left out, by name. */
  readonly skipped: readonly Skipped[];
  /** What the command exits with: 0, or 1 when an expectation failed. */
  readonly exitCode: ExitCode;
}

export interface LabNode {
  readonly name: string;
  readonly kind: string;
  readonly interfaces: readonly ({ readonly name: string; readonly qdisc?: QdiscResult } & DeviceCounts)[];
  readonly sockets: readonly LabSocketResult[];
  /** Hosts that have any. */
  readonly processes?: readonly LabProcessResult[];
}

export interface LabSocketResult {
  readonly name: string;
  readonly kind: string;
  readonly programs: readonly string[];
  /** Packets read; absent for TCP, whose reader sees no packets. */
  readonly received?: number;
  readonly receivedBytes: number;
}

export interface LabTraffic {
  readonly kind: string;
  readonly description: string;
  readonly sent: number;
  readonly answered?: number;
  /** Items that the kernel refused to send. */
  readonly refused: readonly { readonly errno: number; readonly items: number }[];
}
