import type { VerifierMap } from "../../src/bpf/verifier/map.ts";
import type { LoadOptions } from "../../src/kernel/bpf/kernel-programs.ts";
import { openKernel } from "../../src/kernel/kernel.ts";
import { UNPRIVILEGED_SWITCH } from "./unprivileged-switch.ts";
import { withoutCapabilities } from "./without-capabilities.ts";

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

/** The kernel, or why it cannot be asked. */
export const kernelJudge: Judge | { readonly missing: string } = await open();

async function open(): Promise<Judge | { missing: string }> {
  const kernel = await openKernel();
  if ("missing" in kernel) return kernel;
  const { libc, maps, programs } = kernel;
  const asUnprivileged = withoutCapabilities(libc);
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

/** Why unprivileged users cannot be let to load programs for a moment, or undefined. */
function findObstacle(probe: () => Judgement): string | undefined {
  try {
    const { errno } = probe();
    return errno === 0 ? undefined : `loading without capabilities fails with errno ${errno}`;
  } catch {
    return `${UNPRIVILEGED_SWITCH} cannot be set to 0`;
  }
}
