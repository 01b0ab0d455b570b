import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";
import type { NodeResult } from "../../src/run/result.ts";
import { scratch } from "../scratch.ts";

const FILTER = `
      start: ld [0]
             jeq #39, trace    ; getpid
             jeq #102, notify  ; getuid
             jeq #41, refuse   ; socket
             jeq #101, kill    ; ptrace
             ret #0x7fff0000
      trace: ret #0x7ff00007
      notify: ret #0x7fc00000
      refuse: ret #0x0005000d
      kill:  ret #0x0`;

/** Runs a host `a` with these keys under \`processes\`, and sends to its port 7. */
async function run(processes: string, engine = "interpreter") {
  const file = scratch({
    "topology.yaml": `programs:
  filter:
    classic: |${FILTER}
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    sockets: { echo: { kind: udp, port: 7, process: p }, other: { kind: udp, port: 8 } }
    processes:
${processes}
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: b, to: a, udp: { dport: 7 } }, { from: b, to: a, udp: { dport: 8 } }]
`,
  });
  const result = await runTopology(file, { engine });
  return result.nodes.find(({ name }) => name === "a") as NodeResult;
}

const received = ({ sockets }: NodeResult) => Object.fromEntries(sockets.map(({ name, received }) => [name, received]));
const outcomes = ({ processes }: NodeResult, name = "p") =>
  processes!
    .find((each) => each.name === name)!
    .calls.map(({ call, answer, outcome, errno, value, ran }) => [call, answer, outcome, errno ?? value ?? ran]);

describe("a process", () => {
  it.each(["interpreter", "jit"])("without filters opens its sockets and makes its calls (%s)", async (engine) => {
    const node = await run('      p: { calls: [{ call: "read(0)", result: 3 }] }', engine);
    expect(received(node)).toEqual({ echo: 1, other: 1 });
    expect(outcomes(node)).toEqual([["read", "ALLOW", "runs", "3"]]);
  });

  it("has no socket that its filter refuses it, and packets find none", async () => {
    const node = await run("      p: { seccomp: filter }");
    expect(received(node)).toEqual({ echo: 0, other: 1 });
    expect(node.processes![0]!.sockets).toMatchObject([
      { name: "echo", open: false, calls: [{ call: "socket", outcome: "fails", errno: "EACCES" }] },
    ]);
  });

  it("has no socket any more once it is dead, and makes no more calls", async () => {
    const node = await run(
      '      p: { calls: ["getppid()"] }\n      q: { seccomp: filter, calls: ["ptrace(0)", "getppid()"] }\n      r: { seccomp: filter, threads: 2, calls: ["ptrace(0)", "getppid()"] }',
    );
    expect(received(node)).toEqual({ echo: 1, other: 1 });
    expect(outcomes(node, "q")).toEqual([
      ["ptrace", "KILL_THREAD", "killed", undefined],
      ["getppid", null, "not made", undefined],
    ]);
    expect(node.processes!.map(({ ended }) => ended)).toEqual([null, "SIGSYS", "thread killed"]);
  });

  it("gets what its supervisor and its tracer say, and ENOSYS without them", async () => {
    const calls = 'calls: ["getpid()", "getuid()"]';
    expect(outcomes(await run(`      p: { seccomp: filter, ${calls} }`))).toEqual([
      ["getpid", "TRACE(7)", "fails", "ENOSYS"],
      ["getuid", "USER_NOTIF", "fails", "ENOSYS"],
    ]);
    expect(
      outcomes(
        await run(
          `      p: { seccomp: filter, ${calls}, supervisor: { getuid: { value: 5 } }, tracer: { getpid: { call: "getuid()" } } }`,
        ),
      ),
    ).toEqual([
      // The filters run once more on what the tracer left.
      ["getpid", "TRACE(7)", "returns", "5"],
      ["getuid", "USER_NOTIF", "returns", "5"],
    ]);
    expect(
      outcomes(
        await run(
          `      p: { seccomp: filter, ${calls}, supervisor: { getuid: { errno: EACCES } }, tracer: { getpid: { value: 1 } } }`,
        ),
      ),
    ).toEqual([
      ["getpid", "TRACE(7)", "returns", "1"],
      ["getuid", "USER_NOTIF", "fails", "EACCES"],
    ]);
    expect(
      outcomes(
        await run(`      p: { seccomp: filter, ${calls}, supervisor: { getuid: { continue: true } }, tracer: {} }`),
      ),
    ).toEqual([
      ["getpid", "TRACE(7)", "runs", "0"],
      ["getuid", "USER_NOTIF", "runs", "0"],
    ]);
  });

  it.each([
    { have: '      p: { calls: ["raed()"] }', want: /no system call 'raed'/ },
    { have: "      p: { arch: vax }", want: /no architecture 'vax'/ },
    {
      have: "      p: { seccomp: filter, no-new-privs: false }",
      want: /refuses the filter 'filter' of process 'p' with EACCES/,
    },
    {
      have: '      p: { seccomp: [{ classic: "ld [0]\\njeq #317, no, yes\\nno: ret #0x50001\\nyes: ret #0x7fff0000\\n" }, filter] }',
      want: /before 'filter' answer seccomp\(2\) with ERRNO\(1\)/,
    },
    { have: "      p: { seccomp: none }", want: /no program 'none'/ },
    { have: "      p: { supervisor: { raed: { value: 1 } } }", want: /no system call 'raed'/ },
    { have: "      q: {}", want: /no process 'p'/ },
    { have: '      p: { seccomp: [{ classic: "ldh [0]\\nret #0\\n" }] }', want: /with EINVAL/ },
  ])("is refused for $want", async ({ have, want }) => {
    await expect(run(have)).rejects.toThrow(want);
  });

  it("is not what a socket's program is for", async () => {
    const file = scratch({
      "topology.yaml":
        "programs: { p: { seccomp: x.json } }\nnodes: { a: { kind: host, interfaces: { eth0: { address: 10.0.0.1/24 } }, sockets: { s: { kind: packet, filter: p } } } }\n",
      "x.json": readFileSync("policies/web-server.json"),
    });
    await expect(runTopology(file)).rejects.toThrow(/'p' is seccomp/);
  });
});
