import { describe, expect, it } from "vitest";
import { answersOf, problemsOf, profileOf } from "./policy-text.ts";

const FILE = "p.policy";

/** Calls, and what the policy answers. */
type Answers = Readonly<Record<string, string>>;

describe("a minijail policy", () => {
  it.each<{ name: string; have: string; files?: Record<string, string>; want: Answers }>([
    {
      name: "permits what its lines permit, and kills for all else",
      have: "# comment\nread: 1\nwrite: allow\n\n60: 1\n",
      want: {
        "read(0)": "ALLOW",
        write: "ALLOW",
        exit: "ALLOW",
        openat: "KILL_PROCESS",
        "x32 read": "KILL_PROCESS",
        "x86 read": "KILL_PROCESS",
      },
    },
    {
      name: "compares arguments as unsigned numbers of 64 bits",
      have: "read: arg0 == 3\nwrite: arg2 < 0x100000000\nlseek: arg1 >= -2\nclose: arg0 != 1\nioctl: arg1 > 5\ndup: arg0 <= 010\n",
      want: {
        "read(3)": "ALLOW",
        "read(4)": "KILL_PROCESS",
        "read(0x100000003)": "KILL_PROCESS",
        "write(0, 0, 0xffffffff)": "ALLOW",
        "write(0, 0, 0x100000000)": "KILL_PROCESS",
        "lseek(0, 0xfffffffffffffffe)": "ALLOW",
        "lseek(0, 0xfffffffd)": "KILL_PROCESS",
        "close(1)": "KILL_PROCESS",
        "close(0)": "ALLOW",
        "ioctl(0, 5)": "KILL_PROCESS",
        "ioctl(0, 6)": "ALLOW",
        "dup(8)": "ALLOW",
        "dup(9)": "KILL_PROCESS",
      },
    },
    {
      name: "& asks for any of the bits, in for none but them",
      have: "mmap: arg2 & PROT_EXEC\nmprotect: arg2 in PROT_READ|PROT_WRITE\nmadvise: arg2 in ~PROT_EXEC\nmsync: arg2 & 4 == 4\n",
      want: {
        "mmap(0, 0, PROT_EXEC|PROT_READ)": "ALLOW",
        "mmap(0, 0, PROT_READ)": "KILL_PROCESS",
        "mprotect(0, 0, PROT_READ)": "ALLOW",
        "mprotect(0, 0, 0)": "ALLOW",
        "mprotect(0, 0, PROT_READ|PROT_EXEC)": "KILL_PROCESS",
        "mprotect(0, 0, 0x100000001)": "KILL_PROCESS",
        "madvise(0, 0, 0xfff3)": "ALLOW",
        "madvise(0, 0, 4)": "KILL_PROCESS",
        "msync(0, 0, 5)": "ALLOW",
        "msync(0, 0, 3)": "KILL_PROCESS",
      },
    },
    {
      name: "&& goes before ||",
      have: "socket: arg0 == AF_UNIX && arg1 == SOCK_STREAM || arg0 == AF_INET\n",
      want: {
        "socket(AF_UNIX, SOCK_STREAM)": "ALLOW",
        "socket(AF_UNIX, SOCK_DGRAM)": "KILL_PROCESS",
        "socket(AF_INET, SOCK_DGRAM)": "ALLOW",
      },
    },
    {
      name: "return gives what happens where the expression does not hold",
      have: "openat: arg2 & O_ACCMODE == O_RDONLY; return EACCES\nmkdir: return 1\nptrace: return EPERM\n",
      want: {
        'openat(AT_FDCWD, "x", O_RDONLY)': "ALLOW",
        'openat(AT_FDCWD, "x", O_WRONLY)': "ERRNO(13)",
        mkdir: "ERRNO(1)",
        ptrace: "ERRNO(1)",
      },
    },
    {
      name: "in braces the first filter that fits decides, with its own action",
      have: "{ read, write }: { arg0 == 0; allow, arg0 == 1; trap, arg0 == 2; return 9, kill-thread }\n",
      want: { "read(0)": "ALLOW", "write(1)": "TRAP", "read(2)": "ERRNO(9)", "write(3)": "KILL_THREAD" },
    },
    {
      name: "has all actions",
      have: "read: kill\nwrite: kill-process\nopen: kill-thread\nclose: trap\nstat: log\nfstat: trace\nlstat: user-notify\n",
      want: {
        read: "KILL_PROCESS",
        write: "KILL_PROCESS",
        open: "KILL_THREAD",
        close: "TRAP",
        stat: "LOG",
        fstat: "TRACE(0)",
        lstat: "USER_NOTIF",
      },
    },
    { name: "@default", have: "@default trap\nread: 1\n", want: { read: "ALLOW", write: "TRAP" } },
    {
      name: "lines for some architectures",
      have: "read[arch=x86_64,arm64]: 1\nwrite[arch=arm]: 1\n",
      want: { read: "ALLOW", write: "KILL_PROCESS" },
    },
    {
      name: "lines that go on behind a backslash, and inside of braces",
      have: "read: arg0 == 1 || \\\n  arg0 == 2\n{\n  write,\n  close\n}: 1\n",
      want: { "read(2)": "ALLOW", write: "ALLOW", close: "ALLOW" },
    },
    {
      name: "@include",
      have: "@include ./base.policy\nread: 1\n",
      files: { "base.policy": "write: 1\n@include ./more.policy\n", "more.policy": "close: 1\n" },
      want: { read: "ALLOW", write: "ALLOW", close: "ALLOW", open: "KILL_PROCESS" },
    },
  ])("$name", ({ have, files, want }) => {
    const profile = profileOf(FILE, have, files);
    expect(profile.language).toBe("minijail");
    const calls = Object.keys(want);
    expect(Object.fromEntries(answersOf(profile, calls).map((answer, i) => [calls[i], answer]))).toEqual(want);
  });

  it.each<{ name: string; have: string; files?: Record<string, string>; want: string[] }>([
    {
      name: "every unknown call, constant and architecture",
      have: "raed: 1\nread: arg0 == O_RDONYL\nwrite[arch=vax]: 1\n  clsoe: 1\n",
      want: [
        "1:1 No architecture has a system call 'raed'.",
        "2:15 'O_RDONYL' is no argument and no known constant.",
        "3:12 There is no architecture 'vax'.",
        "4:3 No architecture has a system call 'clsoe'.",
      ],
    },
    {
      name: "operators that there are not",
      have: "read: arg0 ** 3\nwrite: arg0 === 3\nclose: arg0 = 3\n",
      want: [
        "1:12 A comparison is missing, before '*'.",
        "2:15 An argument or a constant is missing here, before '='.",
        "3:13 A comparison is missing, before '='.",
      ],
    },
    {
      name: "an argument beyond the sixth",
      have: "read: arg6 == 1\n",
      want: ["1:7 'arg6' is no argument and no known constant."],
    },
    {
      name: "constants that are no filter, whatever their value",
      have: "read: 2\nwrite: 0\nclose: arg0 == 1 || 1\ndup: arg0\n",
      want: [
        "1:8 A comparison is missing, before the end of the text.",
        "2:9 A comparison is missing, before the end of the text.",
        "3:22 A comparison is missing, before the end of the text.",
        "4:10 A comparison is missing, before the end of the text.",
      ],
    },
    {
      name: "defaults that permit",
      have: "@default allow\n@default log\n@default nothing\nread: 1\n",
      want: [
        "1:10 A default action is missing, before 'allow'.",
        "2:10 A default action is missing, before 'log'.",
        "3:10 A default action is missing, before 'nothing'.",
      ],
    },
    {
      name: "numbers that are too large",
      have: "4294967296: 1\nread: arg0 == 0x10000000000000000\nwrite: return 4096\nclose: arg0 == 09\n",
      want: [
        "1:1 A call's number has at most 32 bits, before '4294967296'.",
        "2:15 The number has more than 64 bits, before '0x10000000000000000'.",
        "3:15 An error number is missing behind 'return', before '4096'.",
        "4:16 '09' begins with 0, as octal numbers do, and is none.",
      ],
    },
    {
      name: "two lines for one call",
      have: "read: 1\nwrite: 1\nread: return 1\n",
      want: ["3:1 The call 'read' has a line already."],
    },
    {
      name: "what is missing or too much",
      have: "read\n: 1\nwrite: \nclose: 1 1\nopen: arg0 == 1;\n{ dup: 1\n",
      want: [
        "1:5 ':' is missing here, before the end of the text.",
        "2:1 A call's name is missing, before ':'.",
        "3:8 An argument or a constant is missing here, before the end of the text.",
        "4:10 The line should end here, before '1'.",
        "5:17 An action is missing here, before the end of the text.",
        "6:6 '}' is missing here, before ':'.",
      ],
    },
    {
      name: "files that cannot be included",
      have: "@include\n@include ./none.policy\n@include ./loop.policy\n@incldue ./x\n",
      files: { "loop.policy": "write: 1\n@include ./loop.policy\n" },
      want: [
        "1:1 '@include' is no directive.",
        "2:1 none.policy cannot be read.",
        "loop.policy:2:1 'loop.policy' is included within itself.",
        "4:1 '@incldue ./x' is no directive.",
      ],
    },
    {
      name: "expressions that are too deep",
      have: `read: ${"(".repeat(50_000)}arg0 == 1${")".repeat(50_000)}\n`,
      want: ["1:108 Expressions are nested more than 100 deep, before '('."],
    },
    {
      name: "expressions with too many alternatives",
      have: `read: ${Array(13).fill("(arg0 == 1 || arg1 == 2)").join(" && ")}\n`,
      want: ["1:7 The expression has too many alternatives, before '('."],
    },
  ])("is refused with $name", ({ have, files, want }) => {
    expect(problemsOf(FILE, have, files)).toEqual(want);
  });

  it("that includes files thousands of times is refused", () => {
    const files = Object.fromEntries(
      Array.from({ length: 18 }, (_, i) => [`${i}.policy`, `@include ./${i + 1}.policy\n`.repeat(2)]),
    );
    const problems = problemsOf(FILE, "@include ./0.policy\n", { ...files, "18.policy": "" });
    expect(problems[0]).toMatch(/More than 1000 files are included/);
  });
});
