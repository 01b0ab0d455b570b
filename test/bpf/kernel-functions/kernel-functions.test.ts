import { describe, expect, it } from "vitest";
import { generalHelpers } from "../../../src/bpf/helpers/general.ts";
import type { Surroundings } from "../../../src/bpf/helpers/surroundings.ts";
import { assembleExtended } from "../../../src/bpf/isa/assembler/assemble.ts";
import { KernelFunctions } from "../../../src/bpf/kernel-functions/kernel-functions.ts";
import { oneCpu } from "../../../src/bpf/maps/map-place.ts";
import { CREATE_FLAG, MAP_TYPES } from "../../../src/bpf/maps/map-type.ts";
import { BpfSyscall } from "../../../src/bpf/syscall.ts";
import { BPF_ENGINES } from "../../../src/bpf/vm/engine.ts";
import { Machine } from "../../../src/bpf/vm/machine.ts";
import { LinearMemory } from "../../../src/bpf/vm/memory.ts";

describe.each(BPF_ENGINES)("what needs no network of the kernel, on the $name", (engine) => {
  function setup(surroundings: Partial<Surroundings> = {}) {
    const maps = new BpfSyscall(oneCpu(new Machine(new LinearMemory())));
    const functions = new KernelFunctions(maps);
    const helpers = generalHelpers(maps, { nanoseconds: () => 0n, random: () => 0, ...surroundings });
    /** Calls of kernel functions are written `call kernel NAME`. */
    const run = (text: string): number => {
      const numbered = text.replace(/call kernel (\w+)/g, (_, name: string) => `call kfunc#${functions.idOf(name)}`);
      const executable = engine.load(assembleExtended(numbered, { complete: true }).bytes, {
        machine: maps.place.machine,
        context: { size: 8 },
        helper: (number) => helpers.get(number),
        kernelFunction: (id) => functions.byId(id),
        resolve: (reference) => maps.resolve(reference),
      });
      return executable.run(maps.place.machine.memory.allocate(8));
    };
    return { maps, run };
  }

  const task = { thread: 12, process: 10, user: 0, group: 0, command: "sh", cgroups: [1n] };
  it.each<{ name: string; task?: typeof task; call: string; want: number; sent?: unknown[] }>([
    { name: "a signal to the idle task", call: "r1 = 9\ncall 109", want: -1 },
    { name: "a signal to the first process", task: { ...task, process: 1 }, call: "r1 = 9\ncall 109", want: -1 },
    { name: "a signal to a process", task, call: "r1 = 9\ncall 109", want: 0, sent: [[9, "process"]] },
    { name: "a signal to a thread", task, call: "r1 = 64\ncall 117", want: 0, sent: [[64, "thread"]] },
    { name: "a signal that there is not", task, call: "r1 = 65\ncall 109", want: -22 },
    {
      name: "its numbers in the namespace",
      task,
      call: "r1 = 4\nr2 = 0xeffffffc ll\nr3 = r10\nr3 += -8\nr4 = 8\ncall 120\nr1 = *(u64 *)(r10 -8)\nr0 += r1\nr1 >>= 32\nr0 += r1",
      want: 22,
    },
    { name: "no cookie", call: "r0 = 7\ncall 174", want: 0 },
    { name: "no branches of an event", call: "r2 = r10\nr2 += -48\nr3 = 48\nr4 = 0\ncall 119", want: -2 },
  ])("tasks: $name", ({ task: runs, call, want, sent = [] }) => {
    const signals: unknown[] = [];
    const { run } = setup({
      ...(runs === undefined ? {} : { task: () => runs }),
      sendSignal: (...signal) => signals.push(signal) > 0,
    });
    expect(run(`${call}\nexit`)).toBe(want);
    expect(signals).toEqual(sent);
  });

  it("refuses signals where there are tasks and nobody who takes them", () => {
    const { run } = setup({ task: () => task });
    expect(() => run("r1 = 9\ncall 109\nexit")).toThrow(/bpf_send_signal/);
  });

  const array = (valueSize: number) => ({ type: MAP_TYPES.array, keySize: 4, valueSize, maxEntries: 2, flags: 0 });

  it.each([
    [3, 8, 25],
    [-2, 3, 0],
    [5, 5, 0],
  ])("bpf_iter_num from %i to %i", (start, end, sum) => {
    const { run } = setup();
    expect(
      run(`r6 = 0
        r1 = r10
        r1 += -8
        r2 = ${start}
        r3 = ${end}
        call kernel bpf_iter_num_new
      next:
        r1 = r10
        r1 += -8
        call kernel bpf_iter_num_next
        if r0 == 0 goto done
        r1 = *(s32 *)(r0 +0)
        r6 += r1
        goto next
      done:
        r1 = r10
        r1 += -8
        call kernel bpf_iter_num_destroy
        r0 = r6
        exit`),
    ).toBe(sum);
  });

  it.each([
    [6, 3, -22],
    [0, 8_388_609, -7],
  ])("bpf_iter_num_new refuses from %i to %i", (start, end, errno) => {
    const { run } = setup();
    expect(run(`r1 = r10\nr1 += -8\nr2 = ${start}\nr3 = ${end}\ncall kernel bpf_iter_num_new\nexit`)).toBe(errno);
  });

  it("dynptrs are cut and copied", () => {
    const { maps, run } = setup();
    const map = maps.createMap({ ...array(64), maxEntries: 1 });
    expect(
      maps.update(
        map,
        new Uint8Array(4),
        Uint8Array.from({ length: 64 }, (_, i) => i),
      ),
    ).toBe(0);
    const dynptr = (register: string, at: number) => `${register} = r10\n${register} += -${at}`;
    expect(
      run(`r1 = map[fd:${map}][0]+0
        r2 = 64
        r3 = 0
        ${dynptr("r4", 16)}
        call bpf_dynptr_from_mem
        ${dynptr("r1", 16)}
        r2 = 10
        r3 = 20
        call kernel bpf_dynptr_adjust
        ${dynptr("r1", 16)}
        ${dynptr("r2", 32)}
        call kernel bpf_dynptr_clone
        ${dynptr("r1", 32)}
        call kernel bpf_dynptr_size
        r6 = r0
        ${dynptr("r1", 32)}
        r2 = 2
        r3 = 0
        r4 = 4
        call kernel bpf_dynptr_slice
        r0 = *(u8 *)(r0 +0)
        r6 *= 100
        r0 += r6
        exit`),
    ).toBe(1012);
  });

  it("pages of arenas", () => {
    const { maps, run } = setup();
    const arena = maps.createMap({
      type: MAP_TYPES.arena,
      keySize: 0,
      valueSize: 0,
      maxEntries: 2,
      flags: CREATE_FLAG.MMAPABLE,
    });
    const allocate = (pages: number) =>
      `r1 = map[fd:${arena}]\nr2 = 0\nr3 = ${pages}\nr4 = -1\nr5 = 0\ncall kernel bpf_arena_alloc_pages`;
    expect(run(`${allocate(3)}\nexit`)).toBe(0);
    expect(run(`${allocate(2)}\n*(u64 *)(r0 +8184) = 7\nr6 = r0\n${allocate(1)}\nr0 += 1\nexit`)).toBe(1);
  });

  it("a timer calls back on the simulated clock, until its value is written over", () => {
    const due: { at: bigint; run: () => void }[] = [];
    const { maps, run } = setup({
      schedule: (nanoseconds, run) => {
        const entry = { at: nanoseconds, run };
        due.push(entry);
        return () => due.splice(due.indexOf(entry), 1);
      },
    });
    const map = maps.createMap({ ...array(32), fields: [{ kind: "timer", offset: 0, size: 16 }] });
    const timer = `r1 = r6`;
    const start = `*(u32 *)(r10 -4) = 1
      r1 = map[fd:${map}]
      r2 = r10
      r2 += -4
      call 1
      r6 = r0
      ${timer}
      r2 = map[fd:${map}]
      r3 = 1
      call 169
      ${timer}
      r2 = subprog[callback]
      call 170
      ${timer}
      r2 = 5000
      r3 = 0
      call 171
      exit
    callback:
      r1 = *(u32 *)(r2 +0)
      *(u64 *)(r3 +16) = 42
      *(u64 *)(r3 +24) = r1
      r0 = 0
      exit`;
    expect(run(start)).toBe(0);
    expect(due.map(({ at }) => at)).toEqual([5000n]);
    due.pop()!.run();
    const key = Uint8Array.of(1, 0, 0, 0);
    expect(Buffer.from(maps.lookup(map, key) as Uint8Array).toString("hex")).toBe(
      `${"00".repeat(16)}2a00000000000000${"0100000000000000"}`,
    );
    expect(maps.update(map, key, new Uint8Array(32))).toBe(0);
    expect(run(start)).toBe(0);
    expect(due).toHaveLength(1);
    maps.update(map, key, new Uint8Array(32));
    expect(due).toHaveLength(0);
  });
});
