import { availableParallelism, release } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UNPRIVILEGED } from "../../src/bpf/verifier/privileges.ts";
import { verify } from "../../src/bpf/verifier/verify.ts";
import { assembleWithMaps, MAPS } from "../bpf/verifier/maps.ts";
import { type RandomProgramOptions, randomProgram } from "../bpf/verifier/random-program.ts";
import { recordedFrom, recordedOf } from "../bpf/verifier/recorded.ts";
import { type Judge, kernelJudge } from "./verifier-judge.ts";

/** Programs of each kind; NETSIM_PROGRAMS asks for more. */
const PROGRAMS = Number(process.env.NETSIM_PROGRAMS ?? 150);
const FIRST_SEED = Number(process.env.NETSIM_SEED ?? 1);

const missing =
  "missing" in kernelJudge
    ? kernelJudge.missing
    : release().startsWith("6.18.")
      ? undefined
      : `Linux ${release()} is not the release that the verifier follows`;

const KINDS = [
  { name: "socket_filter", type: 1, context: { number: 0 } },
  { name: "sched_cls", type: 3, context: { number: 8, packet: [76, 80] as const } },
  { name: "xdp", type: 6, context: { number: 16, packet: [0, 4] as const } },
  { name: "cgroup_skb", type: 8, context: { number: 8, packet: [76, 80] as const } },
  { name: "sched_cls with functions", type: 3, context: { number: 8, packet: [76, 80] as const }, functions: 1 },
  { name: "xdp with may_goto", type: 6, context: { number: 16, packet: [0, 4] as const }, mayGoto: 0.1 },
  { name: "kprobe", type: 2, context: { number: 0 } },
  { name: "sock_ops", type: 13, attachType: 3, context: { number: 0 } },
  { name: "cgroup_sock_addr at recvmsg", type: 18, attachType: 19, context: { number: 0 } },
  { name: "cgroup_sockopt", type: 25, attachType: 21, context: { number: 24 } },
  { name: "sk_lookup", type: 30, attachType: 36, context: { number: 8 } },
  { name: "flow_dissector", type: 22, attachType: 17, context: { number: 76, packet: [76, 80] as const } },
  { name: "unprivileged socket_filter", type: 1, context: { number: 0 }, unprivileged: true },
  { name: "unprivileged cgroup_skb", type: 8, context: { number: 8 }, unprivileged: true },
] satisfies (Omit<RandomProgramOptions, "seed"> & {
  name: string;
  type: number;
  unprivileged?: boolean;
  attachType?: number;
})[];

/** Where the kernel shows a map's address our log shows its descriptor. */
const withoutAddresses = (log: string): string =>
  log.replace(/^(\d+: \(18\) r\d+ = )(0x[0-9a-f]{16}|0x0|map\[.*?\](\[0\]\+\d+)?) *;/gm, "$1map ;");

describe.skipIf(missing !== undefined)(`random programs, judged by the kernel${missing ? ` (${missing})` : ""}`, () => {
  const judge = kernelJudge as Judge;
  const descriptors = new Map<string, number>();

  beforeAll(() => {
    for (const [name, map] of Object.entries(MAPS)) descriptors.set(name, judge.createMap(map));
  });
  afterAll(() => {
    for (const descriptor of descriptors.values()) judge.close(descriptor);
  });

  it.each(KINDS)(
    "$name: verdicts, reasons, walks and logs are the same",
    ({ type, unprivileged = false, attachType = 0, ...options }) => {
      if (unprivileged && judge.unprivilegedMissing !== undefined) return;
      const maps = new Map([...descriptors].map(([name, descriptor]) => [descriptor, MAPS[name]!]));
      const counts = { verdict: 0, unsound: 0, reason: 0, statistics: 0, log: 0 };
      for (let seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
        const bytes = assembleWithMaps(randomProgram({ ...options, seed }), (name) => descriptors.get(name)!);
        const { errno, log } = judge.judge(bytes, { type, unprivileged, expectedAttachType: attachType });
        const want = recordedFrom(errno, log);
        const result = verify(bytes, {
          type,
          expectedAttachType: attachType,
          maps,
          possibleCpus: availableParallelism(),
          logLevel: 1,
          ...(unprivileged ? { privileges: UNPRIVILEGED } : {}),
        });
        const have = recordedOf(result);
        if (have.accepted !== want.accepted) counts.verdict++;
        if (have.accepted && !want.accepted) counts.unsound++;
        if (have.reason !== want.reason) counts.reason++;
        if (have.statistics !== want.statistics) counts.statistics++;
        if (withoutAddresses(result.log) !== withoutAddresses(log)) counts.log++;
      }
      expect(counts.unsound).toBe(0);
      expect(counts.verdict).toBeLessThanOrEqual(PROGRAMS * 0.01);
      expect(counts.reason).toBeLessThanOrEqual(PROGRAMS * 0.01);
      expect(counts.statistics).toBeLessThanOrEqual(PROGRAMS * 0.01);
      expect(counts.log).toBeLessThanOrEqual(PROGRAMS * 0.01);
    },
  );
});
