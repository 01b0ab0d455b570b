import { syscallNumber } from "../architecture/syscalls.ts";
import { canRunWith, runs } from "./audit-answers.ts";
import { list } from "./audit-entry-points.ts";
import type { AuditSubject } from "./audit-subject.ts";
import type { Finding, FindingCode } from "./finding.ts";

/** Calls that a sandbox rarely means to leave open, with what they give away. */
const DANGEROUS: readonly [calls: readonly string[], why: string][] = [
  [
    ["ptrace", "process_vm_readv", "process_vm_writev"],
    "reach into other processes; before Linux 4.8 ptrace also goes round filters",
  ],
  [["init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"], "put code into the kernel"],
  [["bpf", "perf_event_open", "userfaultfd"], "were the way of many kernel exploits"],
  [
    ["mount", "umount2", "move_mount", "fsopen", "fsmount", "open_tree", "pivot_root"],
    "change what the file system is",
  ],
  [["open_by_handle_at"], "opens files outside of the root directory"],
  [["add_key", "keyctl", "request_key"], "use keyrings, which no namespace separates"],
  [["unshare", "setns"], "enter namespaces"],
  [["reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "acct", "quotactl"], "change the whole machine"],
  [["iopl", "ioperm"], "reach hardware directly"],
];

/** CLONE_NEWUSER and its relatives. */
const NAMESPACE_FLAGS = {
  CLONE_NEWNS: 0x0002_0000,
  CLONE_NEWCGROUP: 0x0200_0000,
  CLONE_NEWUTS: 0x0400_0000,
  CLONE_NEWIPC: 0x0800_0000,
  CLONE_NEWUSER: 0x1000_0000,
  CLONE_NEWPID: 0x2000_0000,
  CLONE_NEWNET: 0x4000_0000,
} as const;

const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

/** Calls that let a process out. */
export function auditEscapes(subject: AuditSubject): Finding[] {
  const { program, architecture } = subject;
  const findings: Finding[] = [];
  const find = (code: FindingCode, message: string, hint?: string) =>
    findings.push({ code, severity: "risk", message, ...(hint === undefined ? {} : { hint }) });
  const isOpen = (call: string) => {
    const answer = runs(program, architecture, call);
    return answer === "always" || answer === "sometimes";
  };
  for (const [calls, why] of DANGEROUS) {
    const open = calls.filter(isOpen);
    if (open.length > 0) find("dangerous-call", `${list(open)} may run: such calls ${why}.`);
  }
  if (isOpen("io_uring_setup"))
    find(
      "escape-io-uring",
      "io_uring_setup may run: what a ring does (open, connect, send and more) passes no filter.",
      "Refuse io_uring_setup, io_uring_enter and io_uring_register with ENOSYS, upon which programs go another way.",
    );
  findings.push(...auditNamespaces(subject));
  const ioctl = syscallNumber("ioctl", architecture);
  if (ioctl !== undefined)
    for (const [name, request] of Object.entries({ TIOCSTI, TIOCLINUX }))
      if (canRunWith(program, architecture, ioctl, 1, request))
        findings.push({
          code: "terminal-injection",
          severity: "note",
          message: `ioctl may run with ${name}, which types on the controlling terminal (before Linux 6.2, or where dev.tty.legacy_tiocsti is 1).`,
          hint: `Refuse ioctl where the lower half of its second argument is 0x${request.toString(16)}.`,
        });
  return findings;
}

function auditNamespaces({ program, architecture }: AuditSubject): Finding[] {
  const clone = syscallNumber("clone", architecture);
  const clone3 = runs(program, architecture, "clone3");
  if (clone === undefined) return [];
  // s390 has flags and stack the other way round.
  const argument = architecture.column === "s390x" || architecture.column === "s390" ? 1 : 0;
  const flags = Object.entries(NAMESPACE_FLAGS);
  const refused = flags.filter(([, flag]) => !canRunWith(program, architecture, clone, argument, flag));
  const isCloneOpen = runs(program, architecture, "clone") !== "never";
  if (isCloneOpen && refused.length === 0)
    return [
      {
        code: "dangerous-call",
        severity: "risk",
        message: "clone may make namespaces: a new user namespace gives every capability in it.",
        hint: "Refuse clone with CLONE_NEWUSER and the other CLONE_NEW flags.",
      },
    ];
  if (refused.length === 0 || clone3 === undefined || clone3 === "never") return [];
  return [
    {
      code: "clone3-open",
      severity: "risk",
      message: `clone is refused ${list(refused.map(([name]) => name))}, but clone3 runs, whose flags no filter sees.`,
      hint: "Refuse clone3 with ENOSYS, upon which libc uses clone.",
    },
  ];
}
