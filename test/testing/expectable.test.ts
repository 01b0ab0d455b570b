import { describe, expect, it } from "vitest";
import { createContainer } from "../../src/container.ts";
import { NetsimError } from "../../src/errors.ts";
import { SEES_FRAMES, SEES_PACKETS } from "../../src/hooks/places.ts";
import { schemaParts } from "../../src/open-topology.ts";
import { PACKET_FIELDS } from "../../src/testing/context-fields.ts";
import { loadPolicyTest } from "../../src/testing/load.ts";
import { policyTestSchema } from "../../src/testing/schema.ts";
import { TOKENS } from "../../src/tokens.ts";
import { parseDocument } from "../../src/topology/document.ts";

const container = createContainer();
const parts = schemaParts(container);
const HOOKS = [...container.get(TOKENS.HookRegistry)].filter(({ place }) => SEES_PACKETS[place]);

/** Everything that a case can expect, with a value that could hold somewhere. */
const EXPECTATIONS: Readonly<Record<string, string>> = {
  verdict: "VERDICT",
  returns: "0",
  length: '">= 0"',
  class: '"1:10"',
  action: "ok",
  errno: "EPERM",
  signal: "SIGSYS",
  runs: "true",
  bytes: '{ hex: "00" }',
  context: "FIELDS",
  maps: "{}",
  split: "{ VERDICT: 1 }",
};

const ALWAYS = ["verdict", "returns", "split"];
const TC = [...ALWAYS, "action", "bytes", "context", "maps"];
/** What can come of an extended program, by hooks; of those that take none, of a classic one. */
const POSSIBLE: Readonly<Record<string, readonly string[]>> = {
  "socket-filter": [...ALWAYS, "length", "context", "maps"],
  xdp: [...ALWAYS, "bytes", "maps"],
  "xdp-devmap": [...ALWAYS, "bytes", "maps"],
  "xdp-cpumap": [...ALWAYS, "bytes", "maps"],
  "cgroup-ingress": [...ALWAYS, "context", "maps"],
  "cgroup-egress": [...ALWAYS, "context", "maps"],
  "lwt-in": [...ALWAYS, "bytes", "context", "maps"],
  "lwt-out": [...ALWAYS, "context", "maps"],
  "lwt-xmit": [...ALWAYS, "bytes", "context", "maps"],
  "xt-bpf": [...ALWAYS, "context", "maps"],
  "team-hash": ALWAYS,
  "ppp-pass": ALWAYS,
  "ppp-active": ALWAYS,
  "tc-filter": [...TC, "class"],
  "tc-action": TC,
  "tcx-ingress": TC,
  "tcx-egress": TC,
  "ovs-parser": [...ALWAYS, "bytes", "context", "maps"],
  "ovs-flow-hit": [...ALWAYS, "bytes", "context", "maps"],
  "ovs-flow-miss": [...ALWAYS, "bytes", "context", "maps"],
  "ovs-port-miss": [...ALWAYS, "bytes", "context", "maps"],
};
const OF_CALLS = ["verdict", "errno", "signal", "runs", "split"];

function problems(text: string): string[] {
  try {
    loadPolicyTest(parseDocument(text, "a.yaml"), parts);
    return [];
  } catch (error) {
    if (!(error instanceof NetsimError)) throw error;
    return error.diagnostics.map(({ message }) => message);
  }
}

const takesExtended = ({ programTypes }: (typeof HOOKS)[number]) => programTypes.some((type) => type !== "classic");

/** A test at a hook with one expectation. */
function atHook(hook: (typeof HOOKS)[number], key: string, isExtended: boolean, more = ""): string {
  const fields = SEES_FRAMES.includes(hook.place) ? "{}" : "{ cb: [1] }";
  const verdict = hook.outcomes[0]!.name;
  const value = EXPECTATIONS[key]!.replace("VERDICT", verdict).replace("FIELDS", fields);
  const subject = key === "split" ? `capture: ${process.cwd()}/topologies/captures/mixed.pcap` : "packet: { udp: {} }";
  const program = isExtended ? 'extended: "r0 = 0\\nexit"' : 'classic: "ret #0"';
  return `program: { ${program} }\nhook: ${hook.name}\n${more}cases: [{ ${subject}, expect: { ${key}: ${value} } }]\n`;
}

