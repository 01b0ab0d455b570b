import { readFileSync, writeFileSync } from "node:fs";
import type { VerifierMap } from "../../src/bpf/verifier/map.ts";

const [MAP_CREATE, PROG_LOAD] = [0, 5];
/** The kernel keeps the end of a log that is longer. */
const LOG_BYTES = 1 << 20;

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
  /** Loads it without a log; only the time is of interest. */
  load(program: Uint8Array, type: number): void;
  close(descriptor: number): void;
  /** Why programs cannot be judged as unprivileged users', or undefined. */
  readonly unprivilegedMissing: string | undefined;
}

/** CAP_NET_ADMIN, CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF */
const CAPABILITIES = [12, 21, 38, 39];
const CAPABILITY_VERSION = 0x2008_0522;
const UNPRIVILEGED_SWITCH = "/proc/sys/kernel/unprivileged_bpf_disabled";

/** The kernel, or why it cannot be asked. */
export const kernelJudge: Judge | { readonly missing: string } = await open();

async function open(): Promise<Judge | { missing: string }> {
  if (process.platform !== "linux") return { missing: "not Linux" };
  const syscallNumber = { x64: 321, arm64: 280 }[process.arch as string];
  if (syscallNumber === undefined) return { missing: `the number of bpf(2) on ${process.arch} is not known here` };
  const koffi = await import("koffi").catch(() => undefined);
  if (koffi === undefined) return { missing: "koffi is not installed" };
  let libc: ReturnType<typeof koffi.load>;
  try {
    libc = koffi.load("libc.so.6");
  } catch {
    return { missing: "there is no libc.so.6" };
  }
  koffi.struct("netsim_judge_load", {
    prog_type: "uint32_t",
    insn_cnt: "uint32_t",
    insns: "uint8_t *",
    license: "const char *",
    log_level: "uint32_t",
    log_size: "uint32_t",
    log_buf: "uint8_t *",
    kern_version: "uint32_t",
    prog_flags: "uint32_t",
    prog_name: koffi.array("char", 16),
    prog_ifindex: "uint32_t",
    expected_attach_type: "uint32_t",
  });
  koffi.struct("netsim_judge_map", {
    map_type: "uint32_t",
    key_size: "uint32_t",
    value_size: "uint32_t",
    max_entries: "uint32_t",
    map_flags: "uint32_t",
    inner_map_fd: "uint32_t",
  });
  const load = libc.func(
    "long syscall(long number, int command, _In_ netsim_judge_load *attributes, unsigned int size)",
  );
  const create = libc.func(
    "long syscall(long number, int command, _In_ netsim_judge_map *attributes, unsigned int size)",
  );
  const close = libc.func("int close(int descriptor)");
  const setCapabilities = libc.func("int capset(void *header, void *sets)");
  const getCapabilities = libc.func("int capget(void *header, void *sets)");
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
  const asUnprivileged = <Result>(action: () => Result): Result => {
    const before = readFileSync(UNPRIVILEGED_SWITCH, "latin1");
    writeFileSync(UNPRIVILEGED_SWITCH, "0");
    if (setCapabilities(header, few) !== 0) throw new Error(`capset(2) fails with errno ${koffi.errno()}`);
    try {
      return action();
    } finally {
      setCapabilities(header, all);
      writeFileSync(UNPRIVILEGED_SWITCH, before);
    }
  };
  const log = Buffer.alloc(LOG_BYTES);
  const attributes = (program: Uint8Array, options: JudgeOptions) => ({
    prog_type: options.type,
    insn_cnt: program.length / 8,
    insns: Buffer.from(program),
    license: options.license ?? "GPL",
    log_level: options.logLevel ?? 1,
    log_size: options.logLevel === 0 ? 0 : LOG_BYTES,
    log_buf: options.logLevel === 0 ? null : log,
    kern_version: 0,
    prog_flags: (options.flags ?? 0) | (options.strictAlignment === true ? 1 : 0),
    prog_name: "",
    prog_ifindex: 0,
    expected_attach_type: options.expectedAttachType ?? 0,
  });
  const judge: Judge = {
    createMap(map, innerDescriptor = 0) {
      const descriptor = create(
        syscallNumber,
        MAP_CREATE,
        {
          map_type: map.type,
          key_size: map.keySize,
          value_size: map.valueSize,
          max_entries: map.maxEntries,
          map_flags: map.flags ?? 0,
          inner_map_fd: innerDescriptor,
        },
        24,
      ) as number;
      if (descriptor < 0) throw new Error(`the kernel refuses map type ${map.type} with errno ${koffi.errno()}`);
      return descriptor;
    },
    judge(program, options) {
      log[0] = 0;
      const attempt = (): readonly [number, number] => {
        const descriptor = load(syscallNumber, PROG_LOAD, attributes(program, options), 72) as number;
        return [descriptor, descriptor < 0 ? koffi.errno() : 0];
      };
      const [descriptor, errno] = options.unprivileged === true ? asUnprivileged(attempt) : attempt();
      if (descriptor >= 0) close(descriptor);
      return { errno, log: log.toString("latin1", 0, log.indexOf(0)) };
    },
    load(program, type) {
      const descriptor = load(syscallNumber, PROG_LOAD, attributes(program, { type, logLevel: 0 }), 72) as number;
      if (descriptor >= 0) close(descriptor);
    },
    close(descriptor) {
      close(descriptor);
    },
    unprivilegedMissing: undefined,
  };
  const trivial = Uint8Array.from([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
  const probe = judge.judge(trivial, { type: 1 });
  if (probe.errno !== 0) return { missing: `bpf(2) fails with errno ${probe.errno}` };
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
