import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClassicInstruction } from "../../src/bpf/classic/instruction.ts";
import { ACTION } from "../../src/hooks/seccomp/action.ts";
import { CompiledFilter, SeccompMachine } from "../../src/hooks/seccomp/compiled-filter.ts";
import { decide } from "../../src/hooks/seccomp/decide.ts";
import { InterpretedFilter } from "../../src/hooks/seccomp/filter.ts";
import { type Outcome, outcomeOf } from "../../src/hooks/seccomp/outcome.ts";
import { ownCall } from "../../src/hooks/seccomp/own-call.ts";
import { checkSeccompFilter } from "../../src/hooks/seccomp/rules.ts";
import { strictOutcome } from "../../src/hooks/seccomp/strict.ts";
import { SeccompThread } from "../../src/hooks/seccomp/thread.ts";
import { openLibc } from "../../src/kernel/libc.ts";
import type { CaughtSignal } from "../../src/kernel/seccomp/call-block.ts";
import { CallingChild } from "../../src/kernel/seccomp/calling-child.ts";
import { installation } from "../../src/kernel/seccomp/installation.ts";
import { architectureNamed } from "../../src/seccomp/architecture/architecture.ts";
import { strictCalls } from "../../src/seccomp/architecture/strict-calls.ts";

const GETPPID = 110;
const GETUID = 102;
const X86_64 = 0xc000_003e;

/** One child: filters to install in order, then calls to make. */
interface Case {
  readonly filters: readonly (readonly ClassicInstruction[])[];
  readonly calls: readonly (readonly (number | string)[])[];
  readonly flags?: number;
  readonly nnp?: boolean;
  readonly user?: number;
  readonly handler?: boolean;
  readonly strict?: boolean;
}

interface Result {
  readonly parent: number;
  /** Of each filter: what seccomp(2) returned, and errno. */
  readonly installed: readonly (readonly [value: number, errno: number])[];
  readonly calls: readonly (readonly [value: number, errno: number])[];
  readonly caught: CaughtSignal | undefined;
  readonly signal: number | undefined;
  readonly exit: number | undefined;
}

const libc = await openLibc();
const missing = whyNot();
const child = "missing" in libc || missing !== "" ? undefined : new CallingChild(libc);

function whyNot(): string {
  if (process.platform !== "linux" || process.arch !== "x64") return " (skipped: not Linux on x86_64)";
  if (!readFileSync("/proc/self/status", "utf8").includes("Seccomp:")) return " (skipped: the kernel has no seccomp)";
  if ("missing" in libc) return ` (skipped: ${libc.missing})`;
  return "";
}

const NR = { exit: 60, setuid: 105, prctl: 157, seccomp: 317 } as const;
const [PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS] = [22n, 38n];

function runCases(cases: readonly Case[]): Result[] {
  return cases.map(({ filters, calls, flags = 0, nnp = true, user, handler = false, strict = false }) => {
    const before = [
      ...(user === undefined ? [] : [{ nr: NR.setuid, args: [BigInt(user)] }]),
      ...(nnp ? [{ nr: NR.prctl, args: [PR_SET_NO_NEW_PRIVS, 1n] }] : []),
    ];
    const behind = [
      ...(strict ? [{ nr: NR.prctl, args: [PR_SET_SECCOMP, 1n] }] : []),
      ...calls.map(([nr, ...args]) => ({ nr: Number(nr), args: args.map(BigInt) })),
      { nr: NR.exit, args: [7n] },
    ];
    const end = child!.run(
      before.length + filters.length + behind.length,
      (put) => [...before, ...filters.map((program) => installation(program, put, flags)), ...behind],
      handler,
    );
    const first = before.length + filters.length;
    const shown = (value: bigint) => (value < 0n ? ([-1, Number(-value)] as const) : ([Number(value), 0] as const));
    return {
      parent: process.pid,
      installed: end.results.slice(before.length, first).map(shown),
      calls: end.results.slice(first + (strict ? 1 : 0)).map(shown),
      caught: end.caught,
      signal: end.signal,
      exit: end.exit,
    };
  });
}

