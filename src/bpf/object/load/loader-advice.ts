/** What a refusal means, and what to try: sentences. */
export interface LoaderAdvice {
  readonly meaning: string;
  readonly suggestion: string;
}

/**
 * About what the loader did not find, of which the verifier sees a number alone or nothing. Undefined for other refusals.
 *
 * @param reason the verifier's words.
 * @param absent what instructions ask of the kernel's types that these do not have, by slot.
 * @param kernelFunctions names of kernel functions that are called, by the slots of the calls.
 * @param attachTarget what the program's section says that it is attached to.
 */
export function adviceOfLoader(
  reason: string,
  instruction: number,
  absent: ReadonlyMap<number, string>,
  kernelFunctions: ReadonlyMap<number, string> = new Map(),
  attachTarget?: string,
): LoaderAdvice | undefined {
  if (reason === "Tracing programs must provide btf_id" && attachTarget !== undefined)
    return {
      meaning: `The kernel has no '${attachTarget}' to attach to, or not with types.`,
      suggestion:
        "Kernels rename, inline and drop functions and tracepoints: look for the name with 'bpftool btf dump file /sys/kernel/btf/vmlinux'.",
    };
  if (!reason.startsWith("invalid func unknown#")) return undefined;
  const what = absent.get(instruction);
  if (what !== undefined)
    return {
      meaning: `The types of the kernel that the program was adapted to have no ${what} (CO-RE).`,
      suggestion:
        "Adapt it to the types of a kernel that has it ('--btf /sys/kernel/btf/vmlinux' of the commands on programs), or test first whether it is there (bpf_core_field_exists and the like).",
    };
  const name = kernelFunctions.get(instruction);
  if (name === undefined) return undefined;
  return {
    meaning: `The program calls the kernel function ${name}, a weak symbol that does not exist here.`,
    suggestion: `Call ${name} only where bpf_ksym_exists(${name}) says that it is there.`,
  };
}