describe("what can be expected", () => {
  it("knows of every hook, and of everything that the schema has", () => {
    expect(Object.keys(POSSIBLE).sort()).toEqual(HOOKS.map(({ name }) => name).sort());
    const { case: testCase } = policyTestSchema(parts).$defs as {
      case: { properties: { expect: { properties: object } } };
    };
    expect(Object.keys(EXPECTATIONS).sort()).toEqual(Object.keys(testCase.properties.expect.properties).sort());
  });

  const PAIRS = HOOKS.flatMap((hook) =>
    [true, false].flatMap((isExtended) => {
      if (isExtended ? !takesExtended(hook) : !hook.programTypes.includes("classic")) return [];
      return Object.keys(EXPECTATIONS).map((key) => ({ hook, key, isExtended, at: `${hook.name}: ${key}` }));
    }),
  );
  it.each(PAIRS)("of $at, extended $isExtended", ({ hook, key, isExtended }) => {
    const isPossible =
      POSSIBLE[hook.name]!.includes(key) && (isExtended || !["bytes", "context", "maps"].includes(key));
    const isClass = key === "class" && hook.place === "tc-filter";
    const found = problems(atHook(hook, key, isExtended, isClass ? 'classid: "1:1"\n' : ""));
    if (isPossible) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringMatching(new RegExp(`^\`${key}\` can never match: .{15,}\\.$`))]);
  });

  it.each(Object.keys(EXPECTATIONS))("of a call: %s", (key) => {
    const value = EXPECTATIONS[key]!.replace("VERDICT", "ALLOW").replace("FIELDS", "{ cb: [1] }");
    const subject = key === "split" ? "trace: a.strace" : "call: getpid()";
    const found = problems(
      `seccomp: ${process.cwd()}/policies/web-server.json\ncases: [{ ${subject}, expect: { ${key}: ${value} } }]\n`,
    );
    if (OF_CALLS.includes(key)) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringMatching(new RegExp(`^\`${key}\` can never match: seccomp decides`))]);
  });
});

const FIELDS = ["mark", "hash", "protocol", "ifindex", "tc_classid"];
const CHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  "socket-filter": [],
  "cgroup-egress": ["mark"],
  "lwt-out": ["mark"],
  "lwt-xmit": ["mark", "hash"],
  "tc-filter": ["mark", "hash", "protocol", "tc_classid"],
  "ovs-flow-hit": ["mark", "hash", "protocol", "tc_classid"],
};
describe("fields that a program can change", () => {
  it.each(Object.keys(CHANGEABLE).flatMap((hook) => FIELDS.map((field) => ({ hook, field }))))(
    "$field at $hook",
    ({ hook, field }) => {
      const found = problems(
        `program: { extended: "r0 = 0\\nexit" }\nhook: ${hook}\ncases: [{ packet: { udp: {} }, expect: { context: { ${field}: 1 } } }]\n`,
      );
      expect(found).toEqual(
        CHANGEABLE[hook]!.includes(field)
          ? []
          : [expect.stringContaining(`\`${field}\` is never changed by a ${hook}`)],
      );
    },
  );

  it("are not there yet at XDP, but for two", () => {
    for (const field of PACKET_FIELDS) {
      const value = field === "cb" ? "[1]" : "1";
      const found = problems(
        `program: { extended: "r0 = 2\\nexit" }\nhook: xdp\ncases: [{ packet: { udp: {} }, context: { ${field}: ${value} }, expect: { returns: 2 } }]\n`,
      );
      expect(found.length).toBe(field === "ifindex" || field === "queue_mapping" ? 0 : 1);
    }
  });
});

