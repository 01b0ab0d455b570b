import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { isSyscall } from "../../../src/seccomp/architecture/syscalls.ts";
import { groupMembers, groups } from "../../../src/seccomp/profile/systemd-groups.ts";
import { answersOf, problemsOf, profileOf } from "./policy-text.ts";

const FILE = "x.service";

type Answers = Readonly<Record<string, string>>;

describe("SystemCallFilter= and its relatives", () => {
  it.each<{ name: string; have: string; want: Answers }>([
    {
      name: "a list of what may be made, with what a process needs to start",
      have: "[Service]\nExecStart=/bin/true\nSystemCallFilter=read write\n",
      want: {
        read: "ALLOW",
        execve: "ALLOW",
        ptrace: "KILL_PROCESS",
        "x86 read": "ALLOW",
        "x32 ptrace": "KILL_PROCESS",
      },
    },
    {
      name: "a list of what may not",
      have: "SystemCallFilter=~ptrace @module\nSystemCallErrorNumber=EPERM\n",
      want: { ptrace: "ERRNO(1)", init_module: "ERRNO(1)", read: "ALLOW", "x86 ptrace": "ERRNO(1)" },
    },
    {
      name: "the first assignment's kind, to which others add or from which they take",
      have: "SystemCallFilter=@basic-io\nSystemCallFilter=~write writev\nSystemCallFilter=mkdir\n",
      want: { read: "ALLOW", write: "KILL_PROCESS", writev: "KILL_PROCESS", mkdir: "ALLOW", rmdir: "KILL_PROCESS" },
    },
    {
      name: "the same for a list of what may not",
      have: "SystemCallFilter=~@basic-io\nSystemCallFilter=write\nSystemCallFilter=~mkdir\n",
      want: { read: "KILL_PROCESS", write: "ALLOW", mkdir: "KILL_PROCESS", rmdir: "ALLOW" },
    },
    {
      name: "calls that are needed to start can be taken away",
      have: "SystemCallFilter=read\nSystemCallFilter=~execve\n",
      want: { read: "ALLOW", exit: "ALLOW", execve: "KILL_PROCESS" },
    },
    {
      name: "calls with answers of their own, in either kind of list",
      have: "SystemCallFilter=~ptrace:EACCES mount:kill @swap:5 bpf\nSystemCallErrorNumber=ENOSYS\n",
      want: { ptrace: "ERRNO(13)", mount: "KILL_PROCESS", swapon: "ERRNO(5)", bpf: "ERRNO(38)", read: "ALLOW" },
    },
    {
      name: "and among those that may be made",
      have: "SystemCallFilter=read write:EPERM close:kill\nSystemCallFilter=~dup:9\nSystemCallErrorNumber=1\n",
      want: { read: "ALLOW", write: "ERRNO(1)", close: "KILL_PROCESS", dup: "ERRNO(9)", open: "ERRNO(1)" },
    },
    {
      name: "nothing of what is before an empty assignment",
      have: "SystemCallFilter=~read\nSystemCallErrorNumber=1\nSystemCallFilter=\nSystemCallErrorNumber=\nSystemCallFilter=read\n",
      want: { read: "ALLOW", write: "KILL_PROCESS" },
    },
    {
      name: "only the machine's own calls, and those of others that are named",
      have: "SystemCallFilter=~ptrace\nSystemCallArchitectures=native\n",
      want: { read: "ALLOW", ptrace: "KILL_PROCESS", "x86 read": "KILL_THREAD", "x32 read": "KILL_THREAD" },
    },
    {
      name: "whose own are always there",
      have: "SystemCallArchitectures=x86\n",
      want: { read: "ALLOW", "x86 read": "ALLOW", "x32 read": "KILL_THREAD" },
    },
    {
      name: "records, which refuse nothing and permit nothing",
      have: "SystemCallFilter=read write\nSystemCallErrorNumber=EPERM\nSystemCallLog=write ptrace\n",
      want: { read: "ALLOW", write: "LOG", ptrace: "ERRNO(1)", open: "ERRNO(1)" },
    },
    {
      name: "records of all but some",
      have: "SystemCallLog=~@basic-io\nSystemCallLog=open\nSystemCallLog=~close\nSystemCallFilter=~mount\n",
      want: { read: "ALLOW", open: "LOG", close: "ALLOW", ptrace: "LOG", mount: "KILL_PROCESS" },
    },
    {
      name: "lines that go on, with comments between",
      have: "# SystemCallFilter=~read\n; SystemCallFilter=~read\nSystemCallFilter=read \\\n# and\n  write\n",
      want: { read: "ALLOW", write: "ALLOW", open: "KILL_PROCESS" },
    },
    {
      name: "groups within groups",
      have: "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged\n",
      want: { read: "ALLOW", socket: "ALLOW", chown: "KILL_PROCESS", bpf: "KILL_PROCESS", mount: "KILL_PROCESS" },
    },
    {
      name: "@known, in which newer calls are not",
      have: "SystemCallFilter=@known\n",
      want: { read: "ALLOW", seccomp: "ALLOW", landlock_create_ruleset: "ALLOW", cachestat: "KILL_PROCESS" },
    },
  ])("are $name", ({ have, want }) => {
    const profile = profileOf(FILE, have);
    expect(profile.language).toBe("systemd");
    const calls = Object.keys(want);
    expect(Object.fromEntries(answersOf(profile, calls).map((answer, i) => [calls[i], answer]))).toEqual(want);
  });

  it.each<{ name: string; have: string; want: string[] }>([
    {
      name: "calls, groups, errors and architectures that there are not",
      have: "[Service]\nSystemCallFilter=raed @basic-oi read:EPREM \\\n  wirte\nSystemCallErrorNumber=EFOO\nSystemCallArchitectures=native vax\nSystemCallLog=opne\n",
      want: [
        "2:18 No architecture has a system call 'raed'.",
        "2:23 There is no group '@basic-oi'.",
        "2:33 There is no error number 'EPREM'.",
        "3:3 No architecture has a system call 'wirte'.",
        "4:23 There is no error number 'EFOO'.",
        "5:32 There is no architecture 'vax'.",
        "6:15 No architecture has a system call 'opne'.",
      ],
    },
    {
      name: "settings that there are not",
      have: "SystemCallFliter=read\nSystemCallFilter=write\n",
      want: ["1:1 There is no setting 'SystemCallFliter='."],
    },
    {
      name: "error numbers that the kernel does not give",
      have: "SystemCallFilter=read:4096 write:-1 open: close:0\nSystemCallErrorNumber=0\nSystemCallErrorNumber=4096\nSystemCallErrorNumber=1 2\n",
      want: [
        "1:18 There is no error number '4096'.",
        "1:28 There is no error number '-1'.",
        "1:37 There is no error number ''.",
        "2:23 There is no error number '0'.",
        "3:23 There is no error number '4096'.",
        "4:25 '2' stands behind the only value of the setting.",
      ],
    },
    {
      name: "answers where there are none, and signs in the middle",
      have: "SystemCallLog=read:EPERM\nSystemCallFilter=read ~write\n",
      want: [
        "1:15 No architecture has a system call 'read:EPERM'.",
        "2:23 No architecture has a system call '~write'.",
      ],
    },
    {
      name: "nothing to filter",
      have: "[Service]\nExecStart=/bin/true\n",
      want: ["1:1 The unit filters no system calls."],
    },
    { name: "nothing at all", have: "", want: ["1:1 The unit filters no system calls."] },
    {
      name: "groups of later systemds",
      have: "SystemCallFilter=@sandbox\n",
      want: ["1:18 There is no group '@sandbox'."],
    },
  ])("are refused with $name", ({ have, want }) => {
    expect(problemsOf(FILE, have)).toEqual(want);
  });

  const analyzed = spawnSync("systemd-analyze", ["syscall-filter", "--no-pager"], { encoding: "utf8" });
  // Debian's 252.39 has calls that 252 itself has not.
  const version = /\((\d+\.\d+)/.exec(
    spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" }).stdout ?? "",
  )?.[1];
  const missing =
    analyzed.status !== 0
      ? " (skipped: systemd-analyze is not installed)"
      : version !== "252.39"
        ? ` (skipped: this is systemd ${version}, and the groups are those of 252.39)`
        : "";

  it.skipIf(missing !== "")(`have systemd's groups${missing}`, () => {
    const theirs = new Map<string, string[]>();
    let members: string[] = [];
    for (const line of analyzed.stdout.split("\n")) {
      if (/^[@#]/.test(line)) members = [];
      if (line.startsWith("@")) theirs.set(line.trim(), members);
      else if (/^\s+[^#\s]/.test(line)) members.push(line.trim());
    }
    expect(theirs.size).toBe(29);
    expect([...theirs.keys()].sort()).toEqual([...groups().keys()].sort());
    const all = (name: string): string[] =>
      (theirs.get(name) ?? []).flatMap((member) => (member.startsWith("@") ? all(member) : [member]));
    for (const [name] of theirs) {
      const known = all(name).filter(isSyscall);
      expect([name, ...new Set(groupMembers(name).toSorted())]).toEqual([name, ...new Set(known.toSorted())]);
    }
    // Calls without a place here are those of architectures that are not here.
    expect(new Set(all("@known").filter((call) => !isSyscall(call) && !call.startsWith("osf_"))).size).toBe(23);
  });
});
