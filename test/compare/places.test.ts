import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { outcomeAtSeccomp, parseReturnValue, returning } from "../../src/compare/places/bare-value.ts";
import { comparePlaces } from "../../src/compare/places/compare-places.ts";
import type { PlacesComparison } from "../../src/compare/places/outcome.ts";
import { samplePackets } from "../../src/compare/places/samples.ts";
import { createContainer } from "../../src/container.ts";
import { builtInHooks } from "../../src/hooks/built-in.ts";
import { SEES_PACKETS } from "../../src/hooks/places.ts";
import { TOKENS } from "../../src/tokens.ts";
import { netsim } from "../cli/fake-terminal.ts";

const container = createContainer();
const [hooks, languages] = [container.get(TOKENS.HookRegistry), container.get(TOKENS.LanguageRegistry)];

function ofValue(value: number): Record<string, string> {
  const packets = samplePackets().slice(0, 1);
  const { groups } = comparePlaces("value", (hook) => returning(value >>> 0, hook), packets, hooks, languages, [
    outcomeAtSeccomp(value >>> 0),
  ]);
  return Object.fromEntries(
    groups[0]!.outcomes.map(({ place, verdict, class: of, length, errno }) => [
      place,
      [verdict, of, verdict === "trimmed" ? length : undefined, errno].filter((it) => it !== undefined).join(" "),
    ]),
  );
}

function ofFilter(text: string): PlacesComparison {
  const source = {
    name: text,
    language: "filter",
    text,
    options: {},
    file: text,
    lineOffset: 0,
    place: { file: text },
  };
  return comparePlaces(text, () => source, samplePackets(), hooks, languages);
}

/** The tables of return values, a value a row. */
const VALUES = [
  {
    value: 0,
    want: {
      "packet raw": "dropped",
      tcp: "dropped",
      xdp: "aborted",
      "tc-filter": "unmatched",
      "direct-action": "ok 1:10",
      "tc-action": "ok",
      tcx: "passed",
      seccomp: "KILL_THREAD",
      "lwt-xmit": "ok",
      cgroup: "dropped",
      xt: "unmatched",
      ppp: "dropped",
    },
  },
  {
    value: -1,
    want: {
      "packet raw": "passed",
      tcp: "passed",
      xdp: "unknown",
      "tc-filter": "matched 1:10",
      "direct-action": "continued",
      "tc-action": "configured",
      tcx: "continued",
      seccomp: "UNKNOWN(0xffffffff)",
      "lwt-xmit": "invalid",
      cgroup: undefined,
      xt: "matched",
      ppp: "passed",
    },
  },
  {
    value: 1,
    want: {
      "packet raw": "trimmed 1",
      tcp: "trimmed 20",
      xdp: "dropped",
      "tc-filter": "matched 0:1",
      "direct-action": "continued",
      "tc-action": "reclassified",
      tcx: "left",
      seccomp: "KILL_THREAD(1)",
      "lwt-xmit": "invalid",
      cgroup: "passed",
      xt: "matched",
      ppp: "passed",
    },
  },
  {
    value: 2,
    want: {
      "packet raw": "trimmed 2",
      tcp: "trimmed 20",
      xdp: "passed",
      "tc-filter": "matched 0:2",
      "direct-action": "shot",
      "tc-action": "shot",
      tcx: "dropped",
      seccomp: "KILL_THREAD(2)",
      "lwt-xmit": "dropped",
      cgroup: undefined,
      xt: "matched",
      ppp: "passed",
    },
  },
  {
    value: 0x1_0020,
    want: {
      "packet raw": "passed",
      tcp: "passed",
      xdp: "unknown",
      "tc-filter": "matched 1:20",
      "direct-action": "continued",
      "tc-action": "unknown",
      tcx: "left",
      seccomp: "UNKNOWN(0x00010020)",
      "lwt-xmit": "invalid",
      cgroup: undefined,
      xt: "matched",
      ppp: "passed",
    },
  },
  {
    value: 0x5_0001,
    want: {
      "packet raw": "passed",
      tcp: "passed",
      xdp: "unknown",
      "tc-filter": "matched 5:1",
      "direct-action": "continued",
      "tc-action": "unknown",
      tcx: "left",
      seccomp: "ERRNO(1) 1",
      "lwt-xmit": "invalid",
      cgroup: undefined,
      xt: "matched",
      ppp: "passed",
    },
  },
];

