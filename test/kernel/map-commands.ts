import { readFileSync } from "node:fs";
import type { MapAttributes } from "../../src/bpf/syscall.ts";

const COMMAND = {
  create: 0,
  lookup: 1,
  update: 2,
  delete: 3,
  nextKey: 4,
  load: 5,
  testRun: 10,
  take: 21,
  freeze: 22,
} as const;
const SYSCALLS: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };
const ATTRIBUTE_BYTES = 128;
const SCHED_CLS = 3;
const LOG_BYTES = 1 << 18;

/** The map commands of bpf(2) on this machine, in the shape of BpfSyscall: a negative number is an error. */
export interface KernelMaps {
  /** Processors that per-CPU maps have values for. */
  readonly possibleCpus: number;
  createMap(attributes: MapAttributes): number;
  lookup(descriptor: number, key: Uint8Array | undefined, bytes: number, flags?: number): Uint8Array | number;
  take(descriptor: number, key: Uint8Array | undefined, bytes: number, flags?: number): Uint8Array | number;
  update(descriptor: number, key: Uint8Array | undefined, value: Uint8Array, flags?: number): number;
  delete(descriptor: number, key: Uint8Array | undefined): number;
  nextKey(descriptor: number, key: Uint8Array | undefined, bytes: number): Uint8Array | number;
  freeze(descriptor: number): number;
  /** Loads a classifier. Throws with the verifier's last words. */
  load(program: Uint8Array): number;
  /** Runs a loaded program once on a packet, on processor 0. Returns the low 32 bits of R0. */
  testRun(descriptor: number, packet: Uint8Array): number;
  close(descriptor: number): void;
}

/** The kernel, or why it cannot be asked. */
export const kernelMaps: KernelMaps | { readonly missing: string } = await open();

async function open(): Promise<KernelMaps | { missing: string }> {
  if (process.platform !== "linux") return { missing: "not Linux" };
  const number = SYSCALLS[process.arch];
  if (number === undefined) return { missing: `the number of bpf(2) on ${process.arch} is not known here` };
  const koffi = (await import("koffi").catch(() => undefined))?.default;
  if (koffi === undefined) return { missing: "koffi is not installed" };
  const libc = koffi.load("libc.so.6");
  const syscall = libc.func("long syscall(long number, int command, void *attributes, unsigned int size)");
  const close = libc.func("int close(int descriptor)");
  const setAffinity = libc.func("int sched_setaffinity(int process, size_t bytes, void *mask)");
  // Per-CPU values and lists are those of the processor that makes the call: all calls are made on the first.
  const mask = Buffer.alloc(128);
  mask[0] = 1;
  const bpf = (command: number, fill: (block: Buffer) => void, block = Buffer.alloc(ATTRIBUTE_BYTES)): number => {
    fill(block);
    const result = Number(syscall(number, command, block, block.length));
    return result < 0 ? -koffi.errno() : result;
  };
  const pointer = (block: Buffer, at: number, to: Uint8Array | undefined) => {
    if (to !== undefined) block.writeBigUInt64LE(BigInt(koffi.address(to)), at);
  };
  const element = (command: number, map: number, key?: Uint8Array, value?: Uint8Array, flags = 0): number =>
    bpf(command, (block) => {
      block.writeUInt32LE(map, 0);
      pointer(block, 8, key);
      pointer(block, 16, value);
      block.writeBigUInt64LE(BigInt(flags), 24);
    });
  const reading = (command: number, map: number, key: Uint8Array | undefined, bytes: number, flags = 0) => {
    const value = Buffer.alloc(bytes);
    const result = element(command, map, key, value, flags);
    return result < 0 ? result : Uint8Array.from(value);
  };
  const license = Buffer.from("GPL\0");
  const kernel: KernelMaps = {
    possibleCpus: Number(/(\d+)\s*$/.exec(readFileSync("/sys/devices/system/cpu/possible", "latin1"))?.[1] ?? 0) + 1,
    createMap: ({ type, keySize, valueSize, maxEntries, flags, innerMap = 0 }) =>
      bpf(COMMAND.create, (block) => {
        for (const [i, field] of [type, keySize, valueSize, maxEntries, flags, innerMap].entries())
          block.writeUInt32LE(field >>> 0, 4 * i);
      }),
    lookup: (map, key, bytes, flags) => reading(COMMAND.lookup, map, key, bytes, flags),
    take: (map, key, bytes, flags) => reading(COMMAND.take, map, key, bytes, flags),
    update: (map, key, value, flags) => element(COMMAND.update, map, key, value, flags),
    delete: (map, key) => element(COMMAND.delete, map, key),
    nextKey: (map, key, bytes) => reading(COMMAND.nextKey, map, key, bytes),
    freeze: (map) => element(COMMAND.freeze, map),
    load(program) {
      const log = Buffer.alloc(LOG_BYTES);
      const descriptor = bpf(COMMAND.load, (block) => {
        block.writeUInt32LE(SCHED_CLS, 0);
        block.writeUInt32LE(program.length / 8, 4);
        pointer(block, 8, program);
        pointer(block, 16, license);
        block.writeUInt32LE(1, 24);
        block.writeUInt32LE(LOG_BYTES, 28);
        pointer(block, 32, log);
      });
      if (descriptor < 0)
        throw new Error(`errno ${-descriptor}: ${log.toString("latin1", 0, log.indexOf(0)).slice(-400)}`);
      return descriptor;
    },
    testRun(program, packet) {
      const block = Buffer.alloc(ATTRIBUTE_BYTES);
      const result = bpf(
        COMMAND.testRun,
        () => {
          block.writeUInt32LE(program, 0);
          block.writeUInt32LE(packet.length, 8);
          pointer(block, 16, packet);
        },
        block,
      );
      if (result < 0) throw new Error(`BPF_PROG_TEST_RUN: errno ${-result}`);
      return block.readUInt32LE(4);
    },
    close: (descriptor) => close(descriptor),
  };
  const probe = kernel.createMap({ type: 2, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 });
  if (probe < 0) return { missing: `bpf(2) fails with errno ${-probe}` };
  kernel.close(probe);
  if (setAffinity(0, mask.length, mask) !== 0) return { missing: "this process may not stay on processor 0" };
  return kernel;
}
