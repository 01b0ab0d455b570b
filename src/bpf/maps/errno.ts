/** Error numbers that commands of bpf(2) give, negative, as the kernel does (asm-generic/errno.h; ENOTSUPP is the kernel's own). */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EISDIR: 21,
  EINVAL: 22,
  ENOSPC: 28,
  ERANGE: 34,
  EDEADLK: 35,
  EBADRQC: 56,
  ENODATA: 61,
  ENOLINK: 67,
  EPROTO: 71,
  EBADMSG: 74,
  EOVERFLOW: 75,
  ENOTSOCK: 88,
  EMSGSIZE: 90,
  EPROTONOSUPPORT: 93,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  ENOTSUPP: 524,
} as const;

/** Name of an error number, of either sign; the number itself where it has none here. */
export function errnoName(errno: number): string {
  const known = Object.entries(ERRNO).find(([, number]) => number === Math.abs(errno));
  return known?.[0] ?? `errno ${Math.abs(errno)}`;
}