const statement = (code: number, k: number): ClassicInstruction => ({ code, jt: 0, jf: 0, k: k >>> 0 });

/** Answers getppid with a value and lets all else through. */
const answering = (value: number): ClassicInstruction[] => [
  statement(0x20, 0),
  { code: 0x15, jt: 0, jf: 1, k: GETPPID },
  statement(0x06, value),
  statement(0x06, ACTION.ALLOW),
];

/** What a child saw of its first call. */
function seen({ calls, signal, parent }: Result): string {
  if (signal !== undefined) return `signal ${signal}`;
  const [value, errno] = calls[0]!;
  if (errno !== 0) return `errno ${errno}`;
  return value === parent ? "runs" : `gives ${value}`;
}

/** What the simulation says that it sees. */
function simulated(outcome: Outcome): string {
  switch (outcome.kind) {
    case "run":
      return "runs";
    case "error":
      return `errno ${outcome.errno}`;
    case "return":
      return `gives ${outcome.value}`;
    default:
      return `signal ${outcome.signal}`;
  }
}

const KNOWN = Object.values(ACTION).map((action) => (action | 5) >>> 0);
const UNKNOWN = [0x0001_0000, 0x1234_0000, 0x9000_0000];

describe.skipIf(missing !== "")(`seccomp filters beside the running kernel${missing}`, () => {
  const compare = (stacks: readonly (readonly number[])[]) => {
    const results = runCases(
      stacks.map((values) => ({ filters: values.map((value) => answering(value)), calls: [[GETPPID]] })),
    );
    const call = { nr: GETPPID, arch: X86_64 };
    const shown = (values: readonly number[], text: string) =>
      `${values.map((value) => value.toString(16)).join(", ")}: ${text}`;
    expect(results.map((result, i) => shown(stacks[i]!, seen(result)))).toEqual(
      stacks.map((values) => {
        const filters = values.map((value) => new InterpretedFilter(answering(value)));
        return shown(values, simulated(outcomeOf(call, filters).outcome));
      }),
    );
  };

  it("do alike for every action, with and without data", () => {
    const data = [0, 1, 4095, 4096, 0xffff];
    compare(
      [...Object.values(ACTION), ...UNKNOWN, 0x7ffe_0000].flatMap((action) =>
        data.map((each) => [(action | each) >>> 0]),
      ),
    );
  });

  it("do alike for every stack of two", () => {
    const all = [...KNOWN, ...UNKNOWN, ACTION.ERRNO | 6];
    compare(all.flatMap((older) => all.map((newer) => [older, newer])));
  });

  it("do alike for every stack of three", () => {
    const other = (value: number, by: number) => (value + by) >>> 0;
    compare(KNOWN.flatMap((a) => KNOWN.flatMap((b) => KNOWN.map((c) => [a, other(b, 1), other(c, 2)]))));
  });

  it("send the same SIGSYS", () => {
    const [result] = runCases([{ filters: [answering(ACTION.TRAP | 0x1234)], calls: [[GETPPID]], handler: true }]);
    const { outcome } = outcomeOf({ nr: GETPPID, arch: X86_64 }, [
      new InterpretedFilter(answering(ACTION.TRAP | 0x1234)),
    ]);
    expect(outcome).toMatchObject({
      kind: "signal",
      signal: 31,
      info: { code: 1, errno: 0x1234, syscall: GETPPID, arch: X86_64 },
    });
    expect(result!.caught).toMatchObject({ signal: 31, errno: 0x1234, code: 1, syscall: GETPPID, arch: X86_64 });
  });

  it("leave the same calls in strict mode", () => {
    // Returning from a signal or a probe that never was is a crash, which strict mode has no part in.
    const calls = [...Array(462).keys()].filter((nr) => nr !== 15 && nr !== 335);
    const results = runCases(calls.map((nr) => ({ filters: [], calls: [[nr, 1000, 0, 0]], strict: true, nnp: false })));
    const permitted = strictCalls(architectureNamed("x86_64"));
    const told = (signal: number | undefined) => (signal === undefined ? "passes" : `signal ${signal}`);
    expect(calls.map((nr, i) => `${nr} ${told(results[i]!.signal)}`)).toEqual(
      calls.map((nr) => {
        const outcome = strictOutcome({ nr, arch: X86_64 }, permitted);
        return `${nr} ${told(outcome.kind === "killed" ? outcome.signal : undefined)}`;
      }),
    );
  });

  it("answer a process about its own mode and privileges", () => {
    const prctl = (...args: number[]) => [NR.prctl, ...args];
    const seccomp = (...args: number[]) => [NR.seccomp, ...args];
    const [GET_DUMPABLE, SET_DUMPABLE, GET, SET, SET_NNP, GET_NNP] = [3, 4, 21, 22, 38, 39];
    const allow = [statement(0x06, ACTION.ALLOW)];
    const lists: { calls: number[][]; filters?: ClassicInstruction[][]; nnp?: boolean }[] = [
      { calls: [prctl(GET), prctl(GET_NNP), prctl(GET_DUMPABLE)] },
      { calls: [prctl(GET), prctl(GET_NNP)], filters: [allow], nnp: true },
      { calls: [prctl(SET, 1), [0, 1000, 0, 0], prctl(GET)] },
      { calls: [seccomp(0, 0, 0), [0, 1000, 0, 0], [GETUID]] },
      { calls: [seccomp(0, 0, 0), [1, 1000, 0, 0], seccomp(0, 0, 0)] },
      { calls: [seccomp(0, 1, 0), seccomp(0, 0, 1), seccomp(4, 0, 0), seccomp(99, 0, 0), prctl(GET)] },
      { calls: [prctl(SET, 0), prctl(SET, 3), prctl(GET)] },
      { calls: [prctl(SET, 1), prctl(GET)], filters: [allow], nnp: true },
      { calls: [seccomp(0, 0, 0), seccomp(0, 1, 0), prctl(GET)], filters: [allow], nnp: true },
      {
        calls: [
          prctl(SET_NNP, 0),
          prctl(SET_NNP, 2),
          prctl(SET_NNP, 1, 1),
          prctl(GET_NNP),
          prctl(SET_NNP, 1),
          prctl(GET_NNP),
        ],
      },
      { calls: [prctl(SET_NNP, 1), prctl(SET_NNP, 0), prctl(GET_NNP), prctl(GET_NNP, 1), prctl(GET_NNP, 0, 0, 0, 1)] },
      {
        calls: [
          prctl(SET_DUMPABLE, 0),
          prctl(GET_DUMPABLE),
          prctl(SET_DUMPABLE, 2),
          prctl(SET_DUMPABLE, 1),
          prctl(GET_DUMPABLE),
        ],
      },
    ];
    const results = runCases(lists.map(({ calls, filters = [], nnp = false }) => ({ calls, filters, nnp })));
    const names = new Map<number, string>([
      [NR.prctl, "prctl"],
      [NR.seccomp, "seccomp"],
    ]);
    const simulated = ({ calls, filters = [], nnp = false }: (typeof lists)[0]) => {
      const thread = new SeccompThread(1, true);
      thread.noNewPrivileges = nnp;
      for (const filter of filters) thread.install(filter);
      const told: string[] = [];
      for (const [nr, ...args] of calls) {
        if (thread.mode === "strict" && !strictCalls(architectureNamed("x86_64")).has(nr!))
          return [...told, "signal 9"];
        const value = ownCall(thread, names.get(nr!) ?? "", args.map(BigInt));
        // Of other calls descriptor 1000 is bad.
        told.push(`${value ?? -9n}`);
      }
      return told;
    };
    expect(
      results.map(({ calls, signal }) => [
        // The last one is the child's own end.
        ...calls.map(([value, errno]) => `${errno === 0 ? value : -errno}`),
        ...(signal === undefined ? [] : [`signal ${signal}`]),
      ]),
    ).toEqual(lists.map(simulated));
  });

  it("compute alike with arguments, on the interpreter and compiled", () => {
    const alu = fc
      .record({
        code: fc.constantFrom(
          0x04,
          0x14,
          0x24,
          0x34,
          0x44,
          0x54,
          0x64,
          0x74,
          0x0c,
          0x1c,
          0x2c,
          0x3c,
          0x4c,
          0x5c,
          0x6c,
          0x7c,
          0x84,
        ),
        k: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.nat(0x7fff_ffff)),
      })
      .map(({ code, k }) => statement(code, (code & 0xf7) === 0x64 || (code & 0xf7) === 0x74 ? k % 32 : k));
    const other = fc.oneof(
      fc.constantFrom(0x07, 0x87, 0x80, 0x81).map((code) => statement(code, 0)),
      fc.nat(15).map((k) => statement(0x20, k * 4)),
      fc.nat(3).map((k) => statement(0x02, k)),
      fc.nat(3).map((k) => statement(0x60, k)),
      fc.nat(0x7fff_ffff).map((k) => statement(0x01, k)),
      fc.record({
        code: fc.constantFrom(0x15, 0x25, 0x35, 0x45, 0x1d, 0x2d, 0x3d, 0x4d),
        jt: fc.nat(2),
        jf: fc.nat(2),
        k: fc.nat(),
      }),
    );
    const body = fc.array(fc.oneof(alu, other), { minLength: 3, maxLength: 20 });
    const programs = fc.sample(body, { numRuns: 200, seed: 7 }).map((drawn) => [
      statement(0x20, 0),
      { code: 0x15, jt: 1, jf: 0, k: GETPPID },
      statement(0x06, ACTION.ALLOW),
      ...[0, 1, 2, 3].map((slot) => statement(0x02, slot)),
      statement(0x20, 16),
      ...drawn,
      // Padding, so that no jump leaves the program; then all 32 bits are folded into an error number.
      statement(0x87, 0),
      statement(0x07, 0),
      statement(0x03, 4),
      statement(0x74, 16),
      statement(0x61, 4),
      statement(0x0c, 0),
      statement(0x54, 0xfff),
      statement(0x44, ACTION.ERRNO),
      statement(0x16, 0),
    ]);
    const args = [0x1234_5678_9abc_def0n, 3n, 0xffff_ffffn, 1n << 63n, 7n, 0n];
    const results = runCases(
      programs.map((program) => ({ filters: [program], calls: [[GETPPID, ...args.map(String)]] })),
    );
    const place = new SeccompMachine();
    let decided = 0;
    for (const [i, program] of programs.entries()) {
      const accepted = checkSeccompFilter(program).length === 0;
      expect(results[i]!.installed[0]![1], `program ${i}`).toBe(accepted ? 0 : 22);
      // The address of the call is the kernel's to know.
      if (!accepted || program.some(({ code, k }) => code === 0x20 && (k === 8 || k === 12))) continue;
      const call = { nr: GETPPID, arch: X86_64, args };
      const reference = new InterpretedFilter(program);
      const compiled = new CompiledFilter(program, place);
      expect(decide(call, [reference]).returnValue).toBe(
        (() => {
          const { words } = place;
          words.set([
            GETPPID,
            X86_64,
            0,
            0,
            ...args.flatMap((value) => [Number(value & 0xffff_ffffn), Number(value >> 32n)]),
          ]);
          return compiled.run(words);
        })(),
      );
      expect(seen(results[i]!), `program ${i}`).toBe(simulated(outcomeOf(call, [reference]).outcome));
      compiled.release();
      decided++;
    }
    expect(decided).toBeGreaterThan(50);
  });

  it("are refused for the same reasons", () => {
    const allow = [statement(0x06, ACTION.ALLOW)];
    const programs: Record<string, ClassicInstruction[]> = {
      empty: [],
      "one instruction": allow,
      "4096 instructions": [...Array<ClassicInstruction>(4095).fill(statement(0x00, 0)), ...allow],
      "4097 instructions": [...Array<ClassicInstruction>(4096).fill(statement(0x00, 0)), ...allow],
      "no return": [statement(0x00, 0)],
      "a byte": [statement(0x30, 0), ...allow],
      "a half word": [statement(0x28, 0), ...allow],
      "an offset beyond": [statement(0x20, 64), ...allow],
      "an offset between": [statement(0x20, 2), ...allow],
      "the last word": [statement(0x20, 60), ...allow],
      "an ancillary load": [statement(0x20, -4096), ...allow],
      "an indirect load": [statement(0x40, 0), ...allow],
      "the header length": [statement(0xb1, 0), ...allow],
      len: [statement(0x80, 0), ...allow],
      mod: [statement(0x94, 3), ...allow],
      xor: [statement(0xa4, 3), ...allow],
      "xor x": [statement(0xac, 0), ...allow],
      "division by 0": [statement(0x34, 0), ...allow],
      "shift by 32": [statement(0x64, 32), ...allow],
      "slot 16": [statement(0x02, 16), ...allow],
      "an unwritten slot": [statement(0x60, 0), ...allow],
      "ret x": [statement(0x0e, 0)],
      "ret a": [statement(0x00, ACTION.ALLOW), statement(0x16, 0)],
      "a jump out": [{ code: 0x15, jt: 5, jf: 0, k: 0 }, ...allow],
    };
    const names = Object.keys(programs);
    const results = runCases(names.map((name) => ({ filters: [programs[name]!], calls: [] })));
    const want = (program: readonly ClassicInstruction[]) => {
      const thread = new SeccompThread(1);
      thread.noNewPrivileges = true;
      const result = thread.install(program);
      return result.ok ? 0 : "errno" in result ? result.errno : -1;
    };
    expect(names.map((name, i) => [name, results[i]!.installed[0]![1]])).toEqual(
      names.map((name) => [name, want(programs[name]!)]),
    );
  });

  it("are refused for the same flags and the same lack of privileges", () => {
    const program = answering(ACTION.ERRNO | 5);
    const flags = Array.from({ length: 129 }, (_, i) => i);
    const results = runCases([
      ...flags.map((each) => ({ filters: [program, program], calls: [], flags: each })),
      { filters: [program], calls: [], nnp: false, user: 65534 },
    ]);
    const got = results.map(({ installed }) => installed.map(([value, errno]) => (value >= 0 ? 0 : errno)));
    const want = flags.map((each) => {
      const thread = new SeccompThread(1);
      thread.noNewPrivileges = true;
      return [program, program].map((one) => {
        const result = thread.install(one, each);
        return result.ok ? 0 : "errno" in result ? result.errno : -1;
      });
    });
    const unprivileged = new SeccompThread(1).install(program);
    expect(unprivileged).toMatchObject({ ok: false, errno: 13 });
    const isRoot = process.getuid?.() === 0;
    expect(isRoot ? got : got.slice(0, -1)).toEqual(isRoot ? [...want, [13]] : want);
  });

  it("fill a thread's path to the same length", () => {
    const long = [...Array<ClassicInstruction>(4095).fill(statement(0x00, 0)), statement(0x06, ACTION.ALLOW)];
    const mixed = [...answering(0x8000_0000), ...answering(ACTION.TRACE)].slice(0, 4);
    const [result] = runCases([{ filters: [...Array(9).fill(long), ...Array(40).fill(mixed)], calls: [] }]);
    const thread = new SeccompThread(1);
    thread.noNewPrivileges = true;
    const want = [...Array(9).fill(long), ...Array(40).fill(mixed)].map((program) => {
      const outcome = thread.install(program);
      return outcome.ok ? 0 : "errno" in outcome ? outcome.errno : -1;
    });
    expect(result!.installed.map(([, errno]) => errno)).toEqual(want);
    expect(want).toContain(12);
  });
});
