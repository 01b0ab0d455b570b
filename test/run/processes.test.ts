import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runTopology } from "../../src/index.ts";
import { openTopology } from "../../src/open-topology.ts";
import type { NodeResult } from "../../src/run/result.ts";
import { TOKENS } from "../../src/tokens.ts";
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

  it("that handles SIGSYS lives on with what its handler gives, else with the call's number", async () => {
    const trap = `[{ classic: "ld [0]\\njeq #39, trap\\njeq #102, trap\\nret #0x7fff0000\\ntrap: ret #0x00030009\\n" }]`;
    const calls = 'calls: ["getpid()", "getuid()"]';
    const node = await run(`      p: { seccomp: ${trap}, ${calls}, sigsys: { getpid: { errno: EACCES } } }`);
    expect(node.processes![0]!.calls).toMatchObject([
      { outcome: "signal", value: "-13", siginfo: { syscall: 39, arch: "x86_64", errno: 9 } },
      { outcome: "signal", value: "102" },
    ]);
    expect(node.processes![0]!.ended).toBeNull();
    const alone = await run(`      p: { seccomp: ${trap}, ${calls}, dumpable: false }`);
    expect(alone.processes![0]!.calls).toMatchObject([{ outcome: "signal", coreDump: false }, { outcome: "not made" }]);
  });

  it("is asked about a call as if it were its first, even once it is dead", async () => {
    const file = scratch({
      "topology.yaml": `programs:\n  filter:\n    classic: |${FILTER}\nnodes:\n  a: { kind: host, processes: { p: { seccomp: filter, calls: ["ptrace(0)"] } } }\n`,
    });
    const { topology, container } = await openTopology(file);
    const scene = await container.get(TOKENS.TopologyRunner).assemble(topology);
    expect(scene.processes.get("a")![0]!.follow("ptrace(0)", { file }).outcome).toMatchObject({
      kind: "killed",
      whole: true,
      coreDump: true,
    });
    scene.close();
  });

  it("leaves a core file where it is dumpable", async () => {
    const node = await run(
      '      p: { seccomp: filter, calls: ["ptrace(0)"] }\n      q: { seccomp: filter, dumpable: false, calls: ["ptrace(0)"] }',
    );
    expect(node.processes!.map(({ calls }) => calls[0]!.coreDump)).toEqual([true, false]);
  });

  it("in strict mode reads, writes and ends, with its sockets open, and dies of all else", async () => {
    const node = await run(
      '      p: { strict: true, calls: ["read(0)", { call: "write(1)", result: 3 }] }\n' +
        '      q: { strict: true, calls: ["rt_sigreturn()", "getpid()", "read(0)"] }\n' +
        '      r: { strict: true, threads: 2, arch: x86, calls: ["sigreturn()", "exit_group(0)"] }\n' +
        '      s: { strict: true, arch: x32, calls: ["read(0)"] }\n' +
        '      e: { strict: true, calls: ["exit(0)", "read(0)"] }\n' +
        '      t: { parent: p, calls: ["getpid()"] }',
    );
    expect(received(node)).toEqual({ echo: 1, other: 1 });
    expect(outcomes(node)).toEqual([
      ["read", "ALLOW", "runs", "0"],
      ["write", "ALLOW", "runs", "3"],
    ]);
    const endings = [null, "SIGKILL", "thread killed", "SIGKILL", "exit", null];
    expect(node.processes!.map(({ ended }) => ended)).toEqual(endings);
    expect(node.processes![1]!.calls).toMatchObject([
      { outcome: "runs" },
      { answer: "KILL_THREAD", outcome: "killed", signal: "SIGKILL", coreDump: false },
      { outcome: "not made" },
    ]);
  });

  it("changes its own state by calls, as Linux lets it", async () => {
    const strict = '"prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT)"';
    const node = await run(
      `      p: { calls: ["prctl(PR_GET_SECCOMP)", ${strict}, "read(0)", "prctl(PR_GET_SECCOMP)"] }
      q: { seccomp: filter, calls: ["prctl(PR_GET_SECCOMP)", ${strict}, "seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL)", "getppid()"] }
      r: { seccomp: filter, calls: ["prctl(PR_SET_DUMPABLE, 0)", "ptrace(0)"] }
      s: { seccomp: filter, calls: ["prctl(PR_SET_DUMPABLE, 0)", 'execve("/bin/true", NULL, NULL)', "ptrace(0)"] }
      t: { calls: ["seccomp(SECCOMP_SET_MODE_STRICT, 1, NULL)", "prctl(PR_GET_NO_NEW_PRIVS)", "getppid()"] }`,
    );
    expect(outcomes(node, "p")).toEqual([
      ["prctl", "ALLOW", "runs", "0"],
      ["prctl", "ALLOW", "runs", "0"],
      ["read", "ALLOW", "runs", "0"],
      ["prctl", "KILL_THREAD", "killed", undefined],
    ]);
    expect(outcomes(node, "q").map(([, , , value]) => value)).toEqual(["2", "-22", "-22", "0"]);
    expect(node.processes!.slice(2, 4).map(({ calls }) => calls.at(-1)!.coreDump)).toEqual([false, true]);
    expect(outcomes(node, "t").map(([, , , value]) => value)).toEqual(["-22", "1", "0"]);
  });

  it("replays a trace into strict mode", async () => {
    const file = scratch({
      "topology.yaml":
        "nodes: { a: { kind: host, processes: { p: { replay: x.strace } } } }\nexpect: [{ process: a/p, calls: 4, ran: 3, ended: SIGKILL }]\n",
      "x.strace":
        'getpid() = 1\nprctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) = 0\nwrite(1, "x", 1) = 1\ngetpid() = 1\nread(0) = 0\n',
    });
    const { expectations } = await runTopology(file);
    expect(expectations.filter(({ passed }) => !passed)).toEqual([]);
  });

  it("gets descriptors of its supervisor's, the lowest that is free or the one that is named", async () => {
    const node = await run(
      `      p: { calls: [] }
      q: { seccomp: filter, calls: ["getuid()", "close(3)", "getuid()"], supervisor: { getuid: { fd: lowest } } }
      r: { seccomp: filter, calls: ["getuid()"], supervisor: { getuid: { fd: 40 } } }`,
    );
    expect(outcomes(node, "q").map(([, , , value]) => value)).toEqual(["3", "0", "3"]);
    expect(outcomes(node, "r").map(([, , , value]) => value)).toEqual(["40"]);
  });

  it("has the filters of its parents before its own, wherever it stands in the file", async () => {
    const own = '{ classic: "ld [0]\\njeq #110, no\\nret #0x7fff0000\\nno: ret #0x50001\\n" }';
    const node = await run(
      `      c: { parent: p, seccomp: [${own}], calls: ["getuid()", "getppid()", "getpid()"] }
      p: { seccomp: filter, supervisor: { getuid: { value: 5 } }, calls: ["getppid()"] }`,
    );
    expect(outcomes(node, "c").map(([, answer]) => answer)).toEqual(["USER_NOTIF", "ERRNO(1)", "TRACE(7)"]);
    expect(outcomes(node, "c")[0]).toEqual(["getuid", "USER_NOTIF", "returns", "5"]);
    expect(outcomes(node, "p")[0]).toEqual(["getppid", "ALLOW", "runs", "0"]);
  });

  describe("that serves its socket", () => {
    const traffic = (serves: string, process: string) =>
      `programs:
  filter:
    classic: |${FILTER}
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    sockets: { echo: { kind: udp, port: 7, echo: true, process: p, serves: [${serves}] } }
    processes: { p: ${process} }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: b, to: a, flow: udp, port: 7, count: 3, every: 1ms }]
`;
    const serve = async (serves: string, process: string) => {
      const result = await runTopology(scratch({ "topology.yaml": traffic(serves, process) }), {});
      const node = result.nodes.find(({ name }) => name === "a")!;
      return { socket: node.sockets[0]!, process: node.processes![0]!, answered: node.interfaces[0]!.sent };
    };

    it("makes its calls for every datagram, and answers", async () => {
      const { socket, process, answered } = await serve('"recvfrom(3)", { call: "sendto(3)", result: 56 }', "{}");
      expect(socket).toMatchObject({ received: 3, served: 3 });
      expect(process.sockets[0]!.serves).toMatchObject([
        { call: "recvfrom", times: 3, value: "0" },
        { call: "sendto", times: 3, value: "56" },
      ]);
      expect(answered).toBeGreaterThanOrEqual(3);
    });

    it("answers nothing where a call fails, and makes none after it", async () => {
      const filter = '{ seccomp: [{ classic: "ld [0]\\njeq #45, no\\nret #0x7fff0000\\nno: ret #0x50001\\n" }] }';
      const { socket, process } = await serve('"getppid()", "recvfrom(3)", "sendto(3)"', filter);
      expect(socket).toMatchObject({ received: 3, served: 0 });
      expect(process.sockets[0]!.serves).toMatchObject([
        { call: "getppid", times: 3 },
        { call: "recvfrom", times: 3, errno: "EPERM" },
      ]);
    });

    it("is gone with its socket where a call kills it", async () => {
      const filter = '{ seccomp: [{ classic: "ld [0]\\njeq #45, no\\nret #0x7fff0000\\nno: ret #0\\n" }] }';
      const { socket, process } = await serve('"recvfrom(3)"', filter);
      expect(socket).toMatchObject({ received: 1, served: 0 });
      expect(process.ended).toBe("SIGSYS");
    });
  });

  it("replays a trace up to the call that ends it", async () => {
    const file = scratch({
      "topology.yaml": `programs:
  filter:
    classic: |${FILTER}
nodes:
  a:
    kind: host
    processes:
      p: { seccomp: filter, replay: server.strace }
expect:
  - { process: a/p, calls: 5, ran: 2, refused: 3, notMade: 1, ended: SIGSYS }
`,
      "server.strace": `read(0, "x", 1) = 1
socket(AF_INET, SOCK_STREAM, 0) = 3
socket(AF_INET, SOCK_DGRAM, 0) = 3
write(1, "x", 1) = 1
ptrace(PTRACE_TRACEME) = 0
getppid() = 1
`,
    });
    const { expectations, nodes } = await runTopology(file);
    expect(expectations.filter(({ passed }) => !passed)).toEqual([]);
    expect(nodes[0]!.processes![0]!.replay!.outcomes).toMatchObject([
      { call: "read", outcome: "runs", times: 1, line: 1 },
      { call: "socket", outcome: "fails", errno: "EACCES", times: 2, line: 2 },
      { call: "write", outcome: "runs", line: 4 },
      { call: "ptrace", outcome: "killed", line: 5 },
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
    { have: "      p: { parent: q }", want: /no process 'q' that 'p' could be forked from/ },
    { have: "      p: { parent: q }\n      q: { parent: p }", want: /'p' descends from itself/ },
    { have: "      p: { replay: none.strace }", want: /none.strace cannot be read/ },
    {
      have: "      p: { seccomp: filter, strict: true }",
      want: /'p' has filters, so that it cannot go into strict mode/,
    },
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
