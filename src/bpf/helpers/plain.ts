import type { HostFunction } from "../vm/host-function.ts";
import { helper } from "./helper.ts";
import type { Surroundings } from "./surroundings.ts";

export type { Surroundings } from "./surroundings.ts";

/** CONFIG_HZ */
export const TICKS_PER_SECOND = 250n;
/** Nanoseconds of a tick, and the tick at which Linux begins to count (INITIAL_JIFFIES). */
const TICK = 1_000_000_000n / TICKS_PER_SECOND;
const FIRST_TICK = 2n ** 32n - 300n * TICKS_PER_SECOND;

/** The kernel's count of ticks at a moment, in nanoseconds (get_jiffies_64). */
export const jiffies = (nanoseconds: bigint): bigint => FIRST_TICK + nanoseconds / TICK;

/** Helpers that need nothing but time and chance, which every program type has, by their numbers. @param cpu the processor that runs the program. */
export function plainHelpers(
  { nanoseconds, random, atomicTimeOffset = 0n }: Surroundings,
  cpu: () => number = () => 0,
): ReadonlyMap<number, HostFunction> {
  const now = () => BigInt.asIntN(64, nanoseconds());
  return new Map<number, HostFunction>([
    // bpf_ktime_get_ns, bpf_ktime_get_boot_ns: nothing ever sleeps here.
    helper(5, "", "i64", now),
    helper(125, "", "i64", now),
    // bpf_ktime_get_coarse_ns
    helper(160, "", "i64", () => (nanoseconds() / TICK) * TICK),
    // bpf_ktime_get_tai_ns
    helper(208, "", "i64", () => BigInt.asIntN(64, nanoseconds() + atomicTimeOffset)),
    // bpf_jiffies64
    helper(118, "", "i64", () => jiffies(nanoseconds())),
    // bpf_get_prandom_u32
    helper(7, "", "unsigned", () => random() | 0),
    // bpf_get_smp_processor_id
    helper(8, "", "unsigned", cpu),
    // bpf_get_numa_node_id
    helper(42, "", "signed", () => 0),
  ]);
}
