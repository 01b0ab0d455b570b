import type { BpfSyscall } from "../syscall.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { callStackHelpers } from "./call-stacks.ts";
import { callbackHelpers } from "./callbacks.ts";
import { checksumHelpers } from "./checksum.ts";
import { dynptrHelpers } from "./dynptr-helpers.ts";
import { findVmaHelper } from "./find-vma.ts";
import { HelperMemory } from "./helper-memory.ts";
import { lockHelpers } from "./locks.ts";
import { mapHelpers } from "./maps.ts";
import { numberHelpers } from "./numbers.ts";
import { perfEventHelpers } from "./perf-events.ts";
import { plainHelpers } from "./plain.ts";
import { printHelpers } from "./print.ts";
import { typedPrintHelpers } from "./print-typed.ts";
import { probeHelpers } from "./probe-memory.ts";
import { processHelpers } from "./process.ts";
import { ringBufferHelpers } from "./ring-buffer.ts";
import { storageHelpers } from "./storage.ts";
import type { Surroundings } from "./surroundings.ts";
import { taskHelpers } from "./task.ts";
import { timerHelpers } from "./timers.ts";

/** Every helper that works on memory, maps, time and chance alone, by its number: all that need no packet and no network. */
export function generalHelpers(maps: BpfSyscall, surroundings: Surroundings): ReadonlyMap<number, HostFunction> {
  const memory = new HelperMemory(maps);
  const { schedule, callStack, mappingAt } = surroundings;
  return new Map([
    ...plainHelpers(surroundings, () => maps.place.cpu()),
    ...mapHelpers(maps),
    ...numberHelpers(memory),
    ...printHelpers(memory, surroundings),
    ...typedPrintHelpers(memory, surroundings),
    ...checksumHelpers(memory),
    ...probeHelpers(memory),
    ...taskHelpers(memory, surroundings),
    ...processHelpers(memory, surroundings),
    ...dynptrHelpers(memory, surroundings),
    ...ringBufferHelpers(memory),
    ...callbackHelpers(memory),
    ...lockHelpers(memory),
    ...storageHelpers(memory, surroundings),
    ...perfEventHelpers(memory, surroundings),
    ...(schedule === undefined ? [] : timerHelpers(memory, surroundings, schedule)),
    ...(callStack === undefined ? [] : callStackHelpers(memory, surroundings, callStack)),
    ...(mappingAt === undefined ? [] : findVmaHelper(memory, mappingAt)),
  ]);
}
