import { describe, expect, it } from "vitest";
import { openTopology } from "../../src/open-topology.ts";
import type { NodeResult } from "../../src/run/result.ts";
import { TOKENS } from "../../src/tokens.ts";
import { scratch } from "../scratch.ts";

interface Given {
  readonly calls: readonly string[];
  /** What each event sends, by the event. */
  readonly sent?: Readonly<Record<string, number>>;
  readonly more?: string;
  /** A one-liner. */
  readonly trace?: string;
  readonly thread?: boolean;
}

/** Runs a process 42 and gives what became of its calls, of itself and of its socket. */
async function run({ calls, sent = {}, more = "", trace, thread = false }: Given, engine = "interpreter") {
  const programs = Object.entries(sent).map(
    ([, signal], i) =>
      `  send${i}: { extended: "r1 = ${signal}\\ncall bpf_send_signal${thread ? "_thread" : ""}\\nr0 = 0\\nexit" }`,
  );
  const tracing = Object.keys(sent).map((event, i) => `  - { program: send${i}, tracepoint: "${event}" }`);
  const file = scratch({
    "topology.yaml": `${programs.length === 0 ? "" : `programs:\n${programs.join("\n")}`}
nodes:
  a:
    kind: host
    interfaces: { eth0: { address: 10.0.0.1/24 } }
    sockets: { echo: { kind: udp, port: 7, process: p } }
    processes:
      p: { pid: 42, comm: p, ${more} calls: [${calls.map((call) => JSON.stringify(call)).join(", ")}] }
  b: { kind: host, interfaces: { eth0: { address: 10.0.0.2/24 } } }
links: [{ endpoints: ["a:eth0", "b:eth0"] }]
traffic: [{ from: b, to: a, udp: { dport: 7 } }]
${tracing.length === 0 ? "" : `tracing:\n${tracing.join("\n")}`}
`,
  });
  const { topology, container } = await openTopology(file);
  const result = await container.get(TOKENS.TopologyRunner).run(topology, {
    engine,
    ...(trace !== undefined && { expressions: [{ text: trace, place: { file: "expression", line: 1 } }] }),
  });
  const node = result.nodes.find(({ name }) => name === "a") as NodeResult;
  const { ended, calls: made } = node.processes![0]!;
  return {
    ended,
    made: made.filter(({ outcome }) => outcome === "runs").length,
    received: node.sockets.find(({ name }) => name === "echo")?.received,
    output: result.tracing?.output.join("\n").trim() ?? "",
  };
}

const GETPIDS = ["getpid()", "getppid()", "getuid()"];
const ENTER = "syscalls:sys_enter_getppid";
const cases: readonly (Given & { name: string; want: { ended: string | null; made: number; received: number } })[] = [
  { name: "nothing", calls: GETPIDS, want: { ended: null, made: 3, received: 1 } },
  {
    name: "exit_group",
    calls: ["getpid()", "exit_group(0)", "getuid()"],
    want: { ended: "exit_group", made: 2, received: 0 },
  },
  { name: "exit", calls: ["exit(3)", "getuid()"], want: { ended: "exit", made: 1, received: 0 } },
  {
    name: "kill of itself",
    calls: ["kill(42, SIGTERM)", "getuid()"],
    want: { ended: "SIGTERM", made: 1, received: 0 },
  },
  {
    name: "kill of its group",
    calls: ["kill(0, SIGHUP)", "getuid()"],
    want: { ended: "SIGHUP", made: 1, received: 0 },
  },
  { name: "kill of another", calls: ["kill(43, SIGKILL)", "getuid()"], want: { ended: null, made: 2, received: 1 } },
  { name: "a question about itself", calls: ["kill(42, 0)", "getuid()"], want: { ended: null, made: 2, received: 1 } },
  { name: "abort", calls: ["tgkill(42, 42, SIGABRT)", "getuid()"], want: { ended: "SIGABRT", made: 1, received: 0 } },
  {
    name: "a real-time signal",
    calls: ["tkill(42, SIGRT_2)", "getuid()"],
    want: { ended: "SIGRT_2", made: 1, received: 0 },
  },
  { name: "what nobody minds", calls: ["kill(42, SIGCHLD)", "getuid()"], want: { ended: null, made: 2, received: 1 } },
  {
    name: "what is handled",
    calls: ["rt_sigaction(SIGUSR1, 0x1000, NULL, 8)", "kill(42, SIGUSR1)", "getuid()"],
    want: { ended: null, made: 3, received: 1 },
  },
  {
    name: "what is asked for and not handled",
    calls: ["rt_sigaction(SIGUSR1, NULL, 0x1000, 8)", "kill(42, SIGUSR1)", "getuid()"],
    want: { ended: "SIGUSR1", made: 2, received: 0 },
  },
  {
    name: "what cannot be handled",
    calls: ["rt_sigaction(SIGKILL, 0x1000, NULL, 8)", "kill(42, SIGKILL)", "getuid()"],
    want: { ended: "SIGKILL", made: 2, received: 0 },
  },
  { name: "stopping", calls: ["kill(42, SIGSTOP)", "getuid()"], want: { ended: "SIGSTOP", made: 1, received: 1 } },
  {
    name: "a program's signal",
    calls: GETPIDS,
    sent: { [ENTER]: 15 },
    want: { ended: "SIGTERM", made: 2, received: 0 },
  },
  {
    name: "a program's signal to the thread",
    calls: GETPIDS,
    sent: { [ENTER]: 9 },
    thread: true,
    want: { ended: "SIGKILL", made: 2, received: 0 },
  },
  {
    name: "a program's signal that there is not",
    calls: GETPIDS,
    sent: { [ENTER]: 65 },
    want: { ended: null, made: 3, received: 1 },
  },
  {
    name: "a program's signal when the process goes to sleep",
    calls: GETPIDS,
    sent: { "sched:sched_switch": 1 },
    want: { ended: "SIGHUP", made: 3, received: 0 },
  },
];

describe.each(["interpreter", "jit"])("what ends a process, with %s", (engine) => {
  it.each(cases)("$name", async ({ want, ...given }) => {
    expect(await run(given, engine)).toMatchObject(want);
  });
});

it("is told as Linux tells it: the call's end, then the process's", async () => {
  const { output } = await run({
    calls: GETPIDS,
    sent: { [ENTER]: 15 },
    trace:
      't:syscalls:sys_exit_getppid { printf("left %d\\n", args.ret); } t:sched:sched_process_exit { printf("gone %s\\n", args.comm); }',
  });
  expect(output).toBe("left 0\ngone p");
});

it("makes no event of a process that has ended", async () => {
  const { output } = await run({
    calls: ["exit_group(0)", "getpid()"],
    trace: "t:raw_syscalls:sys_enter { @[args.id] = count(); }",
  });
  expect(output).toMatch(/@\[231\]: 1$/);
  expect(output).not.toContain("@[39]");
});
