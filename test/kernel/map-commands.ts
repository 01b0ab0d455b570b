import { readFileSync } from "node:fs";
import { ERRNO } from "../../src/bpf/maps/errno.ts";
import type { BatchResult, LookupBatchResult } from "../../src/bpf/syscall/batch.ts";
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
  loadBtf: 18,
  lookupBatch: 24,
  takeBatch: 25,
  updateBatch: 26,
  deleteBatch: 27,
} as const;
const SYSCALLS: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_COOKIE = 57;
/** BTF of an int (1), a prototype that returns one (2), and a static function (3). */
const FUNCTION_TYPES = Buffer.from(
  [
    "9feb0100 18000000 00000000 28000000 28000000 07000000",
    "01000000 00000001 04000000 20000001",
    "00000000 0000000d 01000000",
    "05000000 0000000c 02000000",
    "00696e74 006600",
  ]
    .join("")
    .replace(/ /g, ""),
  "hex",
);
const FUNCTION_TYPE = 3;
const ATTRIBUTE_BYTES = 128;
const SCHED_CLS = 3;
const LOG_BYTES = 1 << 18;

/** The map commands of bpf(2) on this machine, in the shape of BpfSyscall: a negative number is an error. */
export interface KernelMaps {
  /** Processors that per-CPU maps have values for. */
  readonly possibleCpus: number;
  createMap(attributes: MapAttributes): number;
  /** @param asked what a bloom filter is asked about. */
  lookup(
    descriptor: number,
    key: Uint8Array | undefined,
    bytes: number,
    flags?: number,
    asked?: Uint8Array,
  ): Uint8Array | number;
  take(descriptor: number, key: Uint8Array | undefined, bytes: number, flags?: number): Uint8Array | number;
  update(descriptor: number, key: Uint8Array | undefined, value: Uint8Array, flags?: number): number;
  delete(descriptor: number, key: Uint8Array | undefined): number;
  nextKey(descriptor: number, key: Uint8Array | undefined, bytes: number): Uint8Array | number;
  freeze(descriptor: number): number;
  loadBtf(bytes: Uint8Array): number;
  /** BPF_MAP_LOOKUP_BATCH and BPF_MAP_LOOKUP_AND_DELETE_BATCH. @param sizes bytes of a key and of a value. */
  readBatch(
    take: boolean,
    descriptor: number,
    sizes: { readonly key: number; readonly value: number },
    from: Uint8Array | undefined,
    count: number,
    flags: number,
  ): LookupBatchResult;
  updateBatch(
    descriptor: number,
    keys: readonly Uint8Array[],
    values: readonly Uint8Array[],
    flags: number,
  ): BatchResult;
  deleteBatch(descriptor: number, keys: readonly Uint8Array[], flags: number): BatchResult;
  /**
   * Loads a classifier. Throws with the verifier's last words.
   * @param functions slots where its functions begin, which callbacks must be told to the kernel by BTF.
   */
  load(program: Uint8Array, functions?: readonly number[]): number;
  /** Runs a loaded program once on a packet, on processor 0. Returns the low 32 bits of R0. */
  testRun(descriptor: number, packet: Uint8Array): number;
  close(descriptor: number): void;
  /** A UDP socket bound to 127.0.0.1, and the number that the kernel knows it by. */
  openSocket(): { readonly descriptor: number; readonly cookie: bigint };
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
  const socket = libc.func("int socket(int domain, int type, int protocol)");
  const bind = libc.func("int bind(int fd, const void *address, uint32_t length)");
  const getsockopt = libc.func("int getsockopt(int fd, int level, int name, void *value, void *length)");
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
  const reading = (
    command: number,
    map: number,
    key: Uint8Array | undefined,
    bytes: number,
    flags = 0,
    asked?: Uint8Array,
  ) => {
    const value = Buffer.alloc(bytes);
    value.set(asked?.subarray(0, bytes) ?? []);
    const result = element(command, map, key, value, flags);
    return result < 0 ? result : Uint8Array.from(value);
  };
  /** The kernel leaves the count alone where it refuses the command: then nothing was done. */
  const batch = (command: number, map: number, count: number, flags: number, fill: (block: Buffer) => void) => {
    const block = Buffer.alloc(ATTRIBUTE_BYTES);
    const errno = bpf(
      command,
      () => {
        block.writeUInt32LE(count, 32);
        block.writeUInt32LE(map, 36);
        block.writeBigUInt64LE(BigInt(flags), 40);
        fill(block);
      },
      block,
    );
    const refused = [-ERRNO.EINVAL, -ERRNO.EPERM, -ERRNO.ENOTSUPP, -ERRNO.EBADF].includes(errno);
    const done = block.readUInt32LE(32);
    return { errno, done: refused && done === count ? 0 : done };
  };
  const license = Buffer.from("GPL\0");
  const kernel: KernelMaps = {
    possibleCpus: Number(/(\d+)\s*$/.exec(readFileSync("/sys/devices/system/cpu/possible", "latin1"))?.[1] ?? 0) + 1,
    createMap: ({ type, keySize, valueSize, maxEntries, flags, innerMap = 0, numaNode = 0, extra = 0, types }) =>
      bpf(COMMAND.create, (block) => {
        for (const [i, field] of [type, keySize, valueSize, maxEntries, flags, innerMap, numaNode].entries())
          block.writeUInt32LE(field >>> 0, 4 * i);
        for (const [i, field] of [types?.btf ?? 0, types?.key ?? 0, types?.value ?? 0].entries())
          block.writeUInt32LE(field, 48 + 4 * i);
        block.writeBigUInt64LE(BigInt(extra), 64);
      }),
    lookup: (map, key, bytes, flags, asked) => reading(COMMAND.lookup, map, key, bytes, flags, asked),
    take: (map, key, bytes, flags) => reading(COMMAND.take, map, key, bytes, flags),
    update: (map, key, value, flags) => element(COMMAND.update, map, key, value, flags),
    delete: (map, key) => element(COMMAND.delete, map, key),
    nextKey: (map, key, bytes) => reading(COMMAND.nextKey, map, key, bytes),
    freeze: (map) => element(COMMAND.freeze, map),
    loadBtf: (bytes) =>
      bpf(COMMAND.loadBtf, (block) => {
        pointer(block, 0, bytes);
        block.writeUInt32LE(bytes.length, 16);
      }),
    readBatch(take, map, sizes, from, count, flags) {
      const keys = Buffer.alloc(Math.max(1, sizes.key * count));
      const values = Buffer.alloc(Math.max(1, sizes.value * count));
      const next = Buffer.alloc(Math.max(4, sizes.key));
      const { errno, done } = batch(take ? COMMAND.takeBatch : COMMAND.lookupBatch, map, count, flags, (block) => {
        pointer(block, 0, from);
        pointer(block, 8, next);
        pointer(block, 16, keys);
        pointer(block, 24, values);
      });
      const parts = (bytes: Buffer, size: number) =>
        Array.from({ length: done }, (_, i) => Uint8Array.from(bytes.subarray(i * size, (i + 1) * size)));
      return { errno, count: done, keys: parts(keys, sizes.key), values: parts(values, sizes.value), next };
    },
    updateBatch(map, keys, values, flags) {
      const [allKeys, allValues] = [Buffer.concat(keys), Buffer.concat(values)];
      const { errno, done } = batch(COMMAND.updateBatch, map, keys.length, flags, (block) => {
        pointer(block, 16, allKeys);
        pointer(block, 24, allValues);
      });
      return { errno, count: done };
    },
    deleteBatch(map, keys, flags) {
      const all = Buffer.concat(keys);
      const { errno, done } = batch(COMMAND.deleteBatch, map, keys.length, flags, (block) => pointer(block, 16, all));
      return { errno, count: done };
    },
    load(program, functions = []) {
      const log = Buffer.alloc(LOG_BYTES);
      const types = functions.length === 0 ? 0 : kernel.loadBtf(FUNCTION_TYPES);
      const records = Buffer.alloc(8 * functions.length);
      for (const [i, slot] of functions.entries()) {
        records.writeUInt32LE(slot, 8 * i);
        records.writeUInt32LE(FUNCTION_TYPE, 8 * i + 4);
      }
      const descriptor = bpf(COMMAND.load, (block) => {
        block.writeUInt32LE(SCHED_CLS, 0);
        block.writeUInt32LE(program.length / 8, 4);
        pointer(block, 8, program);
        pointer(block, 16, license);
        block.writeUInt32LE(1, 24);
        block.writeUInt32LE(LOG_BYTES, 28);
        pointer(block, 32, log);
        if (functions.length === 0) return;
        block.writeUInt32LE(types, 72);
        block.writeUInt32LE(8, 76);
        pointer(block, 80, records);
        block.writeUInt32LE(functions.length, 88);
      });
      if (types > 0) close(types);
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
    openSocket() {
      const descriptor = socket(AF_INET, SOCK_DGRAM, 0) as number;
      const address = Buffer.alloc(16);
      address.writeUInt16LE(AF_INET, 0);
      address.writeUInt32BE(0x7f00_0001, 4);
      const cookie = Buffer.alloc(8);
      const length = Buffer.from([8, 0, 0, 0]);
      if (bind(descriptor, address, 16) !== 0 || getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, cookie, length) !== 0)
        throw new Error(`errno ${koffi.errno()}: no socket at 127.0.0.1`);
      return { descriptor, cookie: cookie.readBigUInt64LE() };
    },
  };
  const probe = kernel.createMap({ type: 2, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 });
  if (probe < 0) return { missing: `bpf(2) fails with errno ${-probe}` };
  kernel.close(probe);
  if (setAffinity(0, mask.length, mask) !== 0) return { missing: "this process may not stay on processor 0" };
  return kernel;
}
