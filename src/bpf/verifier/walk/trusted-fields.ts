/** How far a pointer that lies in a trusted struct can be trusted. */
export type Trust = "trusted" | "trusted-or-null" | "rcu" | "rcu-or-null";

/** Members that are as trusted as the struct that has them (BTF_TYPE_SAFE_TRUSTED, BTF_TYPE_SAFE_RCU and their `_OR_NULL`). */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Trust>>>> = {
  task_struct: { cpus_ptr: "rcu", cgroups: "rcu", real_parent: "rcu", group_leader: "rcu" },
  cgroup: { kn: "rcu" },
  css_set: { dfl_cgrp: "rcu" },
  cgroup_subsys_state: { cgroup: "rcu" },
  mm_struct: { exe_file: "rcu-or-null" },
  sk_buff: { sk: "rcu-or-null" },
  request_sock: { sk: "rcu-or-null" },
  bpf_iter_meta: { seq: "trusted" },
  bpf_iter__task: { meta: "trusted", task: "trusted" },
  linux_binprm: { file: "trusted" },
  file: { f_inode: "trusted" },
  dentry: { d_inode: "trusted-or-null" },
  socket: { sk: "trusted-or-null" },
  vm_area_struct: { vm_mm: "trusted-or-null", vm_file: "trusted-or-null" },
};

export const trustOf = (struct: string, member: string): Trust | undefined =>
  Object.hasOwn(FIELDS, struct) && Object.hasOwn(FIELDS[struct]!, member) ? FIELDS[struct]![member] : undefined;
