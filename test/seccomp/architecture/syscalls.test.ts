import { describe, expect, it } from "vitest";
import { ARCHITECTURES } from "../../../src/seccomp/architecture/architecture.ts";
import { syscallNames, syscallNumber } from "../../../src/seccomp/architecture/syscalls.ts";
import { Libseccomp } from "../../reference/libseccomp.ts";

const libseccomp = Libseccomp.load();
const missing = libseccomp === undefined ? " (skipped: libseccomp is not installed)" : "";

/** Where libseccomp 2.5 is behind or beside the kernel's tables. */
const KNOWN = [
  // Common to x86_64 and x32 (syscall_64.tbl).
  "x32 map_shadow_stack: -10245, here 1073742277",
  // For programs of 32 bits only (parisc's syscall.tbl).
  "parisc64 _llseek: 140, here undefined",
  // Absent from the headers that the table is made of, though older kernels have it.
  "s390 memfd_secret: 447, here undefined",
];

describe("system call numbers", () => {
  it.skipIf(missing !== "")(`are libseccomp's on every architecture, where it knows the call${missing}`, () => {
    const different: string[] = [];
    let same = 0;
    for (const architecture of ARCHITECTURES)
      for (const name of syscallNames()) {
        const theirs = libseccomp!.numberOf(name, architecture);
        // Calls that also go through socketcall or ipc have numbers of its own from -100 to -299.
        if (theirs === undefined || (theirs <= -100 && theirs >= -299)) continue;
        const ours = syscallNumber(name, architecture);
        if ((theirs < 0 ? undefined : theirs) === ours) same++;
        else different.push(`${architecture.name} ${name}: ${theirs}, here ${ours}`);
      }
    expect(different.filter((each) => !KNOWN.includes(each))).toEqual([]);
    expect(same).toBeGreaterThan(5000);
  });
});
