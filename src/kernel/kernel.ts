import { MAP_TYPES } from "../bpf/maps/map-type.ts";
import { KernelMaps } from "./bpf/kernel-maps.ts";
import { KernelPrograms } from "./bpf/kernel-programs.ts";
import { kernelUnavailable, type Libc, openLibc, whyFailed } from "./libc.ts";

/** The running Linux, as far as it lets itself be used. */
export interface Kernel {
  readonly libc: Libc;
  readonly maps: KernelMaps;
  readonly programs: KernelPrograms;
}

/** The kernel of this machine, or why it cannot be used: the end of a sentence. */
export async function openKernel(): Promise<Kernel | { readonly missing: string }> {
  const libc = await openLibc();
  if ("missing" in libc) return libc;
  const maps = new KernelMaps(libc);
  const probe = maps.createMap({ type: MAP_TYPES.array, keySize: 4, valueSize: 8, maxEntries: 1, flags: 0 });
  if (probe < 0) return { missing: whyFailed("bpf", -probe) };
  maps.close(probe);
  return { libc, maps, programs: new KernelPrograms(libc) };
}

/** The kernel of this machine. Throws a NetsimError `kernel-unavailable` where it cannot be used. */
export async function requireKernel(): Promise<Kernel> {
  const kernel = await openKernel();
  return "missing" in kernel ? kernelUnavailable(kernel.missing) : kernel;
}
