/** A kernel function that programs call by its name (kfunc), as far as it is modelled. */
export interface KernelFunction {
  /** Registers that it takes, from R1. */
  readonly parameters: number;
  readonly effect:
    | "rcu-lock"
    | "rcu-unlock"
    | "preempt-disable"
    | "preempt-enable"
    | "iterator-new"
    | "iterator-next"
    | "iterator-destroy";
}

export const KERNEL_FUNCTIONS: Readonly<Record<string, KernelFunction>> = {
  bpf_rcu_read_lock: { parameters: 0, effect: "rcu-lock" },
  bpf_rcu_read_unlock: { parameters: 0, effect: "rcu-unlock" },
  bpf_preempt_disable: { parameters: 0, effect: "preempt-disable" },
  bpf_preempt_enable: { parameters: 0, effect: "preempt-enable" },
  bpf_iter_num_new: { parameters: 3, effect: "iterator-new" },
  bpf_iter_num_next: { parameters: 1, effect: "iterator-next" },
  bpf_iter_num_destroy: { parameters: 1, effect: "iterator-destroy" },
};
