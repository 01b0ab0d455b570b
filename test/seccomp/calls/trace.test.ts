import { describe, expect, it } from "vitest";
import { returnValue } from "../../../src/hooks/seccomp/action.ts";
import { architectureNamed } from "../../../src/seccomp/architecture/architecture.ts";
import { argumentValue } from "../../../src/seccomp/calls/argument.ts";
import { CallCollector } from "../../../src/seccomp/calls/learn.ts";
import { splitArguments } from "../../../src/seccomp/calls/split-arguments.ts";
import { TraceJudge } from "../../../src/seccomp/calls/trace-judge.ts";
import { TraceReader } from "../../../src/seccomp/calls/trace-reader.ts";
import { compileProfile } from "../../../src/seccomp/compile/compile.ts";
import { DEFAULT_CAPABILITIES } from "../../../src/seccomp/profile/profile.ts";
import { readProfile } from "../../../src/seccomp/profile/read-profile.ts";

const x86_64 = architectureNamed("x86_64");

/** The calls of a trace, each as its architecture, name and arguments. */
function callsOf(text: string): { calls: string[]; reader: TraceReader } {
  const calls: string[] = [];
  const reader = new TraceReader(x86_64, ({ name, architecture, text: line, start, values, count, nr }) => {
    const args =
      line === undefined
        ? (values ?? []).map((value) => `0x${value.toString(16)}`)
        : splitArguments(line, start).arguments;
    calls.push(`${architecture.name} ${nr ?? name}(${args.join("; ")})${count === 1 ? "" : ` x${count}`}`);
  });
  for (const line of text.split("\n")) reader.readLine(line);
  reader.end();
  return { calls, reader };
}

describe("a trace", () => {
  it.each([
    { name: "a plain line", have: 'read(3, "a\\"),(", 832) = 5', want: ['x86_64 read(3; "a\\"),("; 832)'] },
    { name: "strace -f on a terminal", have: "[pid 1234] close(3)        = 0", want: ["x86_64 close(3)"] },
    { name: "strace -f into a file", have: "1234  close(3) = 0", want: ["x86_64 close(3)"] },
    {
      name: "times",
      have: "12 10:11:12.345678 close(3) = 0\n1700000000.123 close(4) = 0",
      want: ["x86_64 close(3)", "x86_64 close(4)"],
    },
    {
      name: "relative times and addresses",
      have: "     0.000123 close(3) = 0\n[00007f1234567890] close(4) = 0",
      want: ["x86_64 close(3)", "x86_64 close(4)"],
    },
    {
      name: "names of files and processes",
      have: "[pid 12<sh>] read(3</etc/a,b>, [1, 2], {x=1, y=[2]}) = 0",
      want: ["x86_64 read(3</etc/a,b>; [1, 2]; {x=1, y=[2]})"],
    },
    {
      name: "notes",
      have: "ioctl(3, 0x5421 /* FIONBIO, or (x) */, 1) = 0",
      want: ["x86_64 ioctl(3; 0x5421 /* FIONBIO, or (x) */; 1)"],
    },
    {
      name: "calls that others interrupt",
      have: '1 read(3,  <unfinished ...>\n2 write(1, "x", 1) = 1\n1 <... read resumed>"ab", 2) = 2',
      want: ['x86_64 write(1; "x"; 1)', 'x86_64 read(3; "ab"; 2)'],
    },
    {
      name: "a call that never comes back",
      have: "1 exit_group(0 <unfinished ...>\n1 +++ exited with 0 +++",
      want: ["x86_64 exit_group(0)"],
    },
    {
      name: "processes of other kinds",
      have: "[ Process PID=7 runs in 32 bit mode. ]\n7 read(3, 0, 1) = 0\n8 read(3, 0, 1) = 0\n[ Process PID=7 runs in x32 mode. ]\n7 close(1) = 0",
      want: ["x86 read(3; 0; 1)", "x86_64 read(3; 0; 1)", "x32 close(1)"],
    },
    { name: "numbers without a name", have: "syscall_0x3e7(0x1, 0x2) = -1 ENOSYS", want: ["x86_64 999(0x1; 0x2)"] },
    {
      name: "a summary",
      have: "% time     seconds  usecs/call     calls    errors syscall\n------ ----------- ----------- --------- --------- ----------------\n 25.00    0.000123          12        10         2 openat\n  0.00    0.000000           0         1           close\n------ ----------- ----------- --------- --------- ----------------\n100.00    0.000123                    11         2 total",
      want: ["x86_64 openat() x10", "x86_64 close()"],
    },
    {
      name: "audit records",
      have: 'type=SECCOMP msg=audit(1.2:3): auid=0 pid=5 comm="x" exe="/x" sig=31 arch=c000003e syscall=56 compat=0 ip=0x7f code=0x80000000\ntype=SYSCALL msg=audit(1.2:3): arch=40000003 syscall=5 success=yes exit=3 a0=ffffff9c a1=1 a2=0 a3=0 items=1',
      want: ["x86_64 56()", "x86 5(0xffffff9c; 0x1; 0x0; 0x0)"],
    },
    {
      name: "numbers, addresses, names and stacks beside the calls",
      have: '24359 [  59] execve("/bin/sh") = 0\n24359<sh> [00007fa1c7aa79e7] close(3) = 0\n > /lib/ld.so.2(_dl_catch_error+0x26f0) [0x1ab70]\n > [unknown]()\n[pid 7<a b>] close(4) = 0',
      want: ['x86_64 execve("/bin/sh")', "x86_64 close(3)", "x86_64 close(4)"],
    },
    {
      name: "calls that a summary counts once more only once",
      have: "close(3) = 0\n% time     seconds  usecs/call     calls    errors syscall\n 25.00    0.000123          12         1           close\n------ ----------- ----------- --------- --------- ----------------\n100.00    0.000123                     1           total",
      want: ["x86_64 close(3)"],
    },
    {
      name: "a container's records in the kernel's log",
      have: '[ 12.345] audit: type=1326 audit(1700000000.1:42): auid=4294967295 uid=0 gid=0 ses=4294967295 subj=docker-default pid=99 comm="x" exe="/x" sig=0 arch=c00000b7 syscall=97 compat=0 ip=0xffff code=0x7ffc0000',
      want: ["aarch64 97()"],
    },
    {
      name: "nothing of what is no call",
      have: "strace: Process 12 attached\n12 --- SIGCHLD {si_signo=SIGCHLD} ---\n12 +++ exited with 0 +++\n",
      want: [],
    },
  ])("gives $name", ({ have, want }) => {
    const { calls, reader } = callsOf(have);
    expect(calls).toEqual(want);
    expect(reader.unread).toEqual([]);
  });

  it("tells lines that it does not understand", () => {
    const { reader } = callsOf("read(1) = 0\nwhat is this\n");
    expect(reader.unread).toEqual([{ line: 2, text: "what is this" }]);
  });
});

