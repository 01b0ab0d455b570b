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
}

/** bpf(2) of this machine. */
export interface Judge {
  /** Creates a map and gives its descriptor; throws where the kernel refuses. */
  createMap(map: VerifierMap, innerDescriptor?: number): number;
  judge(program: Uint8Array, options: JudgeOptions): Judgement;
  /** Loads it without a log; only the time is of interest. */
  load(program: Uint8Array, type: number): void;
  close(descriptor: number): void;
}

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
    prog_flags: options.strictAlignment === true ? 1 : 0,
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
      const descriptor = load(syscallNumber, PROG_LOAD, attributes(program, options), 72) as number;
      const errno = descriptor < 0 ? koffi.errno() : 0;
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
  };
  const probe = judge.judge(Uint8Array.from([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]), { type: 1 });
  return probe.errno === 0 ? judge : { missing: `bpf(2) fails with errno ${probe.errno}` };
}
