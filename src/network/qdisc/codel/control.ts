import type { Skb } from "../../../packet/skb.ts";
import { packetLength } from "../packet-length.ts";

/** Nanoseconds of CoDel's clock, of which 32 bits are kept (CODEL_SHIFT). */
const SHIFT = 1024;

/** A time of CoDel's clock out of nanoseconds (codel_get_time). */
export const codelTime = (nanoseconds: number): number => Math.floor(nanoseconds / SHIFT) >>> 0;

/** Microseconds of a span of CoDel's clock (codel_time_to_us). */
export const codelMicroseconds = (span: number): number => Math.floor((span * SHIFT) / 1000);

/** A span of CoDel's clock out of the nanoseconds that tc hands over as whole microseconds. */
export const codelSpan = (nanoseconds: number): number => Math.floor((Math.floor(nanoseconds / 1000) * 1000) / SHIFT);

/** No threshold above which packets are marked (CODEL_DISABLED_THRESHOLD). */
export const NO_THRESHOLD = 0x7fff_ffff;

/** struct codel_params; spans of CoDel's clock. */
export interface CodelParameters {
  target: number;
  interval: number;
  ceThreshold: number;
  /** Bytes that may wait in any case. */
  mtu: number;
  ecn: boolean;
}

/** struct codel_vars of one flow. Times are those of CoDel's clock. */
export class CodelState {
  /** Drops since it began to drop. */
  count = 0;
  lastCount = 0;
  dropping = false;
  /** 1/sqrt(count), 16 bits behind the point. */
  inverseRoot = 0;
  /** When the delay will have been above the target for an interval; 0: it is not. */
  firstAbove = 0;
  dropNext = 0;
  /** How long the last packet waited. */
  delay = 0;

  clear(): void {
    this.count = 0;
    this.lastCount = 0;
    this.dropping = false;
    this.inverseRoot = 0;
    this.firstAbove = 0;
    this.dropNext = 0;
    this.delay = 0;
  }
}

/** The queue that CoDel controls. */
export interface CodelQueue {
  /** Bytes that wait in the whole discipline. */
  readonly backlog: number;
  /** Takes the next packet of the flow out. */
  next(): Skb | undefined;
  /** Drops a packet that was taken out. */
  discard(skb: Skb): void;
  /** Marks it; false where that cannot be. */
  mark(skb: Skb): boolean;
}

/** What CoDel counts (struct codel_stats). */
export interface CodelStatistics {
  maxPacket: number;
  marked: number;
  /** Marked because of the threshold. */
  ceMarked: number;
}

/** CoDel's law, in the kernel's integers (include/net/codel_impl.h; Nichols and Jacobson, ACM Queue 10/5, 2012). */
export function codelDequeue(
  queue: CodelQueue,
  state: CodelState,
  parameters: CodelParameters,
  statistics: CodelStatistics,
  now: number,
): Skb | undefined {
  let skb = queue.next();
  if (skb === undefined) {
    state.firstAbove = 0;
    state.dropping = false;
    return undefined;
  }
  const { interval, ecn } = parameters;
  let drop = shouldDrop(skb, queue, state, parameters, statistics, now);
  if (state.dropping) {
    if (!drop) state.dropping = false;
    while (state.dropping && since(now, state.dropNext) >= 0) {
      state.count = (state.count + 1) >>> 0;
      newtonStep(state);
      if (ecn && queue.mark(skb!)) {
        statistics.marked++;
        state.dropNext = controlLaw(state.dropNext, interval, state);
        break;
      }
      queue.discard(skb!);
      skb = queue.next();
      if (shouldDrop(skb, queue, state, parameters, statistics, now))
        state.dropNext = controlLaw(state.dropNext, interval, state);
      else state.dropping = false;
    }
  } else if (drop) {
    if (ecn && queue.mark(skb)) statistics.marked++;
    else {
      queue.discard(skb);
      skb = queue.next();
      drop = shouldDrop(skb, queue, state, parameters, statistics, now);
    }
    state.dropping = true;
    begin(state, interval, now);
  }
  if (skb !== undefined && since(state.delay, parameters.ceThreshold) > 0 && queue.mark(skb)) statistics.ceMarked++;
  return skb;
}

/** How far to go: from where the last time ended, if that is not long ago. */
function begin(state: CodelState, interval: number, now: number): void {
  const delta = (state.count - state.lastCount) >>> 0;
  if (delta > 1 && since((now - state.dropNext) >>> 0, (16 * interval) >>> 0) < 0) {
    state.count = delta;
    newtonStep(state);
  } else {
    state.count = 1;
    state.inverseRoot = 0xffff;
  }
  state.lastCount = state.count;
  state.dropNext = controlLaw(now, interval, state);
}

/** codel_should_drop */
function shouldDrop(
  skb: Skb | undefined,
  queue: CodelQueue,
  state: CodelState,
  { target, interval, mtu }: CodelParameters,
  statistics: CodelStatistics,
  now: number,
): boolean {
  if (skb === undefined) {
    state.firstAbove = 0;
    return false;
  }
  state.delay = (now - skb.queueTime) >>> 0;
  if (packetLength(skb) > statistics.maxPacket) statistics.maxPacket = packetLength(skb);
  if (since(state.delay, target) < 0 || queue.backlog <= mtu) {
    state.firstAbove = 0;
    return false;
  }
  if (state.firstAbove === 0) {
    state.firstAbove = (now + interval) >>> 0;
    return false;
  }
  return since(now, state.firstAbove) > 0;
}

/** Signed span from one time to another, over the clock's wrapping. */
const since = (later: number, earlier: number): number => (later - earlier) | 0;

/** codel_Newton_step: a better 1/sqrt(count) out of the last one. */
function newtonStep(state: CodelState): void {
  const root = BigInt(state.inverseRoot) << 16n;
  const square = (root * root) >> 32n;
  const value = BigInt.asUintN(64, (3n << 32n) - BigInt(state.count) * square) >> 2n;
  state.inverseRoot = Number(BigInt.asUintN(16, (BigInt.asUintN(64, value * root) >> 31n) >> 16n));
}

/** codel_control_law: t + interval / sqrt(count). */
function controlLaw(time: number, interval: number, { inverseRoot }: CodelState): number {
  return (time + Math.floor((interval * inverseRoot) / 0x1_0000)) >>> 0;
}
