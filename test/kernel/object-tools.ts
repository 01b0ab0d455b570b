import { existsSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { readKernelTypes } from "../../src/bpf/object/btf/read-kernel-types.ts";
import { findCompilerNamed } from "../../src/c-compiler/compilers.ts";
import { openKernel } from "../../src/kernel/kernel.ts";

const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";

export const kernel = await openKernel();
/** The clang that objects for the kernel's judgement are compiled with. */
export const compiler = ["clang-19", "clang"].find(
  (name) => findCompilerNamed(name, process.env.PATH ?? "") !== undefined,
);

/** Why objects cannot be compiled and judged by the kernel whose release is followed here; undefined where they can. */
export const missing =
  "missing" in kernel
    ? kernel.missing
    : compiler === undefined
      ? "there is no clang"
      : !existsSync("/usr/include/bpf/bpf_helpers.h")
        ? "there are no headers of libbpf"
        : !existsSync(KERNEL_TYPES)
          ? "the kernel has no BTF"
          : release().startsWith("6.18.")
            ? undefined
            : `Linux ${release()} is not the release that is followed`;

/** The running kernel's types; only where nothing is missing. */
export const kernelTypes = () => readKernelTypes(readFileSync(KERNEL_TYPES));

/** The running kernel tells the addresses of its variables, too. */
export const hasDataSymbols = (): boolean => / runqueues$/m.test(readFileSync("/proc/kallsyms", "latin1"));