/** At filters and actions of traffic control, by what is expected of the verdict's words. */
const ANSWERS = [
  { at: "hook: tc-filter", possible: ["ok", "pass", "continue", "unspec"] },
  {
    at: "hook: tc-filter\ndirect-action: true",
    possible: ["ok", "pass", "continue", "unspec", "shot", "drop", "stolen", "trap", "redirect"],
  },
  {
    at: "hook: tc-action\nconfigured: queued",
    possible: ["ok", "pass", "continue", "unspec", "reclassify", "shot", "drop", "pipe", "queued", "redirect"],
  },
  { at: "hook: tcx-ingress", possible: ["ok", "pass", "continue", "unspec", "shot", "drop", "redirect"] },
];
const WORDS = [
  "ok",
  "pass",
  "continue",
  "unspec",
  "reclassify",
  "shot",
  "drop",
  "pipe",
  "stolen",
  "queued",
  "repeat",
  "trap",
  "redirect",
];
describe("answers of traffic control", () => {
  it.each(ANSWERS)("$at", ({ at, possible }) => {
    const accepted = WORDS.filter(
      (word) =>
        problems(
          `program: { extended: "r0 = 0\\nexit" }\n${at}\ncases: [{ packet: { udp: {} }, expect: { action: ${word} } }]\n`,
        ).length === 0,
    );
    expect(accepted.sort()).toEqual([...possible].sort());
  });
});

const VERDICTS = [
  { at: "hook: lwt-in", verdict: "redirected", told: "'redirected' can never match: a lwt-in does not come to that." },
  { at: "hook: lwt-xmit", verdict: "redirected", told: undefined },
  { at: "hook: tc-filter", verdict: "shot", told: "'shot' can never match: a tc-filter without direct action" },
  {
    at: "hook: tc-filter\ndirect-action: true",
    verdict: "matched",
    told: "'matched' can never match: a tc-filter with",
  },
  {
    at: "hook: tc-filter",
    verdict: 'unmatched, class: "1:1"',
    told: "`class` can never match beside the verdict 'unmatched'",
  },
];
describe("verdicts", () => {
  it.each(VERDICTS)("$verdict at $at", ({ at, verdict, told }) => {
    const found = problems(
      `program: { extended: "r0 = 0\\nexit" }\n${at}\ncases: [{ packet: { udp: {} }, expect: { verdict: ${verdict} } }]\n`,
    );
    expect(found).toEqual(told === undefined ? [] : [expect.stringContaining(told)]);
  });
});

const CALLS = [
  {
    expected: "verdict: ALLOW, errno: EPERM",
    told: "`errno` can never match beside the verdict ALLOW: the call runs.",
  },
  { expected: "verdict: ALLOW, runs: false", told: "`runs` can never match beside the verdict ALLOW: the call runs." },
  { expected: "verdict: ERRNO(1), errno: EPERM", told: undefined },
  { expected: "verdict: ERRNO(EPERM), errno: 1, runs: false", told: undefined },
  { expected: "verdict: ERRNO, errno: EACCES", told: undefined },
  { expected: "verdict: ERRNO(1), errno: EACCES", told: "beside the verdict ERRNO(1): the error is EPERM." },
  { expected: "verdict: ERRNO(5000), errno: 4095", told: undefined },
  { expected: "verdict: ERRNO(0), errno: EPERM", told: "`errno` can never match beside the verdict ERRNO(0)" },
  { expected: "verdict: ERRNO(1), signal: SIGSYS", told: "`signal` can never match beside the verdict ERRNO(1)" },
  { expected: "verdict: KILL, signal: SIGSYS", told: undefined },
  { expected: "verdict: TRAP, errno: EPERM", told: "`errno` can never match beside the verdict TRAP" },
  { expected: "verdict: LOG, signal: SIGSYS", told: "`signal` can never match beside the verdict LOG" },
  { expected: "verdict: TRACE(7), errno: ENOSYS", told: undefined },
  { expected: "verdict: NOTIFY, errno: EPERM", told: "beside the verdict NOTIFY: the error is ENOSYS." },
  { expected: "errno: EPERM, signal: SIGSYS", told: "`signal` can never match beside `errno`" },
  { expected: "errno: EPERM, runs: true", told: "`runs` can never match beside `errno`" },
  { expected: "errno: 4096", told: "error numbers go from 1 to 4095" },
  { expected: "errno: 0", told: "error numbers go from 1 to 4095" },
  { expected: "verdict: shot", told: "'shot' can never match: it is no action of seccomp." },
];
describe("of calls", () => {
  it.each(CALLS)("$expected", ({ expected, told }) => {
    const found = problems(
      `seccomp: ${process.cwd()}/policies/web-server.json\ncases: [{ call: getpid(), expect: { ${expected} } }]\n`,
    );
    expect(found).toEqual(told === undefined ? [] : [expect.stringContaining(told)]);
  });
});
