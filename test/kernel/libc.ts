/** The C library, or undefined where these tests cannot run. Only what may be missing is caught: mistakes here must show. */
async function openLibc() {
  if (process.platform !== "linux") return undefined;
  const koffi = await import("koffi").catch(() => undefined);
  if (koffi === undefined) return undefined;
  try {
    return { koffi, library: koffi.load("libc.so.6") };
  } catch {
    return undefined;
  }
}

const opened = await openLibc();

/** The calls of the C library that the tests make; undefined where koffi or glibc is missing. */
export const libc = opened && declareCalls(opened);
export type Libc = NonNullable<typeof libc>;

function declareCalls({ koffi, library }: NonNullable<typeof opened>) {
  return {
    errno: () => koffi.errno(),
    address: (buffer: Buffer) => koffi.address(buffer),
    socketpair: library.func("int socketpair(int domain, int type, int protocol, void *pair)"),
    socket: library.func("int socket(int domain, int type, int protocol)"),
    bind: library.func("int bind(int fd, const void *address, uint32_t length)"),
    ioctl: library.func("int ioctl(int fd, unsigned long request, void *argument)"),
    unshare: library.func("int unshare(int flags)"),
    setns: library.func("int setns(int fd, int type)"),
    setsockopt: library.func("int setsockopt(int fd, int level, int name, const void *value, uint32_t length)"),
    send: library.func("long send(int fd, const void *data, size_t length, int flags)"),
    recv: library.func("long recv(int fd, void *data, size_t length, int flags)"),
    close: library.func("int close(int fd)"),
  };
}
