import type { Explanation } from "./explanation.ts";

/** What `netsim seccomp audit`, and with it `netsim lint`, finds of profiles. */
export const OF_SECCOMP: Readonly<Record<string, Explanation>> = {
  "architecture-unchecked": {
    meaning: "The filter lets calls of architectures run that it does not name, where numbers mean other calls.",
    cause: "It looks at the number and never at `arch`.",
    remedy: "Load arch first and kill what is not expected; profiles list their architectures.",
  },
  "x32-open": {
    meaning: "Calls of the x32 ABI run that are refused as x86-64's.",
    cause: "x32 shares x86-64's `arch` and sets bit 30 of the number, which rules for plain numbers do not match.",
    remedy: "Refuse numbers from 0x40000000 on, or have rules for x32.",
  },
  "compat-open": {
    meaning: "Calls of the machine's 32-bit architecture run that are refused as 64-bit ones.",
    cause: "The profile allows an architecture and has no rules for its calls.",
    remedy: "List the sub-architecture with its rules, or leave it out so that its calls are refused.",
  },
  "dangerous-call": {
    meaning: "A call runs that is known to lead out of sandboxes.",
    cause: "It is in the list of allowed calls, or the default allows what is not named.",
    remedy: "Refuse it, or allow only the arguments that are needed.",
  },
  "escape-io-uring": {
    meaning: "`io_uring` runs, which does reads, sends and opens that no filter sees.",
    cause: "Its operations are requests in memory, not system calls.",
    remedy: "Refuse io_uring_setup, io_uring_enter and io_uring_register.",
  },
  "clone3-open": {
    meaning: "`clone3` runs although flags of clone are refused: its flags lie in memory, where no filter sees them.",
    cause: "clone3 is newer than the rule for clone's flags.",
    remedy: "Answer clone3 with ENOSYS, upon which libc falls back on clone.",
  },
  "clone3-eperm": {
    meaning: "`clone3` fails with another error than ENOSYS, so that threads cannot be made.",
    cause: "The profile's default error is EPERM, and libc falls back on clone only upon ENOSYS.",
    remedy: "Answer clone3 with ERRNO(38).",
  },
  "eperm-for-new-calls": {
    meaning: "Newer calls fail with an error upon which programs do not fall back on older ones.",
    cause: "The profile is older than the calls, and its default is EPERM.",
    remedy: "Answer calls that programs can do without with ENOSYS (38).",
  },
  "multiplexed-open": {
    meaning: "What is refused as a call of its own runs through socketcall or ipc.",
    cause: "32-bit architectures have those two calls for many others, with arguments in memory.",
    remedy: "Refuse socketcall and ipc altogether.",
  },
  "terminal-injection": {
    meaning: "`ioctl` may run with a request that types on the controlling terminal.",
    cause: "TIOCSTI and TIOCLINUX are not refused, or all 64 bits of the request are compared.",
    remedy: "Refuse them by the lower half of ioctl's second argument.",
  },
  "sign-extension": {
    meaning: "A rule compares an argument with a negative int, which registers hold in two ways.",
    cause: "The upper half may be zeros or copies of the sign; the kernel looks at the lower half only.",
    remedy: "Compare the lower half: MASKED_EQ with the mask 0xffffffff.",
  },
  "unreachable-rule": {
    meaning: "A rule never decides, because another one always does before it.",
    cause: "A rule without conditions stands beside one with conditions, or a stricter action wins.",
    remedy: "Remove the rule, or the one that takes its calls.",
  },
  "redundant-rule": {
    meaning: "A rule says what another rule or the default says anyway.",
    cause: "A call is listed twice, or with the default's action.",
    remedy: "Remove the rule.",
  },
  "call-of-no-architecture": {
    meaning: "A rule names a call that none of the profile's architectures has.",
    cause: "The name is mistyped, or the call belongs to another architecture.",
    remedy: "Correct or remove the name.",
  },
  "thread-killed": {
    meaning: "KILL ends the thread that makes the call and leaves the process's others.",
    cause: "SCMP_ACT_KILL and SECCOMP_RET_KILL mean the thread.",
    remedy: "Use SCMP_ACT_KILL_PROCESS, so that no half of a process goes on.",
  },
};
