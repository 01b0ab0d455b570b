const PROG_LOAD = 5;
const LOG_BYTES = 1 << 20;

/** What the kernel answered to a program. */
export interface KernelLoad {
  /** 0, or the errno of the refusal. */
  readonly errno: number;
  readonly log: string;
}

interface Library {
  load(program: Uint8Array, type: number): KernelLoad;
}

/** bpf(2) on this machine, or why there is none. */
export const kernelBpf: Library | { readonly missing: string } = await open();

async function open(): Promise<Library | { missing: string }> {
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
  koffi.struct("netsim_test_prog_load", {
    prog_type: "uint32_t",
    insn_cnt: "uint32_t",
    insns: "uint8_t *",
    license: "const char *",
    log_level: "uint32_t",
    log_size: "uint32_t",
    log_buf: "uint8_t *",
    kern_version: "uint32_t",
    prog_flags: "uint32_t",
  });
  const syscall = libc.func(
    "long syscall(long number, int command, _In_ netsim_test_prog_load *attributes, unsigned int size)",
  );
  const close = libc.func("int close(int descriptor)");
  const load = (program: Uint8Array, type: number): KernelLoad => {
    const log = Buffer.alloc(LOG_BYTES);
    const descriptor = syscall(
      syscallNumber,
      PROG_LOAD,
      {
        prog_type: type,
        insn_cnt: program.length / 8,
        insns: Buffer.from(program),
        license: "GPL",
        log_level: 2,
        log_size: LOG_BYTES,
        log_buf: log,
        kern_version: 0,
        prog_flags: 0,
      },
      48,
    ) as number;
    const errno = descriptor < 0 ? koffi.errno() : 0;
    if (descriptor >= 0) close(descriptor);
    return { errno, log: log.toString("latin1", 0, log.indexOf(0)) };
  };
  const probe = load(Uint8Array.from([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]), 1);
  return probe.errno === 0 ? { load } : { missing: `bpf(2) fails with errno ${probe.errno}` };
}
