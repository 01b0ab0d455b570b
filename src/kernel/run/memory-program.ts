import { assembleExtended } from "../../bpf/isa/assembler/assemble.ts";
import { MAP_TYPES } from "../../bpf/maps/map-type.ts";
import type { Kernel } from "../kernel.ts";

const SOCKET_FILTER = 1;
/** Bytes of the map's value before the program's memory: R0 at the end. */
const RESULT_BYTES = 8;
const PACKET = Buffer.alloc(64);
const KEY = Buffer.alloc(4);

/** What a program left behind. */
export interface MemoryResult {
  readonly r0: bigint;
  readonly memory: Uint8Array;
}

/** What the kernel's verifier said of a program that it does not take. */
export interface Refusal {
  readonly errno: number;
  readonly log: string;
  /** What it was given: the program, and a function around it. */
  readonly program: Uint8Array;
  /** The map that it names by its descriptor. */
  readonly map: { readonly descriptor: number; readonly valueSize: number };
}

/**
 * Runs a program on memory in the kernel: R1 is the memory's address, the value of a map, and R2 its length (0 has no address).
 * A function around the program keeps all 64 bits of R0.
 */
export function runOnMemory(
  { maps, programs }: Kernel,
  program: Uint8Array,
  memory: Uint8Array,
): MemoryResult | Refusal {
  const value = Buffer.concat([Buffer.alloc(RESULT_BYTES), memory]);
  const map = succeed(
    "BPF_MAP_CREATE",
    maps.createMap({ type: MAP_TYPES.array, keySize: 4, valueSize: value.length, maxEntries: 1, flags: 0 }),
  );
  try {
    succeed("BPF_MAP_UPDATE_ELEM", maps.update(map, KEY, value));
    const whole = wrapped(program, map, memory.length);
    const { descriptor, log } = programs.load(whole, { type: SOCKET_FILTER });
    if (descriptor < 0)
      return { errno: -descriptor, log, program: whole, map: { descriptor: map, valueSize: value.length } };
    try {
      succeed("BPF_PROG_TEST_RUN", programs.testRun(descriptor, { data: PACKET }));
    } finally {
      programs.close(descriptor);
    }
    const after = Buffer.from(succeed("BPF_MAP_LOOKUP_ELEM", maps.lookup(map, KEY)));
    return { r0: after.readBigUInt64LE(0), memory: after.subarray(RESULT_BYTES) };
  } finally {
    maps.close(map);
  }
}

function succeed<T>(command: string, result: T | number): T {
  if (typeof result === "number" && result < 0) throw new Error(`${command}: errno ${-result}`);
  return result as T;
}

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
