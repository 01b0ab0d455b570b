import { type Architecture, X32_BIT } from "./architecture.ts";
import { compareReleases } from "./release.ts";
import { SYSCALL_COLUMNS, SYSCALL_TABLE } from "./syscall-table.ts";

/** One call of the syscall table. */
interface Row {
  readonly name: string;
  /** First release on any architecture; undefined where it is not known. */
  readonly since: string | undefined;
  /** Number on each architecture in the order of SYSCALL_COLUMNS. */
  readonly numbers: readonly (number | undefined)[];
}

interface Tables {
  readonly rows: ReadonlyMap<string, Row>;
  /** By column: the names of numbers. */
  readonly names: readonly ReadonlyMap<number, string>[];
}

let tables: Tables | undefined;

function load(): Tables {
  if (tables !== undefined) return tables;
  const rows = new Map<string, Row>();
  const names = SYSCALL_COLUMNS.map(() => new Map<number, string>());
  for (const line of SYSCALL_TABLE.trim().split("\n")) {
    const [name, since, ...cells] = line.split(" ") as [string, string, ...string[]];
    const numbers = cells.map((cell) => (cell === "-" ? undefined : Number(cell)));
    rows.set(name, { name, since: since === "-" ? undefined : since, numbers });
    for (const [column, number] of numbers.entries()) if (number !== undefined) names[column]!.set(number, name);
  }
  tables = { rows, names };
  return tables;
}

/** Later beginnings on single architectures: column, release, calls. */
const LATER: readonly [columns: readonly Architecture["column"][], release: string, calls: string][] = [
  [["x86"], "4.12", "arch_prctl"],
  [
    ["x86", "s390", "s390x", "m68k"],
    "4.3",
    "socket socketpair bind connect listen accept4 getsockopt setsockopt getsockname getpeername sendto sendmsg recvfrom recvmsg shutdown",
  ],
  [
    ["x86", "s390", "s390x", "ppc", "ppc64", "mips", "m68k", "sh"],
    "5.1",
    "semget semctl shmget shmctl shmat shmdt msgget msgsnd msgrcv msgctl",
  ],
  [["s390x", "ppc64", "sh"], "5.1", "semtimedop"],
  [["mips", "mips64", "mips64n32"], "5.4", "clone3"],
  [["m68k"], "5.6", "clone3"],
  [["ppc", "ppc64"], "4.16", "pkey_mprotect pkey_alloc pkey_free"],
  [["s390", "s390x"], "4.19", "rseq io_pgetevents"],
];

/** The number of a call on an architecture, with its ABI's base; undefined where it has no such call. */
export function syscallNumber(name: string, architecture: Architecture): number | undefined {
  const number = load().rows.get(name)?.numbers[SYSCALL_COLUMNS.indexOf(architecture.column)];
  return number === undefined ? undefined : number + architecture.base;
}

/** The name of a call's number; undefined where the architecture has none. */
export function syscallName(nr: number, architecture: Architecture): string | undefined {
  const names = load().names[SYSCALL_COLUMNS.indexOf(architecture.column)]!;
  if (architecture.name === "x86_64" && (nr & X32_BIT) !== 0) return undefined;
  return names.get(nr - architecture.base);
}

/** True where any architecture has a call of that name. */
export function isSyscall(name: string): boolean {
  return load().rows.has(name);
}

/** All names of calls, of all architectures. */
export function syscallNames(): Iterable<string> {
  return load().rows.keys();
}

/** All calls of an architecture, in the order of their numbers. */
export function syscallsOf(architecture: Architecture): { readonly name: string; readonly nr: number }[] {
  const names = load().names[SYSCALL_COLUMNS.indexOf(architecture.column)]!;
  return [...names].map(([number, name]) => ({ name, nr: number + architecture.base })).sort((a, b) => a.nr - b.nr);
}

/** The release in which the architecture got the call; undefined where it has none or the release is not known. */
export function syscallSince(name: string, architecture: Architecture): string | undefined {
  const row = load().rows.get(name);
  if (row?.since === undefined || row.numbers[SYSCALL_COLUMNS.indexOf(architecture.column)] === undefined)
    return undefined;
  const later = LATER.find(
    ([columns, , calls]) => columns.includes(architecture.column) && calls.split(" ").includes(name),
  );
  const releases = [row.since, architecture.since, later?.[1]].filter((release) => release !== undefined);
  return releases.reduce((latest, release) => (compareReleases(release, latest) > 0 ? release : latest));
}
