/** Error numbers that map operations give, negative, as the kernel does (asm-generic/errno.h; ENOTSUPP is the kernel's own). */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENOSPC: 28,
  ENOTSUPP: 524,
} as const;

/** Name of an error number, of either sign; the number itself where it has none here. */
export function errnoName(errno: number): string {
  const known = Object.entries(ERRNO).find(([, number]) => number === Math.abs(errno));
  return known?.[0] ?? `errno ${Math.abs(errno)}`;
}
