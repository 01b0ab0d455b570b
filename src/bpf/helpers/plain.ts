import type { HostFunction } from "../vm/host-function.ts";

/** Where helpers have time and chance from. */
export interface Surroundings {
  /** Nanoseconds since some moment, never fewer than before. */
  nanoseconds(): bigint;
  /** 32 random bits. */
  random(): number;
}

/** Helpers that need nothing but time and chance, which every program type has, by their numbers. */
export function plainHelpers({ nanoseconds, random }: Surroundings): ReadonlyMap<number, HostFunction> {
  return new Map<number, HostFunction>([
    [5, { name: "bpf_ktime_get_ns", parameters: [], result: "i64", call: () => BigInt.asIntN(64, nanoseconds()) }],
    [7, { name: "bpf_get_prandom_u32", parameters: [], result: "unsigned", call: () => random() | 0 }],
    [8, { name: "bpf_get_smp_processor_id", parameters: [], result: "unsigned", call: () => 0 }],
  ]);
}
