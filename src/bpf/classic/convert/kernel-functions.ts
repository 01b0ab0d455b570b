/**
 * The functions of net/core/filter.c that converted programs call. They are the kernel's own, out of reach of other
 * programs, and have no BTF ids; the numbers are netsim's.
 */
export const KERNEL_FUNCTIONS = {
  bpf_skb_load_helper_8: 1,
  bpf_skb_load_helper_16: 2,
  bpf_skb_load_helper_32: 3,
  bpf_skb_get_pay_offset: 4,
  bpf_skb_get_nlattr: 5,
  bpf_skb_get_nlattr_nest: 6,
  bpf_get_raw_cpu_id: 7,
  bpf_user_rnd_u32: 8,
} as const;

export type KernelFunctionName = keyof typeof KERNEL_FUNCTIONS;

const NAMES = new Map<number, KernelFunctionName>(
  (Object.keys(KERNEL_FUNCTIONS) as KernelFunctionName[]).map((name) => [KERNEL_FUNCTIONS[name], name]),
);

/** Name of the function of that number. */
export function kernelFunctionName(id: number): KernelFunctionName | undefined {
  return NAMES.get(id);
}
