import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMaps } from "../../src/bpf/object/load/create-maps.ts";
import { withDescriptors } from "../../src/bpf/object/load/name-maps.ts";
import { readObject } from "../../src/bpf/object/read-object.ts";
import { runTopology } from "../../src/index.ts";
import { type Kernel, openKernel } from "../../src/kernel/kernel.ts";
import { scratch } from "../scratch.ts";

const OBJECT = new URL("../../policies/write-histogram.o", import.meta.url).pathname;
const ID = "/sys/kernel/tracing/events/syscalls/sys_enter_write/id";
const PERF_EVENT_OPEN: Readonly<Record<string, number>> = { x64: 298, arm64: 241 };

const kernel = await openKernel();
const missing =
  "missing" in kernel
    ? kernel.missing
    : !existsSync(ID)
      ? "no tracefs is mounted"
      : PERF_EVENT_OPEN[process.arch] === undefined
        ? "the number of perf_event_open(2) is not known"
        : spawnSync("python3", ["--version"]).status === 0
          ? undefined
          : "there is no python3";

const BPF_PROG_TYPE_TRACEPOINT = 5;
const [PERF_TYPE_TRACEPOINT, ATTRIBUTE_BYTES] = [2, 112];
const [PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_SET_BPF] = [0x2400, 0x4004_2408];
const ROWS = 64;

/** Sizes that nobody else on the machine writes: what a write to /dev/null is asked for, not what it does. */
const WRITES: readonly (readonly [size: bigint, times: number])[] = [
  [2n ** 33n, 9],
  [2n ** 34n + 5n, 4],
  [2n ** 36n - 1n, 25],
  [2n ** 40n, 3],
  [3n * 2n ** 40n, 38],
];
const FIRST_ROW = 32;

/** Attaches the program to the real event while `act` runs; gives what its map holds then. */
function inKernel({ libc, maps, programs }: Kernel, act: () => void): number[] {
  const object = readObject(readFileSync(OBJECT));
  const descriptors = createMaps(object, maps, { possibleCpus: 1 });
  const { descriptor: program, log } = programs.load(withDescriptors(object.programs[0]!.instructions, descriptors), {
    type: BPF_PROG_TYPE_TRACEPOINT,
  });
  expect(program, log).toBeGreaterThan(0);
  const attributes = Buffer.alloc(ATTRIBUTE_BYTES);
  attributes.writeUInt32LE(PERF_TYPE_TRACEPOINT, 0);
  attributes.writeUInt32LE(ATTRIBUTE_BYTES, 4);
  attributes.writeBigUInt64LE(BigInt(readFileSync(ID, "utf8").trim()), 8);
  const open = libc.declare("long syscall(long number, void *attr, int pid, int cpu, int group, unsigned long flags)");
  const control = libc.declare("int ioctl(int fd, unsigned long request, long argument)");
  const event = Number(open(PERF_EVENT_OPEN[process.arch]!, attributes, -1, 0, -1, 0));
  try {
    expect(event, `perf_event_open: errno ${libc.errno()}`).toBeGreaterThanOrEqual(0);
    expect(control(event, PERF_EVENT_IOC_SET_BPF, program), `errno ${libc.errno()}`).toBe(0);
    expect(control(event, PERF_EVENT_IOC_ENABLE, 0)).toBe(0);
    act();
    return Array.from({ length: ROWS }, (_, row) => {
      const value = maps.lookup(descriptors[0]!, Uint8Array.of(row, 0, 0, 0));
      return typeof value === "number" ? -1 : Number(Buffer.from(value).readBigUInt64LE());
    });
  } finally {
    for (const descriptor of [event, program, ...descriptors]) if (descriptor >= 0) libc.close(descriptor);
  }
}

const CHILD = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
fd = os.open("/dev/null", os.O_WRONLY)
for size, times in [${WRITES.map(([size, times]) => `(${size}, ${times})`).join(", ")}]:
    for _ in range(times):
        libc.write(fd, None, size)
`;

describe.skipIf(missing !== undefined)(`tracing beside the running kernel${missing ? ` (${missing})` : ""}`, () => {
  it("counts a child's writes on the real sys_enter_write as in the simulation", async () => {
    const real = inKernel(kernel as Kernel, () => {
      const child = spawnSync("python3", ["-c", CHILD], { encoding: "utf8" });
      expect(child.stderr).toBe("");
    });
    const calls = WRITES.map(
      ([size, times]) => `{ call: "write(3, NULL, ${size})", result: ${size}, count: ${times} }`,
    );
    const file = scratch({
      "topology.yaml": `programs: { writes: { object: "${OBJECT}" } }
nodes: { host: { kind: host, processes: { child: { calls: [${calls.join(", ")}] } } } }
tracing: [{ program: writes, histogram: { map: my_hist_map } }]
`,
    });
    const { tracing } = await runTopology(file);
    const simulated = tracing!.histograms[0]!.rows.map(({ count }) => count);
    expect(simulated.slice(0, FIRST_ROW).every((count) => count === 0)).toBe(true);
    const rows = Array.from({ length: ROWS - FIRST_ROW }, (_, i) => simulated[FIRST_ROW + i] ?? 0);
    expect(real.slice(FIRST_ROW)).toEqual(rows);
    expect(rows.reduce((sum, count) => sum + count)).toBe(WRITES.reduce((sum, [, times]) => sum + times, 0));
  });
});
