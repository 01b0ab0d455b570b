import type { Architecture } from "../architecture/architecture.ts";
import { isSyscall } from "../architecture/syscalls.ts";
import { argumentValue } from "./argument.ts";
import { splitArguments } from "./split-arguments.ts";
import type { TracedCall } from "./traced-call.ts";

/** Arguments that say what a call does, more than with what: worth a condition of a profile. */
const TELLING: Readonly<Record<string, number>> = {
  socket: 0,
  prctl: 0,
  arch_prctl: 0,
  ioctl: 1,
  fcntl: 1,
  personality: 0,
  madvise: 2,
  seccomp: 0,
  keyctl: 0,
  bpf: 0,
  ptrace: 0,
};

/** Most values of an argument for which there are conditions; beyond, any value is let through. */
const MOST_VALUES = 16;

/** Gathers what calls a program makes. */
export class CallCollector {
  readonly architectures = new Set<Architecture>();
  /** By name: undefined where arguments are not gathered, or were too many. */
  private readonly calls = new Map<string, Set<bigint> | undefined>();
  /** Names that no architecture has. */
  readonly unknown = new Set<string>();
  private readonly withArguments: boolean;

  constructor(withArguments: boolean) {
    this.withArguments = withArguments;
  }

  add(call: TracedCall): void {
    const { name } = call;
    if (!isSyscall(name)) {
      this.unknown.add(name);
      return;
    }
    this.architectures.add(call.architecture);
    const index = this.withArguments && Object.hasOwn(TELLING, name) ? TELLING[name] : undefined;
    if (index === undefined) {
      this.calls.set(name, undefined);
      return;
    }
    const values = this.calls.has(name) ? this.calls.get(name) : new Set<bigint>();
    const value =
      call.text === undefined
        ? call.values?.[index]
        : argumentValue(splitArguments(call.text, call.start).arguments[index] ?? "")?.value;
    if (value === undefined || values === undefined || values.size >= MOST_VALUES) this.calls.set(name, undefined);
    else this.calls.set(name, values.add(value));
  }

  /** The smallest OCI profile that lets through what was seen, all else failing with ENOSYS. */
  profile(): object {
    const plain = [...this.calls].filter(([, values]) => values === undefined).map(([name]) => name);
    const conditional = [...this.calls].filter(([, values]) => values !== undefined);
    return {
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 38,
      architectures: [...this.architectures].map(({ name }) => `SCMP_ARCH_${name.toUpperCase()}`),
      syscalls: [
        { names: plain.sort(), action: "SCMP_ACT_ALLOW" },
        ...conditional
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .flatMap(([name, values]) =>
            [...values!]
              .sort((a, b) => (a < b ? -1 : 1))
              .map((value) => ({
                names: [name],
                action: "SCMP_ACT_ALLOW",
                // The lower half only: an int's upper half is up to the compiler.
                args: [
                  {
                    index: TELLING[name],
                    value: 0xffff_ffff,
                    valueTwo: Number(value & 0xffff_ffffn),
                    op: "SCMP_CMP_MASKED_EQ",
                  },
                ],
              })),
          ),
      ].filter(({ names }) => names.length > 0),
    };
  }
}