describe("a program at every place", () => {
  it.each(VALUES)("is told what becomes of a return value: $value", ({ value, want }) => {
    const got = ofValue(value);
    expect({
      "packet raw": got["socket-filter packet raw"],
      tcp: got["socket-filter tcp"],
      xdp: got.xdp,
      "tc-filter": got["tc-filter"],
      "direct-action": got["tc-filter direct-action"],
      "tc-action": got["tc-action"],
      tcx: got["tcx-ingress"],
      seccomp: got.seccomp,
      "lwt-xmit": got["lwt-xmit"],
      // The verifier of its programs knows 0 and 1 only.
      cgroup: got["cgroup-ingress"],
      xt: got["xt-bpf"],
      ppp: got["ppp-pass"],
    }).toEqual(want);
  });

  it("is told why by the hooks themselves: each outcome has its row", () => {
    for (const { name, outcomes } of builtInHooks.filter(({ place }) => SEES_PACKETS[place]))
      for (const { name: outcome, row } of outcomes) expect(row, `${name} ${outcome}`).toBeDefined();
  });

  it("shows the load outside a packet, which every place reads in its own way", () => {
    const { groups, traps } = ofFilter("udp port 53");
    const cut = groups.find(({ packets }) => packets.includes(samplePackets().length))!;
    const verdicts = cut.outcomes.map(({ place, verdict, endedByLoad }) => ({ place, verdict, endedByLoad }));
    expect(verdicts.slice(0, 7)).toEqual([
      { place: "socket-filter packet raw", verdict: "dropped", endedByLoad: true },
      { place: "socket-filter packet dgram", verdict: "dropped", endedByLoad: true },
      { place: "tc-filter", verdict: "unmatched", endedByLoad: true },
      { place: "tc-filter direct-action", verdict: "ok", endedByLoad: true },
      { place: "tc-action", verdict: "ok", endedByLoad: true },
      { place: "xt-bpf", verdict: "unmatched", endedByLoad: true },
      { place: "team-hash", verdict: "hashed", endedByLoad: true },
    ]);
    expect(traps.join("\n")).toMatch(/load outside packet 9.*direct-action: ok/);
    expect(traps.join("\n")).toContain("Only XDP sees it in the bytes");
  });

  it("names places that take no such program, and the packets in the order of their kinds", () => {
    const { refused, groups, packets } = ofFilter("tcp");
    expect(refused.find(({ place }) => place === "xdp")!.reason).toContain("takes xdp programs");
    expect(groups.flatMap((group) => group.packets).sort((a, b) => a - b)).toEqual(
      Array.from({ length: packets }, (_, i) => i + 1),
    );
    const different = groups.map(({ differs }) => differs);
    expect(different).toEqual(different.toSorted((a, b) => Number(b) - Number(a)));
  });

  it("says of a program at an event that it decides nothing", () => {
    const file = "policies/write-histogram.o";
    const bytes = readFileSync(file);
    const source = {
      name: file,
      language: "object",
      text: "",
      bytes,
      options: {},
      file,
      lineOffset: 0,
      place: { file },
    };
    expect(() => comparePlaces(file, () => source, samplePackets(), hooks, languages)).toThrow(
      "traces syscalls/sys_enter_write: it decides nothing about packets",
    );
  });

  it("reads numbers as return values, and nothing else", () => {
    const texts = ["0", "-1", "0x7fff0000", "4294967295", "4294967296", "-2147483649", "tcp", "1.5", ""];
    expect(texts.map(parseReturnValue)).toEqual([
      0,
      0xffff_ffff,
      0x7fff_0000,
      0xffff_ffff,
      ...Array(5).fill(undefined),
    ]);
  });

  it.each([
    { name: "a program's file", words: ["policies/ssh.bpf"], exitCode: 0, told: "policies/ssh.bpf at" },
    { name: "an object", words: ["policies/classify.o"], exitCode: 0, told: "class 1:30" },
    {
      name: "a capture",
      words: ["tcp", "--packets", "topologies/captures/mixed.pcap"],
      exitCode: 0,
      told: "40 packets",
    },
    { name: "Markdown", words: ["tcp", "--markdown"], exitCode: 0, told: "| place | returned | becomes | why |" },
    {
      name: "the same profile",
      words: ["policies/web-server.json", "policies/web-server.json"],
      exitCode: 0,
      told: "",
    },
    { name: "two profiles", words: ["policies/web-server.json", "policies/reader.kafel"], exitCode: 1, told: "->" },
    { name: "a profile alone", words: ["policies/web-server.json"], exitCode: 2, told: "" },
    { name: "two programs", words: ["tcp", "udp"], exitCode: 2, told: "" },
    { name: "options of topologies", words: ["tcp", "--lab"], exitCode: 2, told: "" },
    { name: "no filter", words: ["tcp prt 5"], exitCode: 3, told: "" },
    { name: "no file", words: ["nowhere.o"], exitCode: 3, told: "" },
  ])("takes $name", async ({ words, exitCode, told }) => {
    const outcome = await netsim(["compare", ...words]);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.out).toContain(told);
  });
});
