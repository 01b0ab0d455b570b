import type { RedParameters } from "./average.ts";

/** Ticks of tc and the kernel in a second; its tables count in them. */
const TICKS = 15_625_000;

/** What a user says of random early detection; lengths in bytes, rates in bytes a second. */
export interface RedGiven {
  readonly min: number;
  readonly max: number;
  readonly averagePacket: number;
  /** Packets. */
  readonly burst: number;
  readonly bandwidth: number;
  readonly probability: number;
}

/** What tc makes of it (tc/tc_red.c of iproute2); or which part cannot be, and why. */
export function redParameters(given: RedGiven): RedParameters | { readonly key: string; readonly problem: string } {
  const wlog = averageWeight(given);
  if (wlog === undefined) {
    const least = 1 + Math.floor(given.min / given.averagePacket);
    return {
      key: "burst",
      problem: `The burst of ${given.burst} packets is too small; ${least} is the least for this \`min\`.`,
    };
  }
  if (given.max < given.min) return { key: "max", problem: "`max` is not below `min`." };
  if (bits(given.max) + wlog >= 32) return { key: "max", problem: "`max` is too large for so slow an average." };
  const { cellLog, idleShifts } = idleDamping(given, wlog);
  const maxProbability = Math.min(Math.floor(given.probability * 2 ** 32), 0xffff_ffff);
  return {
    min: given.min,
    max: given.max,
    wlog,
    plog: probabilityLog(given),
    cellLog,
    idleShifts,
    maxProbability,
  };
}

const bits = (value: number): number => 32 - Math.clz32(value);

/** Logarithm of the average's weight, so that a burst passes (tc_red_eval_ewma). */
function averageWeight({ min, burst, averagePacket }: RedGiven): number | undefined {
  const wanted = burst + 1 - min / averagePacket;
  if (wanted < 1) return undefined;
  for (let wlog = 1; wlog < 32; wlog++) {
    const weight = 2 ** -wlog;
    if (wanted <= (1 - (1 - weight) ** burst) / weight) return wlog;
  }
  return undefined;
}

/** tc_red_eval_P */
function probabilityLog({ min, max, probability }: RedGiven): number {
  if (max === min) return 0;
  let log = 0;
  for (let left = probability / (max - min); left <= 1 && log < 32; left *= 2) log++;
  return log;
}

/** How the average falls while nothing waits (tc_red_eval_idle_damping). */
function idleDamping({ averagePacket, bandwidth }: RedGiven, wlog: number): { cellLog: number; idleShifts: number[] } {
  const packetTime = Math.trunc((averagePacket / bandwidth) * TICKS);
  const fall = -Math.log(1 - 2 ** -wlog) / packetTime;
  let cellLog = 0;
  while (31 / fall / 2 ** cellLog >= 512 && cellLog < 31) cellLog++;
  const idleShifts = Array.from({ length: 256 }, (_, i) => Math.min(Math.trunc(i * 2 ** cellLog * fall), 31));
  idleShifts[255] = 31;
  return { cellLog, idleShifts };
}
