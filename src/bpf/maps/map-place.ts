import type { Machine } from "../vm/machine.ts";
import type { KernelObjects } from "./kernel-objects.ts";
import type { Programs } from "./program-owner.ts";

/** Where maps live. */
export interface MapPlace {
  readonly machine: Machine;
  /** Processors that per-CPU maps have a value for (num_possible_cpus). */
  readonly possibleCpus: number;
  /** Number of the processor that runs the program which makes the call. */
  cpu(): number;
  /** Sockets, devices and the like that maps may hold. */
  readonly objects?: KernelObjects;
  /** Programs that maps may hold. */
  readonly programs?: Programs;
}

/** One processor, number 0. */
export const oneCpu = (machine: Machine): MapPlace => ({ machine, possibleCpus: 1, cpu: () => 0 });
