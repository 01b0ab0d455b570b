import { describe, expect, it } from "vitest";
import { Bpf } from "../../src/bpf/bpf.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { MAP_TYPES } from "../../src/bpf/maps/map-type.ts";
import { openKernel } from "../../src/kernel/kernel.ts";

const kernel = await openKernel();
const missing = "missing" in kernel ? kernel.missing : undefined;
const { libc, maps, programs } = kernel as Exclude<typeof kernel, { missing: string }>;
const [SCHED_CLS, XDP] = [3, 6];
const [DEVMAP, CPUMAP] = [33, 35];
const FRAGMENTS = 32;
const LOOPBACK = 1;

/** What happens to a map, in turn. */
type Step =
  /** A program is loaded and named by the entry of a key; `ifindex`, or the length of a queue, is the rest of the value. */
  | {
      readonly put: { readonly type?: number; readonly attachType?: number; readonly flags?: number };
      readonly key?: number;
      readonly first?: number;
      readonly update?: number;
    }
  /** A program is loaded that uses the map. */
  | { readonly use: { readonly type?: number; readonly attachType?: number; readonly flags?: number } }
  /** A value with a descriptor that is no program's. */
  | { readonly descriptor: number; readonly first?: number }
  | { readonly remove: number }
  | { readonly read: number };

const USING = "*(u32 *)(r10 -4) = 0\nr2 = r10\nr2 += -4\nr1 = map[fd:MAP]\ncall bpf_map_lookup_elem\nr0 = 2\nexit";
const PLAIN = "r0 = 2\nexit";

const TYPES = [
  { map: "devmap", attachType: DEVMAP, other: CPUMAP },
  { map: "devmap_hash", attachType: DEVMAP, other: CPUMAP },
  { map: "cpumap", attachType: CPUMAP, other: DEVMAP },
] as const;

const STEPS = ({ attachType, other }: (typeof TYPES)[number]): { name: string; steps: Step[] }[] => [
  { name: "a program for this place", steps: [{ put: { attachType } }, { read: 0 }] },
  { name: "a program for the other place", steps: [{ put: { attachType: other } }, { read: 0 }] },
  { name: "a program for devices", steps: [{ put: {} }, { read: 0 }] },
  { name: "a program of another type", steps: [{ put: { type: SCHED_CLS } }, { read: 0 }] },
  { name: "no descriptor", steps: [{ descriptor: 999 }, { descriptor: 0 }, { descriptor: -1 }, { read: 0 }] },
  { name: "a map's descriptor", steps: [{ descriptor: 0x7fff_0000 }, { read: 0 }] },
  { name: "a program with an empty first half", steps: [{ put: { attachType }, first: 0 }, { read: 0 }] },
  { name: "a key beyond the last", steps: [{ put: { attachType }, key: 7 }, { read: 7 }] },
  {
    name: "an entry that must not be",
    steps: [
      { put: { attachType }, update: 1 },
      { put: { attachType }, update: 1 },
    ],
  },
  { name: "another program in its place", steps: [{ put: { attachType } }, { put: { attachType } }, { read: 0 }] },
  { name: "a program taken away", steps: [{ put: { attachType } }, { descriptor: 0 }, { read: 0 }] },
  { name: "the entry taken away", steps: [{ put: { attachType } }, { remove: 0 }, { read: 0 }, { remove: 0 }] },
  {
    name: "one that takes fragments beside one that does not",
    steps: [{ put: { attachType } }, { put: { attachType, flags: FRAGMENTS }, key: 1 }, { read: 1 }],
  },
  {
    name: "two that take fragments",
    steps: [{ put: { attachType, flags: FRAGMENTS } }, { put: { attachType, flags: FRAGMENTS }, key: 1 }, { read: 1 }],
  },
  {
    name: "a user that takes fragments behind an entry that does not",
    steps: [{ put: { attachType } }, { use: { flags: FRAGMENTS } }, { use: {} }],
  },
  {
    name: "an entry that takes fragments behind a user that does not",
    steps: [{ use: {} }, { put: { attachType, flags: FRAGMENTS } }, { put: { attachType } }, { read: 0 }],
  },
];

describe.skipIf(missing !== undefined)(`programs in values of maps of bpf(2)${missing ? ` (${missing})` : ""}`, () => {
  /** Error numbers of all steps, and of values whether they name a program. */
  function answers(type: (typeof TYPES)[number]["map"], steps: readonly Step[], of: "netsim" | "Linux"): unknown[] {
    const ours = of === "netsim";
    const bpf = new Bpf({
      possibleCpus: 8,
      objects: {
        device: (index) => (index === LOOPBACK ? { index } : undefined),
        socket: () => -9,
        cgroup: () => -9,
        task: () => -9,
        inode: () => -9,
      },
    });
    const opened: number[] = [];
    const definition = { type: MAP_TYPES[type], keySize: 4, valueSize: 8, maxEntries: 2, flags: 0 };
    const map = ours ? bpf.createMap(definition) : maps.createMap({ ...definition, innerMap: 0 });
    opened.push(map);
    const load = (text: string, { type = XDP, attachType = 0, flags = 0 }) => {
      const { bytes: instructions } = assembleExtended(text.replace("MAP", String(map)));
      const { descriptor } = ours
        ? bpf.loadProgram({ type, instructions, license: "GPL", flags, attachType })
        : programs.load(instructions, { type, flags, expectedAttachType: attachType });
      if (descriptor >= 0) opened.push(descriptor);
      return descriptor;
    };
    const keyOf = (number: number) => new Uint8Array(Uint32Array.of(number).buffer);
    const update = (key: number, first: number, descriptor: number, flags = 0) => {
      const value = new Uint8Array(Uint32Array.of(first, descriptor).buffer);
      return ours ? bpf.update(map, keyOf(key), value, flags) : maps.update(map, keyOf(key), value, flags);
    };
    const results = steps.map((step) => {
      if ("use" in step) return Math.min(load(USING, step.use), 0);
      if ("put" in step) {
        const descriptor = load(PLAIN, step.put);
        return descriptor < 0 ? ["load", descriptor] : update(step.key ?? 0, step.first ?? 1, descriptor, step.update);
      }
      if ("descriptor" in step)
        return update(0, step.first ?? 1, step.descriptor === 0x7fff_0000 ? map : step.descriptor);
      if ("remove" in step) return ours ? bpf.delete(map, keyOf(step.remove)) : maps.delete(map, keyOf(step.remove));
      const value = ours ? bpf.lookup(map, keyOf(step.read)) : maps.lookup(map, keyOf(step.read));
      if (typeof value === "number") return value;
      const [first, id] = new Uint32Array(value.buffer.slice(value.byteOffset, value.byteOffset + 8));
      return [first, id !== 0];
    });
    if (!ours) for (const descriptor of opened) libc.close(descriptor);
    return results;
  }

  it.each(TYPES.flatMap((type) => STEPS(type).map((row) => ({ map: type.map, ...row }))))(
    "$map, $name: the same answers",
    ({ map, steps }) => {
      expect(answers(map, steps, "netsim")).toEqual(answers(map, steps, "Linux"));
    },
  );
});
