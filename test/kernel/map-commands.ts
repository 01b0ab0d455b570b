import { ERRNO } from "../../src/bpf/maps/errno.ts";
import type { BatchResult, LookupBatchResult } from "../../src/bpf/syscall/batch.ts";
import type { MapAttributes } from "../../src/bpf/syscall.ts";
import { Attributes } from "../../src/kernel/bpf/attributes.ts";
import { openKernel } from "../../src/kernel/kernel.ts";

const COMMAND = {
  create: 0,
  lookup: 1,
  update: 2,
  delete: 3,
  nextKey: 4,
  take: 21,
  freeze: 22,
  loadBtf: 18,
  lookupBatch: 24,
  takeBatch: 25,
  updateBatch: 26,
  deleteBatch: 27,
} as const;
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
const SCHED_CLS = 3;

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
  const opened = await openKernel();
  if ("missing" in opened) return opened;
  const { libc, programs, maps } = opened;
  const getsockopt = libc.declare("int getsockopt(int fd, int level, int name, void *value, void *length)");
  // Per-CPU values and lists are those of the processor that makes the call: all calls are made on the first.
  const mask = Buffer.alloc(128);
  mask[0] = 1;
  const element = (command: number, map: number, key?: Uint8Array, value?: Uint8Array, flags = 0): number =>
    new Attributes(libc).words(0, map).pointer(8, key).pointer(16, value).wide(24, flags).call(command);
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
  const batch = (
    command: number,
    map: number,
    count: number,
    flags: number,
    pointers: readonly (Uint8Array | undefined)[],
  ) => {
    const attributes = new Attributes(libc).words(32, count, map).wide(40, flags);
    for (const [i, to] of pointers.entries()) attributes.pointer(8 * i, to);
    const errno = attributes.call(command);
    const refused = [-ERRNO.EINVAL, -ERRNO.EPERM, -ERRNO.ENOTSUPP, -ERRNO.EBADF].includes(errno);
    const done = attributes.word(32);
    return { errno, done: refused && done === count ? 0 : done };
  };
  const kernel: KernelMaps = {
    possibleCpus: maps.possibleCpus,
    createMap: ({ type, keySize, valueSize, maxEntries, flags, innerMap = 0, numaNode = 0, extra = 0, types }) =>
      new Attributes(libc)
        .words(0, type, keySize, valueSize, maxEntries, flags, innerMap, numaNode)
        .words(48, types?.btf ?? 0, types?.key ?? 0, types?.value ?? 0)
        .wide(64, extra)
        .call(COMMAND.create),
    lookup: (map, key, bytes, flags, asked) => reading(COMMAND.lookup, map, key, bytes, flags, asked),
    take: (map, key, bytes, flags) => reading(COMMAND.take, map, key, bytes, flags),
    update: (map, key, value, flags) => element(COMMAND.update, map, key, value, flags),
    delete: (map, key) => element(COMMAND.delete, map, key),
    nextKey: (map, key, bytes) => reading(COMMAND.nextKey, map, key, bytes),
    freeze: (map) => element(COMMAND.freeze, map),
    loadBtf: (bytes) => new Attributes(libc).pointer(0, bytes).words(16, bytes.length).call(COMMAND.loadBtf),
    readBatch(take, map, sizes, from, count, flags) {
      const keys = Buffer.alloc(Math.max(1, sizes.key * count));
      const values = Buffer.alloc(Math.max(1, sizes.value * count));
      const next = Buffer.alloc(Math.max(4, sizes.key));
      const command = take ? COMMAND.takeBatch : COMMAND.lookupBatch;
      const { errno, done } = batch(command, map, count, flags, [from, next, keys, values]);
      const parts = (bytes: Buffer, size: number) =>
        Array.from({ length: done }, (_, i) => Uint8Array.from(bytes.subarray(i * size, (i + 1) * size)));
      return { errno, count: done, keys: parts(keys, sizes.key), values: parts(values, sizes.value), next };
    },
    updateBatch(map, keys, values, flags) {
      const pointers = [undefined, undefined, Buffer.concat(keys), Buffer.concat(values)];
      const { errno, done } = batch(COMMAND.updateBatch, map, keys.length, flags, pointers);
      return { errno, count: done };
    },
    deleteBatch(map, keys, flags) {
      const pointers = [undefined, undefined, Buffer.concat(keys)];
      const { errno, done } = batch(COMMAND.deleteBatch, map, keys.length, flags, pointers);
      return { errno, count: done };
    },
    load(program, functions = []) {
      const btf = functions.length === 0 ? 0 : kernel.loadBtf(FUNCTION_TYPES);
      const records = Buffer.alloc(8 * functions.length);
      for (const [i, slot] of functions.entries()) {
        records.writeUInt32LE(slot, 8 * i);
        records.writeUInt32LE(FUNCTION_TYPE, 8 * i + 4);
      }
      const { descriptor, log } = programs.load(program, {
        type: SCHED_CLS,
        ...(functions.length === 0 ? {} : { functions: { btf, records } }),
      });
      if (btf > 0) libc.close(btf);
      if (descriptor < 0) throw new Error(`errno ${-descriptor}: ${log.slice(-400)}`);
      return descriptor;
    },
    testRun(program, packet) {
      const result = programs.testRun(program, { data: packet });
      if (typeof result === "number") throw new Error(`BPF_PROG_TEST_RUN: errno ${-result}`);
      return result.returnValue;
    },
    close: (descriptor) => libc.close(descriptor),
    openSocket() {
      const descriptor = libc.socket(AF_INET, SOCK_DGRAM, 0);
      const address = Buffer.alloc(16);
      address.writeUInt16LE(AF_INET, 0);
      address.writeUInt32BE(0x7f00_0001, 4);
      const cookie = Buffer.alloc(8);
      const length = Buffer.from([8, 0, 0, 0]);
      if (
        libc.bind(descriptor, address, 16) !== 0 ||
        getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, cookie, length) !== 0
      )
        throw new Error(`errno ${libc.errno()}: no socket at 127.0.0.1`);
      return { descriptor, cookie: cookie.readBigUInt64LE() };
    },
  };
  if (libc.sched_setaffinity(0, mask.length, mask) !== 0)
    return { missing: "this process may not stay on processor 0" };
  return kernel;
}
