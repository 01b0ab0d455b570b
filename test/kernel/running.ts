import { type Kernel, openKernel } from "../../src/kernel/kernel.ts";

/** The kernel of this machine, or why it cannot be used. */
export const running: Kernel | { readonly missing: string } = await openKernel();

/** What the kernel answered to a program. */
export interface KernelLoad {
  /** 0, or the errno of the refusal. */
  readonly errno: number;
  readonly log: string;
}

/** Loads a program and closes it again. @param type `enum bpf_prog_type`. */
export function loadProgram({ programs }: Kernel, program: Uint8Array, type: number): KernelLoad {
  const { descriptor, log } = programs.load(program, { type, logLevel: 2 });
  if (descriptor >= 0) programs.close(descriptor);
  return { errno: descriptor < 0 ? -descriptor : 0, log };
}
