import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { bytesOf, type ConformanceCase, hexOf } from "./case.ts";
import type { Outcome } from "./run-case.ts";

const BPF = { mapCreate: 0, mapLookup: 1, mapUpdate: 2, programLoad: 5, testRun: 10 } as const;
const SYSCALLS: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };
const ARRAY_MAP = 2;
const SOCKET_FILTER = 1;
const LOG_BYTES = 1 << 20;
/** Bytes of the map's value before the program's memory: R0 at the end. */
const RESULT_BYTES = 8;

/** The kernel of this machine as one more engine, or why there is none. */
export const kernel = await open();

export interface Kernel {
  /** Runs a case; gives the verifier's last line where it refuses the program. */
  run(test: ConformanceCase): Outcome | { readonly refused: string };
}

async function open(): Promise<Kernel | { readonly missing: string }> {
  if (process.platform !== "linux") return { missing: "not Linux" };
  const number = SYSCALLS[process.arch];
  if (number === undefined) return { missing: `the number of bpf(2) on ${process.arch} is not known here` };
  const koffi = (await import("koffi").catch(() => undefined))?.default;
  if (koffi === undefined) return { missing: "koffi is not installed" };
  const libc = koffi.load("libc.so.6");
  const syscall = libc.func("long syscall(long number, int command, void *attributes, unsigned int size)");
  const close = libc.func("int close(int descriptor)");

  /** bpf(2): attributes are a block of 128 bytes. */
  const bpf = (command: number, fill: (block: Buffer) => void): number => {
    const block = Buffer.alloc(128);
    fill(block);
    return Number(syscall(number, command, block, block.length));
  };
  const pointer = (block: Buffer, at: number, to: Buffer) => block.writeBigUInt64LE(BigInt(koffi.address(to)), at);
  const require = (result: number, what: string): number => {
    if (result < 0) throw new Error(`${what}: errno ${koffi.errno()}`);
    return result;
  };
  const withDescriptor = <T>(descriptor: number, use: (descriptor: number) => T): T => {
    try {
      return use(descriptor);
    } finally {
      close(descriptor);
    }
  };
  const createMap = (valueBytes: number) =>
    bpf(BPF.mapCreate, (block) => {
      block.writeUInt32LE(ARRAY_MAP, 0);
      block.writeUInt32LE(4, 4);
      block.writeUInt32LE(valueBytes, 8);
      block.writeUInt32LE(1, 12);
    });
  const element = (command: number, map: number, value: Buffer) => {
    const key = Buffer.alloc(4);
    require(bpf(command, (block) => {
      block.writeUInt32LE(map, 0);
      pointer(block, 8, key);
      pointer(block, 16, value);
    }), "map element");
  };
  const license = Buffer.from("GPL\0");

  const run = ({ program, memory = "" }: ConformanceCase): Outcome | { refused: string } => {
    const content = Buffer.from(bytesOf(memory));
    const value = Buffer.concat([Buffer.alloc(RESULT_BYTES), content]);
    return withDescriptor(require(createMap(value.length), "map"), (map) => {
      element(BPF.mapUpdate, map, value);
      const instructions = Buffer.from(wrapped(assembleExtended(program).bytes, map, content.length));
      const log = Buffer.alloc(LOG_BYTES);
      const loaded = bpf(BPF.programLoad, (block) => {
        block.writeUInt32LE(SOCKET_FILTER, 0);
        block.writeUInt32LE(instructions.length / 8, 4);
        pointer(block, 8, instructions);
        pointer(block, 16, license);
        block.writeUInt32LE(1, 24);
        block.writeUInt32LE(LOG_BYTES, 28);
        pointer(block, 32, log);
      });
      if (loaded < 0) {
        const lines = log.toString("latin1", 0, log.indexOf(0)).trimEnd().split("\n");
        return { refused: lines.findLast((line) => !/^(processed|verification time|stack depth)/.test(line)) ?? "" };
      }
      return withDescriptor(loaded, (descriptor) => {
        const packet = Buffer.alloc(64);
        require(bpf(BPF.testRun, (block) => {
          block.writeUInt32LE(descriptor, 0);
          block.writeUInt32LE(packet.length, 8);
          pointer(block, 16, packet);
        }), "test run");
        element(BPF.mapLookup, map, value);
        return { r0: value.readBigUInt64LE(0), memory: hexOf(value.subarray(RESULT_BYTES)) };
      });
    });
  };
  const probe = createMap(8);
  if (probe < 0) return { missing: `bpf(2) fails with errno ${koffi.errno()}` };
  close(probe);
  return { run };
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
