import type { FunctionRow } from "./prototype.ts";

/** Functions that programs of the same kinds may call. */
export interface FunctionGroup {
  /** Kinds of programs, with spaces between them. */
  readonly hooks: string;
  readonly rows: readonly FunctionRow[];
}

/**
 * Kernel functions of Linux 6.18 that programs may call (BTF_ID_FLAGS, and the prototypes in the kernel's BTF): name, result, arguments, and
 * what else is to be known of them. Arguments are words as `KernelArgument` says: `struct.task_struct`, `memory.4`, `dynptr.skb:new`; `:or-null`:
 * null will do. `acquires`, `releases`, `or-null`, `trusted`, `rcu`, `sleeps` are the kernel's flags (KF_ACQUIRE and so on); `new`, `next` and
 * `destroy` are the parts of an iterator. To add one, add a row; to run it, add it to a table of this folder.
 */
export const FUNCTION_GROUPS: readonly FunctionGroup[] = [
  {
    // common_btf_ids and the like
    hooks: "all",
    rows: [
      ["bpf_cast_to_kern_ctx", "kernel-context", "context"],
      ["bpf_rdonly_cast", "cast", "ignored constant"],
      ["bpf_rcu_read_lock", "void", ""],
      ["bpf_rcu_read_unlock", "void", ""],
      ["bpf_preempt_disable", "void", ""],
      ["bpf_preempt_enable", "void", ""],
      ["bpf_local_irq_save", "void", "irq-flag:new"],
      ["bpf_local_irq_restore", "void", "irq-flag"],
      ["bpf_dynptr_slice", "slice", "dynptr scalar memory:or-null constant-size", "or-null"],
      ["bpf_dynptr_slice_rdwr", "slice", "dynptr scalar memory:or-null constant-size", "or-null"],
      ["bpf_dynptr_adjust", "integer", "dynptr scalar scalar"],
      ["bpf_dynptr_is_null", "integer", "dynptr"],
      ["bpf_dynptr_is_rdonly", "integer", "dynptr"],
      ["bpf_dynptr_size", "integer", "dynptr"],
      ["bpf_dynptr_clone", "integer", "dynptr dynptr:new"],
      ["bpf_dynptr_copy", "integer", "dynptr scalar dynptr scalar scalar"],
      ["bpf_dynptr_memset", "integer", "dynptr scalar scalar scalar"],
      ["bpf_iter_num_new", "integer", "iterator.num:new scalar scalar", "new"],
      ["bpf_iter_num_next", "memory.4", "iterator.num", "next or-null"],
      ["bpf_iter_num_destroy", "void", "iterator.num", "destroy"],
      ["bpf_iter_bits_new", "integer", "iterator.bits:new ignored scalar", "new"],
      ["bpf_iter_bits_next", "memory.4", "iterator.bits", "next or-null"],
      ["bpf_iter_bits_destroy", "void", "iterator.bits", "destroy"],
      [
        "bpf_iter_task_new",
        "integer",
        "iterator.task:new struct.task_struct:or-null scalar",
        "new trusted rcu-protected",
      ],
      ["bpf_iter_task_next", "struct.task_struct", "iterator.task", "next or-null"],
      ["bpf_iter_task_destroy", "void", "iterator.task", "destroy"],
      ["bpf_iter_task_vma_new", "integer", "iterator.task_vma:new struct.task_struct scalar", "new rcu"],
      ["bpf_iter_task_vma_next", "struct.vm_area_struct", "iterator.task_vma", "next or-null"],
      ["bpf_iter_task_vma_destroy", "void", "iterator.task_vma", "destroy"],
      [
        "bpf_iter_css_new",
        "integer",
        "iterator.css:new struct.cgroup_subsys_state scalar",
        "new trusted rcu-protected",
      ],
      ["bpf_iter_css_next", "struct.cgroup_subsys_state", "iterator.css", "next or-null"],
      ["bpf_iter_css_destroy", "void", "iterator.css", "destroy"],
      ["bpf_iter_css_task_new", "integer", "iterator.css_task:new struct.cgroup_subsys_state scalar", "new trusted"],
      ["bpf_iter_css_task_next", "struct.task_struct", "iterator.css_task", "next or-null"],
      ["bpf_iter_css_task_destroy", "void", "iterator.css_task", "destroy"],
      ["bpf_iter_kmem_cache_new", "integer", "iterator.kmem_cache:new", "new sleeps"],
      ["bpf_iter_kmem_cache_next", "struct.kmem_cache", "iterator.kmem_cache", "next or-null sleeps"],
      ["bpf_iter_kmem_cache_destroy", "void", "iterator.kmem_cache", "destroy sleeps"],
      ["bpf_get_kmem_cache", "struct.kmem_cache", "scalar", "or-null"],
      ["bpf_copy_from_user_str", "integer", "memory size ignored scalar", "sleeps"],
      ["bpf_map_sum_elem_count", "integer", "struct.bpf_map", "trusted"],
      ["bpf_wq_init", "integer", "workqueue map scalar"],
      ["bpf_wq_set_callback_impl", "integer", "workqueue callback scalar ignored"],
      ["bpf_wq_start", "integer", "workqueue scalar"],
      ["bpf_strcmp", "integer", "ignored ignored"],
      ["bpf_strcasecmp", "integer", "ignored ignored"],
      ["bpf_strchr", "integer", "ignored scalar"],
      ["bpf_strchrnul", "integer", "ignored scalar"],
      ["bpf_strnchr", "integer", "ignored scalar scalar"],
      ["bpf_strrchr", "integer", "ignored scalar"],
      ["bpf_strlen", "integer", "ignored"],
      ["bpf_strnlen", "integer", "ignored scalar"],
      ["bpf_strspn", "integer", "ignored ignored"],
      ["bpf_strcspn", "integer", "ignored ignored"],
      ["bpf_strstr", "integer", "ignored ignored"],
      ["bpf_strnstr", "integer", "ignored ignored scalar"],
      ["bpf_probe_read_kernel_dynptr", "integer", "dynptr scalar scalar ignored"],
      ["bpf_probe_read_kernel_str_dynptr", "integer", "dynptr scalar scalar ignored"],
      ["bpf_probe_read_user_dynptr", "integer", "dynptr scalar scalar ignored"],
      ["bpf_probe_read_user_str_dynptr", "integer", "dynptr scalar scalar ignored"],
      ["bpf_copy_from_user_dynptr", "integer", "dynptr scalar scalar ignored", "sleeps"],
      ["bpf_copy_from_user_str_dynptr", "integer", "dynptr scalar scalar ignored", "sleeps"],
    ],
  },
  {
    // generic_btf_ids
    hooks: "tracing tc xdp struct_ops syscall cgroup",
    rows: [
      ["bpf_obj_new_impl", "object", "constant ignored", "acquires or-null"],
      ["bpf_obj_drop_impl", "void", "allocated ignored", "releases"],
      ["bpf_refcount_acquire_impl", "counted", "refcounted ignored", "acquires or-null rcu"],
      ["bpf_list_push_front_impl", "integer", "list-head list-node ignored scalar"],
      ["bpf_list_push_back_impl", "integer", "list-head list-node ignored scalar"],
      ["bpf_list_pop_front", "node", "list-head", "acquires or-null"],
      ["bpf_list_pop_back", "node", "list-head", "acquires or-null"],
      ["bpf_list_front", "node", "list-head", "or-null"],
      ["bpf_list_back", "node", "list-head", "or-null"],
      ["bpf_rbtree_add_impl", "integer", "tree-root tree-node callback ignored scalar"],
      ["bpf_rbtree_remove", "node", "tree-root tree-node", "acquires or-null"],
      ["bpf_rbtree_first", "node", "tree-root", "or-null"],
      ["bpf_rbtree_root", "node", "tree-root", "or-null"],
      ["bpf_rbtree_left", "node", "tree-root tree-node", "or-null"],
      ["bpf_rbtree_right", "node", "tree-root tree-node", "or-null"],
      ["bpf_throw", "void", "scalar"],
      ["bpf_task_acquire", "struct.task_struct", "struct.task_struct", "acquires rcu or-null"],
      ["bpf_task_release", "void", "struct.task_struct", "releases"],
      ["bpf_task_from_pid", "struct.task_struct", "scalar", "acquires or-null"],
      ["bpf_task_from_vpid", "struct.task_struct", "scalar", "acquires or-null"],
      ["bpf_task_under_cgroup", "integer", "struct.task_struct struct.cgroup", "rcu"],
      ["bpf_task_get_cgroup1", "struct.cgroup", "struct.task_struct scalar", "acquires rcu or-null"],
      ["bpf_cgroup_acquire", "struct.cgroup", "struct.cgroup", "acquires rcu or-null"],
      ["bpf_cgroup_release", "void", "struct.cgroup", "releases"],
      ["bpf_cgroup_ancestor", "struct.cgroup", "struct.cgroup scalar", "acquires rcu or-null"],
      ["bpf_cgroup_from_id", "struct.cgroup", "scalar", "acquires or-null"],
    ],
  },
  {
    // cpumask_kfunc_btf_ids
    hooks: "tracing struct_ops syscall",
    rows: [
      ["bpf_cpumask_create", "struct.bpf_cpumask", "", "acquires or-null"],
      ["bpf_cpumask_acquire", "struct.bpf_cpumask", "struct.bpf_cpumask", "acquires trusted"],
      ["bpf_cpumask_release", "void", "struct.bpf_cpumask", "releases"],
      ["bpf_cpumask_first", "integer", "struct.cpumask", "rcu"],
      ["bpf_cpumask_first_zero", "integer", "struct.cpumask", "rcu"],
      ["bpf_cpumask_first_and", "integer", "struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_set_cpu", "void", "scalar struct.bpf_cpumask", "rcu"],
      ["bpf_cpumask_clear_cpu", "void", "scalar struct.bpf_cpumask", "rcu"],
      ["bpf_cpumask_test_cpu", "integer", "scalar struct.cpumask", "rcu"],
      ["bpf_cpumask_test_and_set_cpu", "integer", "scalar struct.bpf_cpumask", "rcu"],
      ["bpf_cpumask_test_and_clear_cpu", "integer", "scalar struct.bpf_cpumask", "rcu"],
      ["bpf_cpumask_setall", "void", "struct.bpf_cpumask", "rcu"],
      ["bpf_cpumask_clear", "void", "struct.bpf_cpumask", "rcu"],
      ["bpf_cpumask_and", "integer", "struct.bpf_cpumask struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_or", "void", "struct.bpf_cpumask struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_xor", "void", "struct.bpf_cpumask struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_equal", "integer", "struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_intersects", "integer", "struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_subset", "integer", "struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_empty", "integer", "struct.cpumask", "rcu"],
      ["bpf_cpumask_full", "integer", "struct.cpumask", "rcu"],
      ["bpf_cpumask_copy", "void", "struct.bpf_cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_any_distribute", "integer", "struct.cpumask", "rcu"],
      ["bpf_cpumask_any_and_distribute", "integer", "struct.cpumask struct.cpumask", "rcu"],
      ["bpf_cpumask_weight", "integer", "struct.cpumask", "rcu"],
    ],
  },
  {
    // bpf_kfunc_check_set_skb
    hooks: "tc sched_act sk_skb socket_filter cgroup lwt netfilter tracing",
    rows: [["bpf_dynptr_from_skb", "integer", "context.__sk_buff scalar dynptr.skb:new", "trusted"]],
  },
  {
    hooks: "xdp",
    rows: [
      ["bpf_dynptr_from_xdp", "integer", "context.xdp_md scalar dynptr.xdp:new"],
      ["bpf_xdp_metadata_rx_timestamp", "integer", "context.xdp_md memory.8", "trusted of-device"],
      ["bpf_xdp_metadata_rx_hash", "integer", "context.xdp_md memory.4 memory.4", "trusted of-device"],
      ["bpf_xdp_metadata_rx_vlan_tag", "integer", "context.xdp_md memory.2 memory.2", "trusted of-device"],
    ],
  },
  {
    hooks: "xdp",
    rows: [
      ["bpf_xdp_ct_alloc", "struct.nf_conn___init", "context.xdp_md memory size memory size", "acquires or-null"],
      ["bpf_xdp_ct_lookup", "struct.nf_conn", "context.xdp_md memory size memory size", "acquires or-null"],
    ],
  },
  {
    hooks: "tc",
    rows: [
      ["bpf_skb_ct_alloc", "struct.nf_conn___init", "context.__sk_buff memory size memory size", "acquires or-null"],
      ["bpf_skb_ct_lookup", "struct.nf_conn", "context.__sk_buff memory size memory size", "acquires or-null"],
    ],
  },
  {
    // nf_ct_kfunc_set, nf_nat_kfunc_set
    hooks: "xdp tc",
    rows: [
      ["bpf_ct_insert_entry", "struct.nf_conn", "struct.nf_conn___init", "acquires releases or-null"],
      ["bpf_ct_release", "void", "struct.nf_conn", "releases"],
      ["bpf_ct_set_timeout", "void", "struct.nf_conn___init scalar", "trusted"],
      ["bpf_ct_change_timeout", "integer", "struct.nf_conn scalar", "trusted"],
      ["bpf_ct_set_status", "integer", "struct.nf_conn___init scalar", "trusted"],
      ["bpf_ct_change_status", "integer", "struct.nf_conn scalar", "trusted"],
      ["bpf_ct_set_nat_info", "integer", "struct.nf_conn___init memory.16 scalar scalar", "trusted"],
    ],
  },
  {
    // crypt_kfunc_btf_ids
    hooks: "tc sched_act xdp",
    rows: [
      ["bpf_crypto_encrypt", "integer", "struct.bpf_crypto_ctx dynptr dynptr dynptr:or-null", "rcu"],
      ["bpf_crypto_decrypt", "integer", "struct.bpf_crypto_ctx dynptr dynptr dynptr:or-null", "rcu"],
    ],
  },
  {
    // crypt_init_kfunc_btf_ids
    hooks: "syscall",
    rows: [
      ["bpf_crypto_ctx_create", "struct.bpf_crypto_ctx", "memory size memory.4", "acquires or-null sleeps"],
      ["bpf_crypto_ctx_acquire", "struct.bpf_crypto_ctx", "struct.bpf_crypto_ctx", "acquires rcu or-null"],
      ["bpf_crypto_ctx_release", "void", "struct.bpf_crypto_ctx", "releases"],
    ],
  },
  {
    // bpf_kfunc_check_set_tcp_reqsk
    hooks: "tc",
    rows: [["bpf_sk_assign_tcp_reqsk", "integer", "context.__sk_buff struct.sock memory size", "trusted"]],
  },
  {
    // bpf_kfunc_check_set_sock_addr
    hooks: "cgroup",
    rows: [["bpf_sock_addr_set_sun_path", "integer", "struct.bpf_sock_addr_kern memory size"]],
  },
  {
    // bpf_sk_iter_kfunc_ids
    hooks: "iterator",
    rows: [["bpf_sock_destroy", "integer", "struct.sock_common", "trusted"]],
  },
  {
    // bpf_tcp_ca_kfunc_set, tcp_cubic_kfunc_set, tcp_dctcp_kfunc_set, tcp_bbr_kfunc_set
    hooks: "struct_ops",
    rows: [
      ["tcp_reno_ssthresh", "integer", "struct.sock"],
      ["tcp_reno_cong_avoid", "void", "struct.sock scalar scalar"],
      ["tcp_reno_undo_cwnd", "integer", "struct.sock"],
      ["tcp_slow_start", "integer", "struct.tcp_sock scalar"],
      ["tcp_cong_avoid_ai", "void", "struct.tcp_sock scalar scalar"],
      ["cubictcp_init", "void", "struct.sock"],
      ["cubictcp_recalc_ssthresh", "integer", "struct.sock"],
      ["cubictcp_cong_avoid", "void", "struct.sock scalar scalar"],
      ["cubictcp_state", "void", "struct.sock scalar"],
      ["cubictcp_cwnd_event", "void", "struct.sock scalar"],
      ["cubictcp_acked", "void", "struct.sock struct.ack_sample"],
      ["dctcp_init", "void", "struct.sock"],
      ["dctcp_update_alpha", "void", "struct.sock scalar"],
      ["dctcp_cwnd_event", "void", "struct.sock scalar"],
      ["dctcp_ssthresh", "integer", "struct.sock"],
      ["dctcp_cwnd_undo", "integer", "struct.sock"],
      ["dctcp_state", "void", "struct.sock scalar"],
      ["bbr_init", "void", "struct.sock"],
      ["bbr_main", "void", "struct.sock scalar scalar struct.rate_sample"],
      ["bbr_sndbuf_expand", "integer", "struct.sock"],
      ["bbr_undo_cwnd", "integer", "struct.sock"],
      ["bbr_cwnd_event", "void", "struct.sock scalar"],
      ["bbr_ssthresh", "integer", "struct.sock"],
      ["bbr_min_tso_segs", "integer", "struct.sock"],
      ["bbr_set_state", "void", "struct.sock scalar"],
    ],
  },
  {
    hooks: "kprobe",
    rows: [
      ["bpf_session_is_return", "integer", ""],
      ["bpf_session_cookie", "memory.8", "", "writable"],
    ],
  },
];
