import type { OutcomeRow } from "../../hooks/hook.ts";

/** What became of a packet at one place. */
export interface PlaceOutcome {
  readonly place: string;
  /** Unsigned, 32 bits. */
  readonly returned: number;
  /** In the hook's words. */
  readonly verdict: string;
  /** The row of the hook's table, where it has one. */
  readonly row?: OutcomeRow;
  /** Bytes that a socket gets. */
  readonly length?: number;
  /** As in `1:10`. */
  readonly class?: string;
  /** Of system calls: the error that the call gives, and the signal that its thread gets. */
  readonly errno?: number;
  readonly signal?: string;
  /** Fields that the program changed: before and after. */
  readonly changes: Readonly<Record<string, readonly [before: number, after: number]>>;
  /** A load outside the packet ended the program. */
  readonly endedByLoad: boolean;
}

/** Packets that came to the same at every place. */
export interface PacketGroup {
  /** Their numbers, from 1. */
  readonly packets: readonly number[];
  /** The first of them in words. */
  readonly example: string;
  /** They have a VLAN tag. */
  readonly isTagged: boolean;
  /** What they came to is not the same everywhere. */
  readonly differs: boolean;
  readonly outcomes: readonly PlaceOutcome[];
}

/** A program at every place that takes it. */
export interface PlacesComparison {
  readonly program: string;
  readonly packets: number;
  readonly places: readonly string[];
  /** Places that do not take the program, with the reason. */
  readonly refused: readonly { readonly place: string; readonly reason: string }[];
  /** Those first that differ. */
  readonly groups: readonly PacketGroup[];
  /** What people trip over with this program, a sentence each. */
  readonly traps: readonly string[];
}
