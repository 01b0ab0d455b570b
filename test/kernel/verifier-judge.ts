import type { VerifierMap } from "../../src/bpf/verifier/map.ts";
import type { LoadOptions } from "../../src/kernel/bpf/kernel-programs.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import type { Libc } from "../../src/kernel/libc.ts";
import { UNPRIVILEGED_SWITCH, withSwitchAt } from "./unprivileged-switch.ts";

/** What this machine's kernel said of a program. */
export interface Judgement {
  /** 0, or the errno of the refusal. */
  readonly errno: number;
  readonly log: string;
}

export interface JudgeOptions {
  readonly type: number;
  readonly license?: string;
  readonly expectedAttachType?: number;
  readonly logLevel?: number;
  readonly strictAlignment?: boolean;
  /** BPF_F_* of loading. */
  readonly flags?: number;
  /** Loads it without CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN and CAP_SYS_ADMIN. */
  readonly unprivileged?: boolean;
}

/** bpf(2) of this machine. */
export interface Judge {
  /** Creates a map and gives its descriptor; throws where the kernel refuses. */
  createMap(map: VerifierMap, innerDescriptor?: number): number;
  judge(program: Uint8Array, options: JudgeOptions): Judgement;
  /** Loads it without a log, where only the time is of interest. Throws where the kernel refuses: it would have been quick. */
  load(program: Uint8Array, type: number): void;
  close(descriptor: number): void;
  /** Why programs cannot be judged as unprivileged users', or undefined. */
  readonly unprivilegedMissing: string | undefined;
}

/** CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF */
const CAPABILITIES = [12, 21, 38, 39];
const CAPABILITY_VERSION = 0x2008_0522;

/** The kernel, or why it cannot be asked. */
export const kernelJudge: Judge | { readonly missing: string } = await open();

async function open(): Promise<Judge | { missing: string }> {
  const kernel = await openKernel();
  if ("missing" in kernel) return kernel;
  const { libc, maps, programs } = kernel;
  const asUnprivileged = unprivileged(libc);
  const judge: Judge = {
    createMap(map, innerMap = 0) {
      const descriptor = maps.createMap({ ...map, flags: map.flags ?? 0, innerMap });
      if (descriptor < 0) throw new Error(`the kernel refuses map type ${map.type} with errno ${-descriptor}`);
      return descriptor;
    },
    judge(program, options) {
      // Callers pass all that they know of a program; names are not what the kernel allows.
      const { name: _, ...asked } = options as LoadOptions;
      const attempt = () => programs.load(program, asked);
      const { descriptor, log } = options.unprivileged === true ? asUnprivileged(attempt) : attempt();
      if (descriptor >= 0) programs.close(descriptor);
      return { errno: Math.max(0, -descriptor), log };
    },
    load(program, type) {
      const { descriptor } = programs.load(program, { type, logLevel: 0 });
      if (descriptor < 0) throw new Error(`the kernel refuses the program with errno ${-descriptor}`);
      programs.close(descriptor);
    },
    close: (descriptor) => maps.close(descriptor),
    unprivilegedMissing: undefined,
  };
  const trivial = Uint8Array.from([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
  return {
    ...judge,
    unprivilegedMissing: findObstacle(() => judge.judge(trivial, { type: 1, unprivileged: true })),
  };
}

/** Makes what does something without capabilities, at a moment when users without them may load programs. */
function unprivileged(libc: Libc): <Result>(action: () => Result) => Result {
  const setCapabilities = libc.declare("int capset(void *header, void *sets)");
  const getCapabilities = libc.declare("int capget(void *header, void *sets)");
  const header = Buffer.alloc(8);
  header.writeUInt32LE(CAPABILITY_VERSION, 0);
  const all = Buffer.alloc(24);
  getCapabilities(header, all);
  const few = Buffer.from(all);
  // Effective sets are the first of three words, for capabilities 0 to 31 and 32 to 63.
  for (const capability of CAPABILITIES) {
    const at = capability < 32 ? 0 : 12;
    few.writeUInt32LE((few.readUInt32LE(at) & ~(1 << (capability & 31))) >>> 0, at);
  }
  return (action) =>
    withSwitchAt("0", () => {
      if (setCapabilities(header, few) !== 0) throw new Error(`capset(2) fails with errno ${libc.errno()}`);
      try {
        return action();
      } finally {
        setCapabilities(header, all);
      }
    });
}

/** Why unprivileged users cannot be let to load programs for a moment, or undefined. */
function findObstacle(probe: () => Judgement): string | undefined {
  try {
    const { errno } = probe();
    return errno === 0 ? undefined : `loading without capabilities fails with errno ${errno}`;
  } catch {
    return `${UNPRIVILEGED_SWITCH} cannot be set to 0`;
  }
}
