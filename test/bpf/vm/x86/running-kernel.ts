import koffi from "koffi";

const BPF = 321;
const PROGRAM_LOAD = 5;
const GET_INFO = 15;
const SCHED_CLS = 3;

/** Why the running kernel cannot be asked, or undefined. */
export const kernelMissing: string | undefined =
  process.platform !== "linux" || process.arch !== "x64"
    ? "needs Linux on x86-64"
    : process.getuid?.() !== 0
      ? "needs root"
      : undefined;

/**
 * What the running kernel's JIT makes of a classifier. Throws with the verifier's last words where it is refused;
 * undefined where the kernel does not show compiled code (bpf_jit_enable, kptr_restrict).
 */
export function compiledByKernel(program: Uint8Array): Uint8Array | undefined {
  const libc = koffi.load("libc.so.6");
  const bpf = libc.func("long syscall(long, int, void *, uint)");
  const close = libc.func("int close(int)");
  const license = Buffer.from("GPL\0");
  const log = Buffer.alloc(1 << 20);
  const load = Buffer.alloc(128);
  load.writeUInt32LE(SCHED_CLS, 0);
  load.writeUInt32LE(program.length / 8, 4);
  load.writeBigUInt64LE(koffi.address(program), 8);
  load.writeBigUInt64LE(koffi.address(license), 16);
  load.writeUInt32LE(1, 24);
  load.writeUInt32LE(log.length, 28);
  load.writeBigUInt64LE(koffi.address(log), 32);
  const descriptor = Number(bpf(BPF, PROGRAM_LOAD, load, load.length));
  if (descriptor < 0) throw new Error(log.subarray(0, log.indexOf(0)).toString().slice(-400));
  try {
    const code = Buffer.alloc(1 << 17);
    const info = Buffer.alloc(256);
    info.writeUInt32LE(code.length, 16);
    info.writeBigUInt64LE(koffi.address(code), 24);
    const query = Buffer.alloc(16);
    query.writeUInt32LE(descriptor, 0);
    query.writeUInt32LE(info.length, 4);
    query.writeBigUInt64LE(koffi.address(info), 8);
    const status = Number(bpf(BPF, GET_INFO, query, query.length));
    const length = info.readUInt32LE(16);
    const shown = info.readBigUInt64LE(24) !== 0n && status === 0 && length > 0;
    return shown ? new Uint8Array(code.subarray(0, length)) : undefined;
  } finally {
    close(descriptor);
  }
}
