import { ERRNO } from "./errno.ts";
import type { KernelObjects } from "./kernel-objects.ts";

/** The largest index of a device. */
const LAST_INDEX = 0x7fff_ffff;

/**
 * What maps of a simulated network may hold: devices. Hosts share maps, so that which device an index names is known where a packet
 * is sent there. Nothing has a descriptor.
 */
export const DEVICES_ALONE: KernelObjects = {
  device: (index) => (index >= 1 && index <= LAST_INDEX ? { index } : undefined),
  socket: () => -ERRNO.EBADF,
  cgroup: () => -ERRNO.EBADF,
  task: () => -ERRNO.EBADF,
  inode: () => -ERRNO.EBADF,
};
