import type { ClassicInstruction } from "../../bpf/classic/instruction.ts";
import { fail } from "../../errors.ts";
import { ACTION, MAX_ERRNO } from "../../hooks/seccomp/action.ts";
import { isExempt } from "../../hooks/seccomp/exempt.ts";
import type { SeccompCall } from "../../hooks/seccomp/seccomp-data.ts";
import type { FilterWitness, SeenDecision, SeenFilter } from "../../hooks/seccomp/seen.ts";
import type { Libc } from "../libc.ts";
import { CallingChild } from "./calling-child.ts";
import { INSTALLATION_MAGIC, installation, SECCOMP_CALL } from "./installation.ts";

const PRCTL = 157;
const PR_SET_NO_NEW_PRIVS = 38;
/** What the oldest filter answers to each call that is not ours: no profile answers with it, and all but errors and worse give way to it. */
const SENTINEL = MAX_ERRNO - 1;
const [LOAD, EQUALS, RETURN] = [0x20, 0x15, 0x06];
/** Offsets in struct seccomp_data: the number, and the low half of the sixth argument. */
const [NUMBER, SIXTH] = [0, 56];

const AUDIT_ARCH = { x86_64: 0xc000_003e, i386: 0x4000_0003 } as const;

/** Lets what installs filters through, and keeps all other calls from being made. */
const GUARD: readonly ClassicInstruction[] = [
  { code: LOAD, jt: 0, jf: 0, k: NUMBER },
  { code: EQUALS, jt: 0, jf: 3, k: SECCOMP_CALL.x86_64 },
  { code: LOAD, jt: 0, jf: 0, k: SIXTH },
  { code: EQUALS, jt: 0, jf: 1, k: INSTALLATION_MAGIC },
  { code: RETURN, jt: 0, jf: 0, k: ACTION.ALLOW },
  { code: RETURN, jt: 0, jf: 0, k: (ACTION.ERRNO | SENTINEL) >>> 0 },
];

/** Asks the running kernel what filters do with calls: a child installs them and tries, and no call is made. Needs no privileges. */
export class KernelFilters implements FilterWitness {
  private readonly libc: Libc;
  private child: CallingChild | undefined;

  constructor(libc: Libc) {
    this.libc = libc;
  }

  whyNot({ nr, arch }: SeccompCall): string | undefined {
    if (isExempt(nr, arch)) return "The kernel asks no filter about this call, so that it would be made.";
    if (process.arch !== "x64") return `On ${process.arch}, the kernel is not asked about system calls yet.`;
    if (arch === AUDIT_ARCH.x86_64 || arch === AUDIT_ARCH.i386) return undefined;
    return `This machine makes no calls of architecture 0x${arch.toString(16)}.`;
  }

  decide(filters: readonly SeenFilter[], { nr, arch, args = [] }: SeccompCall): SeenDecision {
    this.child ??= new CallingChild(this.libc);
    const gate = arch === AUDIT_ARCH.i386 ? "int80" : "syscall";
    const { results, caught } = this.child.run(
      FIRST + filters.length + 1,
      (put) => [
        { nr: PRCTL, args: [BigInt(PR_SET_NO_NEW_PRIVS), 1n] },
        installation(GUARD, put),
        ...filters.map(({ program }) => installation(program, put)),
        { nr, args, gate },
      ],
      true,
    );
    const installed = results.slice(FIRST, FIRST + filters.length);
    const refused = installed.findIndex((result) => result < 0n);
    if (refused >= 0) refuse(refused, `with errno ${-installed[refused]!}`);
    if (installed.length < filters.length) refuse(installed.length, "as the older ones end the process for seccomp(2)");
    if (caught !== undefined) return { kind: "trap", data: caught.errno };
    const result = results[FIRST + filters.length];
    if (result === undefined) return { kind: "killed" };
    return result === BigInt(-SENTINEL) ? { kind: "passes" } : { kind: "error", errno: Number(-result) };
  }
}

/** Calls before those that install the filters asked about. */
const FIRST = 2;

function refuse(filter: number, why: string): never {
  return fail("program-rejected", `Linux does not install filter ${filter + 1} of a process, ${why}.`);
}
