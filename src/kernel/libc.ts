import { ERRNO, errnoName } from "../bpf/maps/errno.ts";
import { fail } from "../errors.ts";

/** Numbers of bpf(2), which the C library has no function for (arch/*\/entry/syscalls, include/uapi/asm-generic/unistd.h). */
const BPF_CALL: Readonly<Record<string, number>> = {
  x64: 321,
  arm64: 280,
  riscv64: 280,
  loong64: 280,
  ppc64: 361,
  s390x: 351,
};

/** ENFILE, EMFILE, ENOSYS, ENOBUFS of asm-generic/errno.h */
const [ENFILE, EMFILE, ENOSYS, ENOBUFS] = [23, 24, 38, 105];

/** A function of the C library: numbers and bytes in, a number out. */
export type Call = (...values: readonly (number | Uint8Array | null)[]) => number;

/** The functions of the C library that netsim calls. Results below 0 are failures, whose number `errno` gives until the next call. */
export interface Libc {
  errno(): number;
  /** Another function, by its prototype in C. */
  declare(prototype: string): Call;
  /** Where bytes lie; they must stay reachable until the call that uses the address has returned. */
  address(bytes: Uint8Array): bigint;
  /** bpf(2). @param attributes union bpf_attr; the kernel writes some results into it. */
  bpf(command: number, attributes: Uint8Array): number;
  socket(domain: number, type: number, protocol: number): number;
  /** @param pair 8 bytes for two descriptors. */
  socketpair(domain: number, type: number, protocol: number, pair: Uint8Array): number;
  bind(descriptor: number, address: Uint8Array, length: number): number;
  connect(descriptor: number, address: Uint8Array, length: number): number;
  ioctl(descriptor: number, request: number, argument: Uint8Array): number;
  setsockopt(descriptor: number, level: number, name: number, value: Uint8Array, length: number): number;
  send(descriptor: number, bytes: Uint8Array, length: number, flags: number): number;
  recv(descriptor: number, bytes: Uint8Array, length: number, flags: number): number;
  sendto(
    descriptor: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ): number;
  /** @param addressLength 4 bytes: the room at `address`, and then what the sender's address took of it. */
  recvfrom(
    descriptor: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: Uint8Array,
  ): number;
  listen(descriptor: number, backlog: number): number;
  accept4(descriptor: number, flags: number): number;
  shutdown(descriptor: number, how: number): number;
  /** Moves the calling thread, and no other, into new namespaces. */
  unshare(flags: number): number;
  setns(descriptor: number, type: number): number;
  /** @param process 0: the calling thread. */
  sched_setaffinity(process: number, bytes: number, mask: Uint8Array): number;
  dup(descriptor: number): number;
  close(descriptor: number): number;
}

type Opened = Libc | { readonly missing: string };

let opened: Promise<Opened> | undefined;

/** The C library, or why it cannot be called: the end of a sentence. */
export function openLibc(): Promise<Opened> {
  opened ??= open();
  return opened;
}

/** What a machine that has too little, or lets this process do too little, gives. */
const NOT_HERE: readonly number[] = [ERRNO.EPERM, ERRNO.EACCES, ERRNO.ENOMEM, ENFILE, EMFILE, ENOSYS, ENOBUFS];

/** A call's result. Throws where it failed: a NetsimError `kernel-unavailable` where that is the machine's doing. */
export function succeed(libc: Libc, call: string, result: number): number {
  if (result >= 0) return result;
  const errno = libc.errno();
  return NOT_HERE.includes(errno) ? kernelUnavailable(whyFailed(call, errno)) : fatal(call, errno);
}

function fatal(call: string, errno: number): never {
  throw new Error(`${call}: errno ${errno}`);
}

/** Why a call is not possible on this machine: the end of a sentence. */
export function whyFailed(call: string, errno: number): string {
  const failed = `${call}(2) fails with ${errno === ENOSYS ? "ENOSYS" : errnoName(errno)}`;
  if (errno === ENOSYS) return `${failed}: it has none, or a seccomp filter hides it`;
  if (errno !== ERRNO.EPERM && errno !== ERRNO.EACCES) return failed;
  return `${failed}: this process lacks CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_BPF or CAP_PERFMON, or a seccomp filter or a lockdown forbids it`;
}

/** Ends a command that was asked to use the kernel of a machine that lets it not. */
export function kernelUnavailable(why: string): never {
  return fail("kernel-unavailable", `The kernel of this machine cannot be used: ${why}.`, {
    hint: "It takes Linux, root and the optional package koffi; the engines interpreter and jit need nothing.",
  });
}

async function open(): Promise<Opened> {
  if (process.platform !== "linux") return { missing: `it is ${process.platform}, not Linux` };
  const number = BPF_CALL[process.arch];
  if (number === undefined) return { missing: `the number of bpf(2) on ${process.arch} is not known` };
  const koffi = (await import("koffi").catch(() => undefined))?.default;
  if (koffi === undefined) return { missing: "the package koffi is not installed" };
  let library: ReturnType<typeof koffi.load>;
  try {
    library = koffi.load("libc.so.6");
  } catch {
    return { missing: "there is no libc.so.6" };
  }
  const declare = (prototype: string) => library.func(prototype);
  const bpf = declare("long syscall(long number, int command, void *attributes, unsigned int size)");
  const send = declare("long send(int fd, const void *data, size_t length, int flags)");
  const sendto = declare(
    "long sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32_t address_length)",
  );
  const recvfrom = declare(
    "long recvfrom(int fd, void *data, size_t length, int flags, void *address, void *address_length)",
  );
  const accept4 = declare("int accept4(int fd, void *address, void *address_length, int flags)");
  const recv = declare("long recv(int fd, void *data, size_t length, int flags)");
  return {
    errno: () => koffi.errno(),
    declare: (prototype) => declare(prototype) as Call,
    address: (bytes) => BigInt(koffi.address(bytes)),
    bpf: (command, attributes) => Number(bpf(number, command, attributes, attributes.length)),
    socket: declare("int socket(int domain, int type, int protocol)"),
    socketpair: declare("int socketpair(int domain, int type, int protocol, void *pair)"),
    bind: declare("int bind(int fd, const void *address, uint32_t length)"),
    connect: declare("int connect(int fd, const void *address, uint32_t length)"),
    ioctl: declare("int ioctl(int fd, unsigned long request, void *argument)"),
    setsockopt: declare("int setsockopt(int fd, int level, int name, const void *value, uint32_t length)"),
    send: (descriptor, bytes, length, flags) => Number(send(descriptor, bytes, length, flags)),
    recv: (descriptor, bytes, length, flags) => Number(recv(descriptor, bytes, length, flags)),
    sendto: (descriptor, bytes, length, flags, address, addressLength) =>
      Number(sendto(descriptor, bytes, length, flags, address, addressLength)),
    recvfrom: (descriptor, bytes, length, flags, address, addressLength) =>
      Number(recvfrom(descriptor, bytes, length, flags, address, addressLength)),
    listen: declare("int listen(int fd, int backlog)"),
    accept4: (descriptor, flags) => accept4(descriptor, null, null, flags),
    shutdown: declare("int shutdown(int fd, int how)"),
    unshare: declare("int unshare(int flags)"),
    setns: declare("int setns(int fd, int type)"),
    sched_setaffinity: declare("int sched_setaffinity(int process, size_t bytes, void *mask)"),
    dup: declare("int dup(int fd)"),
    close: declare("int close(int fd)"),
  };
}
