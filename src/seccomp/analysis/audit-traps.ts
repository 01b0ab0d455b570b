import { ACTION, actionOf, dataOf } from "../../hooks/seccomp/action.ts";
import { multiplexed } from "../architecture/multiplexed.ts";
import { compareReleases } from "../architecture/release.ts";
import { syscallNumber, syscallSince, syscallsOf } from "../architecture/syscalls.ts";
import { ALL_BITS } from "../profile/profile.ts";
import { answersTo } from "./answers.ts";
import { isRunning, runs } from "./audit-answers.ts";
import { list } from "./audit-entry-points.ts";
import { type AuditSubject, entryPoints } from "./audit-subject.ts";
import type { Finding } from "./finding.ts";

const ENOSYS = 38;

/** Calls upon whose ENOSYS, and nothing else, libc does the same in an older way. */
const FALL_BACK = [
  "clone3",
  "faccessat2",
  "fchmodat2",
  "openat2",
  "statx",
  "close_range",
  "epoll_pwait2",
  "futex_waitv",
  "rseq",
  "cachestat",
];

/** Where programs break, or where a filter is not what its profile seems to say. */
export function auditTraps(subject: AuditSubject): Finding[] {
  return [...newCalls(subject), ...killedThreads(subject), ...multiplexedCalls(subject), ...signExtension(subject)];
}

/** An error that is not ENOSYS makes programs give up where they would have gone another way. */
function newCalls({ program, architecture, profile }: AuditSubject): Finding[] {
  const refusedBy = (name: string): number | undefined => {
    const nr = syscallNumber(name, architecture);
    if (nr === undefined) return undefined;
    const answers = answersTo(program, architecture, nr).filter((answer) => !isRunning(answer));
    const [first] = answers;
    return first !== undefined && actionOf(first.returnValue) === ACTION.ERRNO ? dataOf(first.returnValue) : undefined;
  };
  const findings: Finding[] = [];
  const clone3 = refusedBy("clone3");
  if (clone3 !== undefined && clone3 !== ENOSYS)
    findings.push({
      code: "clone3-eperm",
      severity: "trap",
      message: `clone3 fails with error ${clone3}: libc uses clone instead only upon ENOSYS (38), so that threads cannot be made.`,
      hint: "Answer clone3 with ERRNO(38).",
    });
  const named = new Set(profile?.rules.flatMap(({ call }) => (typeof call === "string" ? [call] : [])));
  const releases = [...named]
    .map((name) => syscallSince(name, architecture))
    .filter((release) => release !== undefined);
  const newest = releases.reduce((latest, each) => (compareReleases(each, latest) > 0 ? each : latest), "0");
  const suffering = FALL_BACK.filter((name) => {
    const errno = refusedBy(name);
    return name !== "clone3" && errno !== undefined && errno !== ENOSYS;
  });
  const newer = syscallsOf(architecture).filter(({ name }) => {
    const since = syscallSince(name, architecture);
    const errno = refusedBy(name);
    return since !== undefined && compareReleases(since, newest) > 0 && errno !== undefined && errno !== ENOSYS;
  });
  if (suffering.length > 0)
    findings.push({
      code: "eperm-for-new-calls",
      severity: "trap",
      message: `${list(suffering)} fail with an error that is not ENOSYS (38), upon which alone programs fall back on older calls.`,
      hint: "Answer calls that programs can do without with ERRNO(38).",
    });
  if (profile !== undefined && newest !== "0" && newer.length > 0)
    findings.push({
      code: "eperm-for-new-calls",
      severity: "trap",
      message: `Calls newer than the profile (Linux ${newest}) do not fail with ENOSYS (38): ${list(newer.map(({ name }) => name))}.`,
      hint: "Runtimes such as runc answer them with ENOSYS by themselves; where none does, have rules for them.",
    });
  return findings;
}

function killedThreads({ profile }: AuditSubject): Finding[] {
  if (profile === undefined) return [];
  const kills = [profile.defaultAction, ...profile.rules.map(({ action }) => action)];
  if (!kills.some((action) => actionOf(action) === ACTION.KILL_THREAD)) return [];
  return [
    {
      code: "thread-killed",
      severity: "note",
      message:
        "KILL (KILL_THREAD) ends only the thread that made the call; the others go on, perhaps holding their locks for ever.",
      hint: "SCMP_ACT_KILL_PROCESS ends the process.",
    },
  ];
}

/** Where a call is refused by itself and runs through socketcall or ipc. */
function multiplexedCalls({ program, architecture }: AuditSubject): Finding[] {
  return [architecture, ...entryPoints(architecture)].flatMap((each) => {
    const open = syscallsOf(each).filter(({ name }) => {
      const through = multiplexed(name, each);
      if (through === undefined || runs(program, each, name) === "always") return false;
      const [low] = answersTo(program, each, through.nr).filter(isRunning);
      return low !== undefined && runs(program, each, through.nr) === "always";
    });
    if (open.length === 0) return [];
    return {
      code: "multiplexed-open",
      severity: "risk",
      message: `What ${each.name} is refused, at least with some arguments, runs through socketcall or ipc: ${list(open.map(({ name }) => name))}.`,
      hint: "What goes through those has its arguments in memory, where no filter sees them: refuse them altogether.",
    } satisfies Finding;
  });
}

/** Constants that are negative ints: whether the register's upper half is 0 or all ones is up to the compiler. */
function signExtension({ profile }: AuditSubject): Finding[] {
  return (profile?.rules ?? []).flatMap(({ conditions, place, call }) =>
    conditions
      .filter(
        ({ value, mask }) =>
          mask === ALL_BITS && (value >= 0xffff_ffff_8000_0000n || (value >= 0x8000_0000n && value <= 0xffff_ffffn)),
      )
      .map(
        ({ argument, value }): Finding => ({
          code: "sign-extension",
          severity: "trap",
          message: `The rule for '${call}' compares argument ${argument} with 0x${value.toString(16)}, a negative int: registers have it with and without its sign in the upper half.`,
          hint: "Compare the lower half only: MASKED_EQ with the mask 0xffffffff.",
          ...(place === undefined ? {} : { place }),
        }),
      ),
  );
}
