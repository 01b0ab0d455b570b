import { describe, expect, it } from "vitest";
import { answersOf, problemsOf, profileOf } from "./policy-text.ts";

const FILE = "p.kafel";

type Answers = Readonly<Record<string, string>>;

describe("a kafel policy", () => {
  it.each<{ name: string; have: string; files?: Record<string, string>; want: Answers }>([
    {
      name: "answers by its first entry that fits, else with its default",
      have: "POLICY a { ALLOW { read, write } KILL_PROCESS { read, close } } USE a DEFAULT ERRNO(38)",
      want: {
        read: "ALLOW",
        write: "ALLOW",
        close: "KILL_PROCESS",
        open: "ERRNO(38)",
        "x86 read": "KILL_PROCESS",
        "x32 read": "KILL_PROCESS",
      },
    },
    {
      name: "kills a thread where it has no default",
      have: "ALLOW { read }",
      want: { read: "ALLOW", write: "KILL_THREAD" },
    },
    {
      name: "has all actions",
      have: `LOG { read } KILL { write } DENY { open } KILL_THREAD { close } KILL_PROCESS { stat } USER_NOTIF { fstat }
        ERRNO(65535) { lstat } TRAP(7) { poll } TRACE(0x9) { lseek } DEFAULT ALLOW`,
      want: {
        read: "LOG",
        write: "KILL_THREAD",
        open: "KILL_THREAD",
        close: "KILL_THREAD",
        stat: "KILL_PROCESS",
        fstat: "USER_NOTIF",
        lstat: "ERRNO(65535)",
        poll: "TRAP(7)",
        lseek: "TRACE(9)",
        mmap: "ALLOW",
      },
    },
    {
      name: "takes policies into others where they stand",
      have: "POLICY a { ALLOW { read } } POLICY b { ERRNO(1) { write }, USE a, ERRNO(2) { read, close } } USE b DEFAULT KILL",
      want: { read: "ALLOW", write: "ERRNO(1)", close: "ERRNO(2)" },
    },
    {
      name: "knows arguments by the kernel's names, of ints the lower half",
      have: "ALLOW { write { fd == 1 }, mmap { (prot & PROT_EXEC) == 0 }, lseek { fd < 3 }, fcntl { arg == 1 } } DEFAULT KILL",
      want: {
        "write(1)": "ALLOW",
        "write(0x700000001)": "ALLOW",
        "write(2)": "KILL_THREAD",
        "mmap(0, 0, PROT_READ)": "ALLOW",
        "mmap(0, 0, PROT_EXEC)": "KILL_THREAD",
        "lseek(0x500000002)": "ALLOW",
        "lseek(3)": "KILL_THREAD",
        "fcntl(0, 0, 1)": "ALLOW",
        "fcntl(0, 0, 0x100000001)": "KILL_THREAD",
      },
    },
    {
      name: "takes whole arguments where it names them itself, or where a constant is longer",
      have: "ALLOW { write(a, b) { a == 1 && b != 0 }, close { fd == -1 } } DEFAULT KILL",
      want: {
        "write(1, 1)": "ALLOW",
        "write(1, 0)": "KILL_THREAD",
        "write(0x700000001, 1)": "KILL_THREAD",
        "close(0xffffffffffffffff)": "ALLOW",
        "close(0xffffffff)": "KILL_THREAD",
      },
    },
    {
      name: "commas between expressions are ||",
      have: "ALLOW { read { fd == 1, fd == 2 && count < 10, !(fd != 3) } } DEFAULT KILL",
      want: {
        "read(1, 0, 99)": "ALLOW",
        "read(2, 0, 9)": "ALLOW",
        "read(2, 0, 10)": "KILL_THREAD",
        "read(3)": "ALLOW",
        "read(4)": "KILL_THREAD",
      },
    },
    {
      name: "constants, in every notation, also as calls",
      have: `#define ONE 0b1
#define mycall -1
#  define other 0x3e7
ALLOW { write { fd == ONE }, mycall, SYSCALL[other], SYSCALL[-2], SYSCALL[1000], read { fd == 010 } } /* x
*/ DEFAULT KILL // y`,
      want: {
        "write(1)": "ALLOW",
        "4294967295": "ALLOW",
        "999": "ALLOW",
        "1000": "ALLOW",
        "4294967294": "KILL_PROCESS",
        "read(8)": "ALLOW",
        "read(10)": "KILL_THREAD",
      },
    },
    {
      name: "calls by the names of the kernel's functions",
      have: "ALLOW { newstat, newfstat, newlstat, newuname } DEFAULT KILL",
      want: { stat: "ALLOW", fstat: "ALLOW", lstat: "ALLOW", uname: "ALLOW" },
    },
    {
      name: "rules for some architectures",
      have: "ALLOW { read ON x86_64, write ON {arm, x86_64} { fd == 1 }, close ON aarch64 } DEFAULT KILL",
      want: { read: "ALLOW", "write(1)": "ALLOW", "write(2)": "KILL_THREAD", close: "KILL_THREAD" },
    },
    {
      name: "included files where they stand, so that what is before them goes first",
      have: 'ERRNO(1) { ptrace }\n#include "a.kafel" "b.kafel"; #define TWO 2\nALLOW { write { fd == TWO } }\nDEFAULT KILL',
      files: { "a.kafel": "ALLOW { ptrace, read }", "b.kafel": "ALLOW { close }" },
      want: { ptrace: "ERRNO(1)", read: "ALLOW", close: "ALLOW", "write(2)": "ALLOW" },
    },
  ])("$name", ({ have, files, want }) => {
    const profile = profileOf(FILE, have, files);
    expect(profile.language).toBe("kafel");
    const calls = Object.keys(want);
    expect(Object.fromEntries(answersOf(profile, calls).map((answer, i) => [calls[i], answer]))).toEqual(want);
  });

  it.each<{ name: string; have: string; files?: Record<string, string>; want: string[] }>([
    {
      name: "every unknown call, argument and architecture",
      have: "ALLOW { raed, read { fb == 1 }, write ON vax }\nERRNO(1) { clsoe }\nDEFAULT KILL",
      want: [
        "1:9 No architecture has a system call 'raed'.",
        "1:22 'fb' is no argument and no known constant.",
        "1:42 There is no architecture 'vax'.",
        "2:12 No architecture has a system call 'clsoe'.",
      ],
    },
    {
      name: "everything after what it does not understand",
      have: "ALLOW { read { fd ** 1 }, raed }\nALOW { read }\nPOLICY { }\nDEFAULT NOTHING\nALLOW { clsoe }",
      want: [
        "1:19 A comparison is missing, before '*'.",
        "1:27 No architecture has a system call 'raed'.",
        "2:1 An action is missing, before 'ALOW'.",
        "3:8 A policy's name is missing, before '{'.",
        "4:9 An action is missing, before 'NOTHING'.",
        "5:9 No architecture has a system call 'clsoe'.",
      ],
    },
    {
      name: "policies that there are not, or not yet, or twice",
      have: "USE a\nPOLICY a { ALLOW { read } }\nPOLICY a { ALLOW { write } }\nDEFAULT KILL\nDEFAULT ALLOW",
      want: [
        "1:5 There is no policy 'a' before this.",
        "3:8 There are two policies 'a'.",
        "5:1 The policy has a default action already.",
      ],
    },
    {
      name: "constants that change, arguments of one name, and too many",
      have: "#define A 1\n#define A 1\n#define A 2\nALLOW { read(x, x), write(a, b, c, d, e, f, g) }\nDEFAULT KILL",
      want: [
        "3:1 The constant 'A' is 1 already.",
        "4:17 There are two arguments 'x'.",
        "4:45 A call has at most 6 arguments.",
      ],
    },
    {
      name: "numbers that are too large",
      have: `#define B 0x10000000000000000
ERRNO(65536) { read } TRAP(70000) { read }
TRACE(-1) { read }
ALLOW { SYSCALL[4294967296], write { fd == 99999999999999999999 }, read { fd == 08 } }
DEFAULT KILL`,
      want: [
        "4:81 '08' begins with 0, as octal numbers do, and is none.",
        "1:1 The number has more than 64 bits.",
        "2:7 A number from 0 to 65535 is missing, before '65536'.",
        "2:28 A number from 0 to 65535 is missing, before '70000'.",
        "3:7 A number from 0 to 65535 is missing, before '-'.",
        "4:9 A call's number has at most 32 bits.",
        "4:44 The number has more than 64 bits, before '99999999999999999999'.",
      ],
    },
    {
      name: "expressions that compare nothing",
      have: "ALLOW { read { 1 }, write { fd }, close { fd & 1 }, dup { fildes == newfd } } DEFAULT KILL",
      want: [
        "1:18 A comparison is missing, before '}'.",
        "1:32 A comparison is missing, before '}'.",
        "1:50 A comparison is missing, before '}'.",
        "1:69 'newfd' is no argument and no known constant.",
      ],
    },
    {
      name: "directives inside of statements, and ones that there are not",
      have: "#pragma x\nALLOW {\n#define A 1\nread }\n#include x\nDEFAULT KILL",
      want: [
        "1:1 The line is no directive.",
        "3:1 Directives stand between statements, not inside of them.",
        "5:1 The line is no directive.",
      ],
    },
    {
      name: "braces and comments that do not end",
      have: "POLICY a { ALLOW { read }\n/* end",
      want: ["2:1 The comment does not end.", "2:1 '/' means nothing here.", "2:2 An action is missing, before '*'."],
    },
    {
      name: "files within themselves, and files that there are not",
      have: '#include "a.kafel"\n#include "c.kafel"\nDEFAULT KILL',
      files: { "a.kafel": '#include "a.kafel"\n' },
      want: ["a.kafel:1:1 'a.kafel' is included within itself.", "2:1 c.kafel cannot be read."],
    },
    {
      name: "expressions that are too deep",
      have: `ALLOW { read { ${"!".repeat(60_000)}(fd == 1) } } DEFAULT KILL`,
      want: ["1:117 Expressions are nested more than 100 deep, before '!'."],
    },
  ])("is refused with $name", ({ have, files, want }) => {
    expect(problemsOf(FILE, have, files)).toEqual(want);
  });
});
