import { describe, expect, it } from "vitest";
import { Bpf } from "../../src/bpf/bpf.ts";
import { assembleExtended } from "../../src/bpf/isa/assembler/assemble.ts";
import { MAP_TYPES } from "../../src/bpf/maps/map-type.ts";
import { openKernel } from "../../src/kernel/kernel.ts";

const kernel = await openKernel();
const missing = "missing" in kernel ? kernel.missing : undefined;
const { libc, maps, programs } = kernel as Exclude<typeof kernel, { missing: string }>;
const [SOCKET_FILTER, SCHED_CLS, SCHED_ACT, XDP, CGROUP_SKB] = [1, 3, 4, 6, 8];
const [INGRESS, EGRESS] = [0, 1];
const TCX_INGRESS = 46;
const FRAGMENTS = 32;

interface Kind {
  readonly type: number;
  readonly attachType?: number;
  readonly flags?: number;
}

const PLAIN = "r0 = 1\nexit";
const CALLING = "r2 = map[fd:MAP]\nr3 = 0\ncall bpf_tail_call\nr0 = 1\nexit";
const array = { type: MAP_TYPES.prog_array, keySize: 4, valueSize: 4, maxEntries: 2, flags: 0 };

describe.skipIf(missing !== undefined)(`arrays of programs of bpf(2)${missing ? ` (${missing})` : ""}`, () => {
  /** What there is to say of both: loading each program in turn, a caller or one that is put into the array. */
  function answers(steps: readonly (Kind & { put?: boolean })[], of: "netsim" | "Linux"): number[] {
    const bpf = new Bpf();
    const opened: number[] = [];
    const map = of === "netsim" ? bpf.createMap(array) : maps.createMap({ ...array, innerMap: 0 });
    opened.push(map);
    const results = steps.map(({ type, attachType = 0, flags = 0, put = false }) => {
      const instructions = assembleExtended((put ? PLAIN : CALLING).replace("MAP", String(map))).bytes;
      const loaded =
        of === "netsim"
          ? bpf.loadProgram({ type, instructions, license: "GPL", flags, attachType }).descriptor
          : programs.load(instructions, { type, flags, expectedAttachType: attachType }).descriptor;
      if (loaded < 0) return loaded;
      opened.push(loaded);
      if (!put) return 0;
      const [key, value] = [Buffer.alloc(4), Buffer.alloc(4)];
      value.writeInt32LE(loaded);
      return of === "netsim" ? bpf.update(map, key, value) : maps.update(map, key, value);
    });
    if (of === "Linux") for (const descriptor of opened) libc.close(descriptor);
    return results;
  }

  it.each<{ name: string; steps: (Kind & { put?: boolean })[] }>([
    { name: "two callers of a type", steps: [{ type: SCHED_CLS }, { type: SCHED_CLS }] },
    { name: "callers of two types", steps: [{ type: SCHED_CLS }, { type: XDP }] },
    { name: "a filter and an action", steps: [{ type: SCHED_CLS }, { type: SCHED_ACT }] },
    { name: "another type put in", steps: [{ type: SCHED_CLS }, { type: XDP, put: true }] },
    { name: "the type put in that calls", steps: [{ type: XDP }, { type: XDP, put: true }] },
    { name: "a caller of another type than is in", steps: [{ type: XDP, put: true }, { type: SOCKET_FILTER }] },
    {
      name: "two types put in",
      steps: [
        { type: XDP, put: true },
        { type: SOCKET_FILTER, put: true },
      ],
    },
    {
      name: "a refused one leaves the array to others",
      steps: [{ type: XDP, put: true }, { type: SOCKET_FILTER, put: true }, { type: XDP }],
    },
    {
      name: "what comes in and what goes out",
      steps: [
        { type: CGROUP_SKB, attachType: INGRESS },
        { type: CGROUP_SKB, attachType: EGRESS },
      ],
    },
    { name: "clsact and tcx", steps: [{ type: SCHED_CLS }, { type: SCHED_CLS, attachType: TCX_INGRESS, put: true }] },
    { name: "one that takes fragments", steps: [{ type: XDP }, { type: XDP, flags: FRAGMENTS, put: true }] },
    {
      name: "all that take fragments",
      steps: [
        { type: XDP, flags: FRAGMENTS },
        { type: XDP, flags: FRAGMENTS, put: true },
      ],
    },
  ])("$name: the same error numbers", ({ steps }) => {
    expect(answers(steps, "netsim")).toEqual(answers(steps, "Linux"));
  });
});