describe("an argument", () => {
  it.each([
    ["3", 3n],
    ["0x1f", 31n],
    ["0644", 420n],
    ["O_RDONLY|O_CLOEXEC", 0x80000n],
    ["AT_FDCWD", 0xffff_ff9cn],
    ["-1", 0xffff_ffffn],
    ["-10000000000", BigInt.asUintN(64, -10000000000n)],
    ["3</etc/passwd>", 3n],
    ["AT_FDCWD</home>", 0xffff_ff9cn],
    ["NULL", 0n],
    ["flags=CLONE_VM|SIGCHLD", 0x111n],
    ["0x5421 /* FIONBIO */", 0x5421n],
    ["~0", 0xffff_ffffn],
    ["1<<4", 16n],
    ["makedev(0x1, 0x3)", 0x103n],
  ])("%s is %s", (text, value) => {
    expect(argumentValue(text)).toEqual({ value, isAddress: false });
  });

  it.each(['"text"...', "{a=1}", "[1]", "[{WIFEXITED(s)}]"])("%s is an address", (text) => {
    expect(argumentValue(text)?.isAddress).toBe(true);
  });

  it.each(["", "WHAT_EVER", "1+", "a b"])("'%s' has no value", (text) => {
    expect(argumentValue(text)).toBeUndefined();
  });
});

describe("judging a trace", () => {
  const profile = readProfile(
    "rules.yaml",
    `default: ERRNO(1)
architectures: [x86_64, x86]
rules:
  - { action: ALLOW, calls: [read] }
  - { action: ALLOW, call: openat, args: ["a2 & O_ACCMODE == O_RDONLY"] }
  - { action: TRAP, call: write, args: ["a1 == 0"] }
`,
    { architecture: x86_64, capabilities: DEFAULT_CAPABILITIES },
    () => {
      throw new Error("nothing is included");
    },
  );

  it.each([
    ["read(3, 0, 1)", returnValue("ALLOW")],
    ['openat(AT_FDCWD, "x", O_RDONLY|O_CLOEXEC) = 3', returnValue("ALLOW")],
    ['openat(AT_FDCWD, "x", O_WRONLY) = 3', returnValue("ERRNO", 1)],
    ['openat(AT_FDCWD, "x", O_NEWFLAG) = 3', "depends"],
    // Where a pointer goes no trace tells.
    ['write(1, "x", 1)', "depends"],
    ["write(1, NULL, 1)", returnValue("TRAP")],
    ["nothing_of_the_kind(1)", "unknown"],
  ])("%s", (text, want) => {
    const judge = new TraceJudge([compileProfile(profile)]);
    const got: unknown[] = [];
    const reader = new TraceReader(x86_64, (call) => got.push(judge.judge(call)));
    reader.readLine(text);
    expect(got).toEqual([want]);
  });
});

describe("learning", () => {
  it("makes a profile that lets through all it saw, and nothing else", () => {
    const trace =
      'openat(AT_FDCWD, "x", O_RDONLY) = 3\nsocket(AF_UNIX, SOCK_STREAM, 0) = 4\nsocket(AF_INET, SOCK_STREAM, 0) = 4\nexit_group(0) = ?\nmade_up(1) = 0\n';
    const collector = new CallCollector(true);
    const reader = new TraceReader(x86_64, (call) => collector.add(call));
    for (const line of trace.split("\n")) reader.readLine(line);
    const learned = readProfile(
      "learned.json",
      JSON.stringify(collector.profile()),
      { architecture: x86_64, capabilities: DEFAULT_CAPABILITIES },
      () => {
        throw new Error("nothing is included");
      },
    );
    const judge = new TraceJudge([compileProfile(learned)]);
    const answers: Record<string, unknown> = {};
    const again = new TraceReader(x86_64, (call) => {
      answers[call.text!] = judge.judge(call);
    });
    const more = "socket(AF_PACKET, SOCK_RAW, 0) = 4\nread(1) = 0";
    for (const line of `${trace}${more}`.split("\n")) again.readLine(line);
    const refused = returnValue("ERRNO", 38);
    expect(Object.values(answers)).toEqual([...Array(4).fill(returnValue("ALLOW")), "unknown", refused, refused]);
    expect([...collector.unknown]).toEqual(["made_up"]);
  });
});
