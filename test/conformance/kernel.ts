import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { MAP_TYPES } from "../../src/bpf/maps/map-type.ts";
import { type Kernel, openKernel } from "../../src/kernel/kernel.ts";
import { bytesOf, type ConformanceCase, hexOf } from "./case.ts";
import type { Outcome } from "./run-case.ts";

const SOCKET_FILTER = 1;
/** Bytes of the map's value before the program's memory: R0 at the end. */
const RESULT_BYTES = 8;
const PACKET = Buffer.alloc(64);
const KEY = Buffer.alloc(4);

/** The kernel of this machine as one more engine, or why there is none. */
export const kernel = await openKernel();

/** Runs a case; gives the verifier's last line where the kernel refuses the program. */
export function runInKernel({ program, memory = "" }: ConformanceCase): Outcome | { readonly refused: string } {
  return runBytes(assembleExtended(program).bytes, bytesOf(memory));
}

/** Runs a program whose R1 is the address of its memory, a map's value, and R2 the memory's length. */
export function runBytes(program: Uint8Array, memory: Uint8Array): Outcome | { readonly refused: string } {
  const { maps, programs } = kernel as Kernel;
  const value = Buffer.concat([Buffer.alloc(RESULT_BYTES), memory]);
  const map = succeed(
    "map",
    maps.createMap({ type: MAP_TYPES.array, keySize: 4, valueSize: value.length, maxEntries: 1, flags: 0 }),
  );
  try {
    succeed("map element", maps.update(map, KEY, value));
    const { descriptor, log } = programs.load(wrapped(program, map, memory.length), { type: SOCKET_FILTER });
    if (descriptor < 0) return { refused: lastWords(log) };
    try {
      succeed("test run", programs.testRun(descriptor, { data: PACKET }));
    } finally {
      programs.close(descriptor);
    }
    const after = Buffer.from(succeed("map element", maps.lookup(map, KEY)));
    return { r0: after.readBigUInt64LE(0), memory: hexOf(after.subarray(RESULT_BYTES)) };
  } finally {
    maps.close(map);
  }
}

function succeed<T>(what: string, result: T | number): T {
  if (typeof result === "number" && result < 0) throw new Error(`${what}: errno ${-result}`);
  return result as T;
}

function lastWords(log: string): string {
  const lines = log.trimEnd().split("\n");
  return lines.findLast((line) => !/^(processed|verification time|stack depth)/.test(line)) ?? "";
}

/** Calls the program with R1 = its memory and R2 = the length, and keeps R0 before that memory. */
function wrapped(program: Uint8Array, map: number, length: number): Uint8Array {
  const caller = assembleExtended(`
    ${length === 0 ? "r1 = 0" : `r1 = map[fd:${map}][0]+${RESULT_BYTES}`}
    r2 = ${length}
    call pc+5
    r1 = map[fd:${map}][0]+0
    *(u64 *)(r1 +0) = r0
    r0 = 0
    exit`).bytes;
  const whole = new Uint8Array(caller.length + program.length);
  whole.set(caller);
  whole.set(program, caller.length);
  return whole;
}
