import { describe, expect, it } from "vitest";
import { decodeProgram } from "../../../../src/bpf/isa/decode.ts";
import { HELPER_NAMES } from "../../../../src/bpf/isa/helper-names.ts";
import { MAP_TYPE } from "../../../../src/bpf/maps/map-type.ts";
import { PROGRAM_TYPES } from "../../../../src/bpf/program-type.ts";
import { helperSince } from "../../../../src/bpf/verifier/releases/helper-releases.ts";
import { findNeeds, verdictOf } from "../../../../src/bpf/verifier/releases/loads-there.ts";
import { featuresOfMap } from "../../../../src/bpf/verifier/releases/map-releases.ts";
import { programTypeSince } from "../../../../src/bpf/verifier/releases/program-releases.ts";
import { isBefore, LONG_TERM_RELEASES } from "../../../../src/bpf/verifier/releases/release.ts";
import { assembleWithMaps, descriptorOfMap, MAPS_BY_DESCRIPTOR } from "../maps.ts";

interface Case {
  readonly name: string;
  readonly text: string;
  readonly type?: string;
  readonly attachType?: number;
  /** `what` of the need, and the release that brought it. */
  readonly want: readonly (readonly [what: string, release: string])[];
}

/** What is needed beyond what all long-term releases have. */
function needsOf({ text, type = "sched_cls", attachType = 0 }: Omit<Case, "name" | "want">) {
  const bytes = assembleWithMaps(text, descriptorOfMap);
  return findNeeds(bytes, decodeProgram(bytes), { type, expectedAttachType: attachType, maps: MAPS_BY_DESCRIPTOR });
}

const LOOK_UP = "*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map[array]\ncall 1";

const CASES: readonly Case[] = [
  { name: "nothing", text: "r0 = 0\nexit", want: [] },
  {
    name: "32-bit jump",
    text: "r0 = 0\nif w0 == 0 goto +0\nexit",
    want: [["32-bit jumps (-mcpu=v3)", "5.1"]],
  },
  {
    name: "32-bit arithmetic shift",
    text: "w0 = 4\nw0 s>>= 1\nexit",
    want: [["the 32-bit arithmetic shift s>>=", "5.0"]],
  },
  { name: "signed division", text: "r0 = 4\nr0 s/= 2\nexit", want: [["signed division (-mcpu=v4)", "6.6"]] },
  { name: "sign extension", text: "r0 = 4\nr0 = (s8)r0\nexit", want: [["sign-extending moves (-mcpu=v4)", "6.6"]] },
  { name: "byte swap", text: "r0 = 4\nr0 = bswap16 r0\nexit", want: [["unconditional byte swaps (-mcpu=v4)", "6.6"]] },
  { name: "far jump", text: "r0 = 4\ngotol +0\nexit", want: [["jumps with a 32-bit distance (-mcpu=v4)", "6.6"]] },
  {
    name: "atomics",
    text: "*(u64 *)(r10 - 8) = 0\nr0 = 1\nlock *(u64 *)(r10 - 8) += r0\nlock *(u64 *)(r10 - 8) |= r0\nr0 = atomic_fetch_add((u64 *)(r10 - 8), r0)\nexit",
    want: [
      ["atomic and, or and xor", "5.12"],
      ["atomics that fetch, exchange or compare (-mcpu=v3)", "5.12"],
    ],
  },
  {
    name: "load-acquire",
    text: "*(u64 *)(r10 - 8) = 0\nr0 = load_acquire((u64 *)(r10 - 8))\nexit",
    want: [["load-acquire and store-release", "6.15"]],
  },
  { name: "loop", text: "r0 = 0\nagain: r0 += 1\nif r0 != 4 goto again\nexit", want: [["loops", "5.3"]] },
  {
    name: "may_goto",
    text: "r0 = 0\nagain: may_goto +1\ngoto again\nexit",
    want: [
      ["may_goto", "6.9"],
      ["loops", "5.3"],
    ],
  },
  { name: "helper", text: "call bpf_ktime_get_boot_ns\nexit", want: [["helper bpf_ktime_get_boot_ns", "5.8"]] },
  {
    name: "helper that came to the type later",
    text: "call bpf_get_current_pid_tgid\nexit",
    want: [["helper bpf_get_current_pid_tgid", "6.10"]],
  },
  {
    name: "helper that no path comes to",
    text: "r0 = 0\nif r0 == 0 goto +1\ncall bpf_ktime_get_boot_ns\nexit",
    want: [],
  },
  {
    name: "map type",
    text: "r1 = map[ring]\nr2 = 0\ncall bpf_ringbuf_query\nexit",
    want: [
      ["map type ringbuf", "5.8"],
      ["helper bpf_ringbuf_query", "5.8"],
    ],
  },
  {
    name: "map flags",
    text: "r1 = map[readonly]\nr0 = 0\nexit",
    want: [["map flag BPF_F_RDONLY_PROG", "5.2"]],
  },
  {
    name: "global data",
    text: "r1 = map[one][0]+8\nr0 = 0\nexit",
    want: [["global data (addresses of map values)", "5.2"]],
  },
  { name: "context field", text: "r0 = *(u32 *)(r1 + 176)\nexit", want: [["field __sk_buff.gso_size", "5.7"]] },
  {
    name: "written context field",
    text: "r0 = 1\n*(u32 *)(r1 + 12) = r0\nexit",
    want: [["writing field __sk_buff.queue_mapping", "5.1"]],
  },
  {
    name: "packet access of cgroup_skb",
    type: "cgroup_skb",
    text: "r2 = *(u32 *)(r1 + 76)\nr0 = 1\nexit",
    want: [["field __sk_buff.data", "4.20"]],
  },
  {
    name: "congestion",
    type: "cgroup_skb",
    attachType: 1,
    text: "r0 = 3\nexit",
    want: [["results 2 and 3 of cgroup_skb programs at egress", "5.3"]],
  },
  {
    name: "attach type",
    type: "xdp",
    attachType: 33,
    text: "r0 = *(u32 *)(r1 + 20)\nexit",
    want: [
      ["attach type BPF_XDP_DEVMAP", "5.8"],
      ["field xdp_md.egress_ifindex", "5.8"],
    ],
  },
  {
    name: "variable stack access",
    text: "call 7\nr0 &= 7\nr2 = r10\nr2 += -8\nr2 += r0\n*(u8 *)(r2 + 0) = 1\nr0 = 0\nexit",
    want: [["stack accesses at an offset that is not constant", "5.12"]],
  },
  { name: "unset stack", text: "r0 = *(u64 *)(r10 - 8)\nexit", want: [["reads of stack that was not written", "6.3"]] },
  {
    name: "look-up without comparison",
    text: `${LOOK_UP}\nr0 = *(u64 *)(r0 + 0)\nexit`,
    want: [["look-ups of constant keys without a comparison with NULL", "6.14"]],
  },
  { name: "look-up with comparison", text: `${LOOK_UP}\nif r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 0)\nexit`, want: [] },
  {
    name: "moved look-up without comparison",
    text: `${LOOK_UP}\nr6 = r0\nr6 += 8\nr0 = *(u64 *)(r6 + 0)\nexit`,
    want: [["look-ups of constant keys without a comparison with NULL", "6.14"]],
  },
  {
    name: "tail call among functions",
    text: "r6 = r1\ncall function\nr1 = r6\nr2 = map[programs]\nr3 = 0\ncall bpf_tail_call\nr0 = 0\nexit\nfunction: r0 = 0\nexit",
    want: [["tail calls in a program with functions of its own (x86-64; arm64 since 6.0)", "5.10"]],
  },
];

