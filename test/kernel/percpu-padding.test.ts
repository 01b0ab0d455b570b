import { describe, expect, it } from "vitest";
import { Bpf } from "../../src/bpf/bpf.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { CREATE_FLAG, MAP_TYPES, type MapTypeName } from "../../src/bpf/maps/map-type.ts";
import { type KernelMaps, kernelMaps } from "./map-commands.ts";

const missing = "missing" in kernelMaps ? kernelMaps.missing : undefined;
const kernel = kernelMaps as KernelMaps;
const SCHED_CLS = 3;

/** A classifier that puts a value under key 0; on its stack all bytes around the value are known. */
const program = (descriptor: number): Uint8Array =>
  assembleExtended(`
    r1 = 0x8877665544332211 ll
    *(u64 *)(r10 -32) = r1
    *(u64 *)(r10 -24) = r1
    *(u64 *)(r10 -16) = r1
    *(u32 *)(r10 -4) = 0
    r1 = map[fd:${descriptor}]
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -32
    r4 = 0
    call bpf_map_update_elem
    r0 = 0
    exit`).bytes;

describe.skipIf(missing !== undefined)(
  `values of per-CPU maps whose size is no multiple of 8${missing ? ` (${missing})` : ""}`,
  () => {
    const types: readonly MapTypeName[] = ["percpu_array", "percpu_hash", "lru_percpu_hash"];
    const cases = types.flatMap((type) => [1, 3, 4, 12].map((valueSize) => ({ type, valueSize })));
    it.each(cases)("$type of $valueSize bytes: user space sees the same", ({ type, valueSize }) => {
      const flags = type === "percpu_array" ? 0 : CREATE_FLAG.ZERO_SEED;
      const map = { type: MAP_TYPES[type], keySize: 4, valueSize, maxEntries: 4, flags };
      const key = Buffer.alloc(4);
      const bpf = new Bpf({ possibleCpus: kernel.possibleCpus });
      const ours = bpf.createMap(map);
      const theirs = kernel.createMap(map);
      const loaded = kernel.load(program(theirs));
      const own = bpf.loadProgram({ type: SCHED_CLS, instructions: program(ours), license: "GPL" }).descriptor;
      const frame = Buffer.alloc(64);
      const bytes = Math.ceil(valueSize / 8) * 8 * kernel.possibleCpus;
      /** Which processor ran the program is the kernel's choice: one value is that of the program, the others are as they were. */
      const seen = (value: Uint8Array | number): string[] | number =>
        typeof value === "number"
          ? value
          : Array.from({ length: kernel.possibleCpus }, (_, cpu) => {
              const each = value.length / kernel.possibleCpus;
              return Buffer.from(value.subarray(cpu * each, (cpu + 1) * each)).toString("hex");
            }).sort();
      const compare = () => expect(seen(bpf.lookup(ours, key))).toEqual(seen(kernel.lookup(theirs, key, bytes)));
      const both = () => {
        bpf.testRun(own, { data: frame });
        kernel.testRun(loaded, frame);
      };
      try {
        both();
        compare();
        // User space gives padding of its own, which a program's update leaves.
        const all = Buffer.alloc(bytes, 0xee);
        expect(bpf.update(ours, key, all)).toBe(kernel.update(theirs, key, all, 0));
        compare();
        both();
        compare();
        expect(bpf.delete(ours, key)).toBe(kernel.delete(theirs, key));
        both();
        compare();
      } finally {
        kernel.close(loaded);
        kernel.close(theirs);
      }
    });
  },
);
