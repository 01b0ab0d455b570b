import { ERRNO } from "../maps/errno.ts";
import type { BpfMap } from "../maps/map.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { UNVERIFIED_ROUNDS } from "../vm/limits.ts";
import { helper } from "./helper.ts";
import type { HelperMemory } from "./helper-memory.ts";
import type { Surroundings } from "./surroundings.ts";

/** sizeof(struct bpf_timer) */
const TIMER_BYTES = 16;
/** CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME */
const CLOCKS: readonly bigint[] = [0n, 1n, 7n];
/** BPF_F_TIMER_ABS, BPF_F_TIMER_CPU_PIN */
const START = { absolute: 1n, pinned: 2n } as const;

interface Timer {
  readonly map: BpfMap;
  callback: number;
  cancel: (() => void) | undefined;
  running: boolean;
}

/** bpf_timer_init, _set_callback, _start and _cancel, by their numbers (kernel/bpf/helpers.c), on the simulated clock. */
export function timerHelpers(
  memory: HelperMemory,
  { nanoseconds }: Surroundings,
  schedule: NonNullable<Surroundings["schedule"]>,
): ReadonlyMap<number, HostFunction> {
  const { machine } = memory;
  /** By the addresses of their structures. */
  const timers = new Map<number, Timer>();
  const watched = new WeakSet<BpfMap>();

  const fire = (at: number, timer: Timer): void => {
    timer.cancel = undefined;
    timer.running = true;
    const found = timer.map.elementAt(at);
    if (found !== undefined)
      asRunOfItsOwn(memory, () =>
        memory.callback(
          "bpf_timer_start",
          timer.callback,
          BigInt(timer.map.address),
          BigInt(found.key),
          BigInt(found.value),
        ),
      );
    timer.running = false;
  };
  const drop = (at: number): void => {
    timers.get(at)?.cancel?.();
    timers.delete(at);
  };
  return new Map<number, HostFunction>([
    helper(169, "wwd", "signed", (structure: number, map: number, flags: bigint) => {
      const at = memory.within("bpf_timer_init", structure, TIMER_BYTES);
      const owner = memory.mapAt("bpf_timer_init", map);
      if (!CLOCKS.includes(flags)) return -ERRNO.EINVAL;
      if (timers.has(at)) return -ERRNO.EBUSY;
      timers.set(at, { map: owner, callback: 0, cancel: undefined, running: false });
      // A value that is deleted takes its timer along.
      if (!watched.has(owner)) {
        watched.add(owner);
        owner.freed.push((value, size) => {
          for (const timer of timers.keys()) if (timer >= value && timer < value + size) drop(timer);
        });
      }
      return 0;
    }),
    helper(170, "ww", "signed", (structure: number, callback: number) => {
      const timer = timers.get(memory.within("bpf_timer_set_callback", structure, TIMER_BYTES));
      if (timer === undefined) return -ERRNO.EINVAL;
      if (machine.functions.at(callback >>> 0) === undefined)
        memory.fault("bpf_timer_set_callback is given no function.");
      timer.callback = callback >>> 0;
      return 0;
    }),
    helper(171, "wdd", "signed", (structure: number, delay: bigint, flags: bigint) => {
      const at = memory.within("bpf_timer_start", structure, TIMER_BYTES);
      if ((flags & ~(START.absolute | START.pinned)) !== 0n) return -ERRNO.EINVAL;
      const timer = timers.get(at);
      if (timer === undefined || timer.callback === 0) return -ERRNO.EINVAL;
      timer.cancel?.();
      const given = BigInt.asUintN(64, delay);
      const wait = (flags & START.absolute) !== 0n ? given - nanoseconds() : given;
      timer.cancel = schedule(wait < 0n ? 0n : wait, () => fire(at, timer));
      return 0;
    }),
    helper(172, "w", "signed", (structure: number) => {
      const timer = timers.get(memory.within("bpf_timer_cancel", structure, TIMER_BYTES));
      if (timer === undefined) return -ERRNO.EINVAL;
      if (timer.running) return -ERRNO.EDEADLK;
      const wasActive = timer.cancel !== undefined;
      timer.cancel?.();
      timer.cancel = undefined;
      return Number(wasActive);
    }),
  ]);
}

/** Nothing of the program runs: the cells that engines keep about a run are set as at the start of one. */
function asRunOfItsOwn({ machine }: HelperMemory, run: () => void): void {
  const { memory, tailCallCell, contextCell, stepCell } = machine;
  const cells = [tailCallCell, contextCell, stepCell];
  const before = cells.map((cell) => memory.uint32(cell));
  for (const [i, value] of [0, 0, UNVERIFIED_ROUNDS].entries()) memory.setUint32(cells[i]!, value);
  try {
    run();
  } finally {
    for (const [i, value] of before.entries()) memory.setUint32(cells[i]!, value);
  }
}