describe("what a program needs", () => {
  it.each(CASES)("$name", (given) => {
    const { needs, result } = needsOf(given);
    expect(result.error?.message).toBeUndefined();
    const newer = needs.filter(({ since }) => isBefore("4.19", since.release));
    expect(newer.map(({ what, since }) => [what, since.release])).toEqual(given.want);
    for (const { instruction, count } of newer) expect(instruction < 0 || count > 0).toBe(true);
  });

  it("is missing before its release and there from it on", () => {
    const found = needsOf({ text: "call bpf_ktime_get_boot_ns\nexit" });
    const verdicts = LONG_TERM_RELEASES.map((release) => [release, verdictOf(release, found).loads]);
    expect(verdicts.filter(([, loads]) => loads).map(([release]) => release)).toEqual(LONG_TERM_RELEASES.slice(2));
  });

  it("does not make up for what today's verifier refuses", () => {
    expect(verdictOf("6.18", needsOf({ text: "r0 = r5\nexit" }))).toMatchObject({ loads: false, missing: [] });
  });

  it("says what an older verifier knows less of, where the program has it", () => {
    const unsure = (text: string) => verdictOf("5.4", needsOf({ text })).unsure.length;
    expect(unsure("r0 = 0\nexit")).toBe(0);
    expect(unsure("w0 = 0\nexit")).toBe(1);
    expect(unsure("call 7\n*(u64 *)(r10 - 8) = r0\nexit")).toBe(1);
    expect(unsure("call 7\nr1 = r0\nr1 += 4\nif r1 > 8 goto +0\nexit")).toBe(1);
  });

  it("counts long programs against Linux before 5.2", () => {
    const found = needsOf({ text: `${"r0 = 0\n".repeat(4096)}exit` });
    expect(verdictOf("5.2", found).missing).toEqual([]);
    expect(verdictOf("4.19", found).missing).toMatchObject([{ what: "programs of more than 4096 instructions" }]);
  });
});

describe("the tables", () => {
  it("know every helper of every type", () => {
    for (const { name, helpers } of PROGRAM_TYPES)
      for (const helper of helpers) {
        const since = helperSince(helper, name);
        expect(since?.release, HELPER_NAMES[helper]).toMatch(/^[3-6]\.\d+$/);
        expect(since?.commit).toMatch(/^[\da-f]{12}$/);
        // Everything that the verifier of 6.18 offers came with it or before.
        expect(isBefore("6.18", since!.release)).toBe(false);
      }
  });

  it("know every map type and program type", () => {
    for (const type of Object.values(MAP_TYPE)) expect(featuresOfMap(type, 0)).toHaveLength(1);
    for (const { name } of PROGRAM_TYPES) expect(programTypeSince(name)).toBeDefined();
  });

  it("put 5.10 behind 5.4", () => {
    expect([isBefore("5.4", "5.10"), isBefore("5.10", "5.4"), isBefore("4.20", "5.0")]).toEqual([true, false, true]);
  });
});
