import type { CallKernel } from "../../isa/instruction.ts";
import { type KernelPrototype, kernelPrototype } from "../../kernel-functions/prototype.ts";
import type { ProgramType } from "../../program-type.ts";
import { TREE_ADD } from "../program/control-flow.ts";
import { NOT_INIT, pointer, type Register } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import { isIterator } from "../state/stack-slot.ts";
import { elementOf, pushAsynchronous, pushCallback } from "./callback.ts";
import { checkThrown } from "./exit.ts";
import { destroyIterator, nextOfIterator, startIterator } from "./iterator.ts";
import { isAtIterator } from "./iterator-context.ts";
import { checkKernelArguments } from "./kernel-argument.ts";
import { KernelFacts } from "./kernel-facts.ts";
import { resultOfKernel } from "./kernel-result.ts";
import { invalidateReference, lend } from "./nullness.ts";
import { fieldsOfStruct } from "./object-fields.ts";
import type { Walk } from "./walk.ts";

/** Which kernel functions a type of programs may call (bpf_prog_type_to_kfunc_hook). */
const HOOKS: Readonly<Record<string, string>> = {
  sched_cls: "tc",
  sched_act: "sched_act",
  xdp: "xdp",
  struct_ops: "struct_ops",
  tracing: "tracing",
  tracepoint: "tracing",
  perf_event: "tracing",
  lsm: "tracing",
  syscall: "syscall",
  cgroup_skb: "cgroup",
  cgroup_sock: "cgroup",
  cgroup_device: "cgroup",
  cgroup_sock_addr: "cgroup",
  cgroup_sockopt: "cgroup",
  cgroup_sysctl: "cgroup",
  sock_ops: "cgroup",
  sk_skb: "sk_skb",
  socket_filter: "socket_filter",
  lwt_in: "lwt",
  lwt_out: "lwt",
  lwt_xmit: "lwt",
  lwt_seg6local: "lwt",
  netfilter: "netfilter",
  kprobe: "kprobe",
};

const mayCall = (type: ProgramType, attachType: number, { hooks }: KernelPrototype): boolean =>
  hooks.includes("all") ||
  hooks.includes(HOOKS[type.name] ?? "") ||
  (hooks.includes("iterator") && isAtIterator(type, attachType));

/** How many arguments programs of a type give a function of the kernel; undefined where they may not call it, or it is not known. */
export function kernelParameters(type: ProgramType, attachType: number, name: string): number | undefined {
  const prototype = kernelPrototype(name);
  return prototype !== undefined && mayCall(type, attachType, prototype) ? prototype.arguments.length : undefined;
}

/** Functions that may be called while a lock is held (kfunc_spin_allowed). */
const WITH_LOCK = /^bpf_(list_|rbtree_|refcount_acquire_impl$|iter_num_)/;
const INSERTING = ["bpf_list_push_front_impl", "bpf_list_push_back_impl", TREE_ADD];

/** A call of a function of the kernel (check_kfunc_call). Returns true where the program ends with it. Leaves `walk.index` at the next instruction. */
export function checkKernelCall(walk: Walk, it: CallKernel): boolean {
  const name = walk.kernelFunctions.get(it.index);
  if (name === undefined)
    walk.refuse("unsupported", "kernel functions by their BTF ids are not supported by netsim yet");
  const called = kernelPrototype(name);
  if (called === undefined) walk.refuse("unsupported", `kernel function ${name} is not supported by netsim yet`);
  if (walk.state.lock !== null && !WITH_LOCK.test(name))
    walk.refuse("lock", "function calls are not allowed while holding a lock");
  if (!mayCall(walk.programType, walk.setup.expectedAttachType, called))
    walk.refuse("helper-call", `calling kernel function ${name} is not allowed`);
  if (called.sleeps && !walk.setup.sleepable)
    walk.refuse("helper-call", `program must be sleepable to call sleepable kfunc ${name}`);
  const facts = new KernelFacts(called);
  checkKernelArguments(walk, facts);
  if (name === TREE_ADD) pushCallback(walk, facts.callback, treeNodes(walk, facts), true);
  if (name === "bpf_wq_set_callback_impl") {
    const { map, mapUid } = facts.workqueue!;
    pushAsynchronous(walk, facts.callback, elementOf(map!, mapUid), true);
  }
  enterSections(walk, facts);
  giveBack(walk, facts);
  if (name === "bpf_throw") {
    if (!walk.hasExceptionCallback) checkThrown(walk);
    walk.checkReferencesReturned("bpf_throw", true, true);
    return true;
  }
  if (called.iterates === "next") {
    nextOfIterator(walk, facts, () => clear(walk));
    walk.index = it.index + 1;
    return false;
  }
  if (called.iterates === "new") startIterator(walk, facts);
  if (called.iterates === "destroy") destroyIterator(walk, facts);
  clear(walk);
  walk.write(0, resultOfKernel(walk, facts));
  walk.index = it.index + 1;
  return false;
}

function clear(walk: Walk): void {
  for (let i = 0; i < 6; i++) {
    walk.write(i, NOT_INIT);
    walk.log.touch(i);
  }
}

/** What orders a tree gets two of its nodes, which it does not own (set_rbtree_add_callback_state). */
function treeNodes(walk: Walk, facts: KernelFacts): readonly Register[] {
  const { holds } = facts.root!;
  const struct = walk.structs.local(holds!.struct)!;
  const counted = fieldsOfStruct(struct).some(({ kind }) => kind === "reference-count");
  const type = TYPE.struct | FLAG.allocated | FLAG.borrowed | (counted ? FLAG.rcu : 0);
  const node = pointer(type, { struct, offset: holds!.node });
  return [node, node];
}

/** Parts of a program in which it may not be moved to another processor, or kernel objects stay alive. */
function enterSections(walk: Walk, { prototype: { name, sleeps } }: KernelFacts): void {
  const { state } = walk;
  const [locks, unlocks] = [name === "bpf_rcu_read_lock", name === "bpf_rcu_read_unlock"];
  if (state.rcuLocked) {
    if ((locks || unlocks) && walk.inTreeOrder)
      walk.refuse("lock", "Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback");
    if (locks) walk.refuse("lock", `nested rcu read lock (kernel function ${name})`);
    if (unlocks) leaveCriticalSection(walk);
    else if (sleeps) walk.refuse("lock", `kernel func ${name} is sleepable within rcu_read_lock region`);
  } else if (locks) state.rcuLocked = true;
  else if (unlocks) walk.refuse("lock", `unmatched rcu read unlock (kernel function ${name})`);

  if (name === "bpf_preempt_disable") state.preemptLocks++;
  else if (name === "bpf_preempt_enable") {
    if (state.preemptLocks === 0)
      walk.refuse("lock", `unmatched attempt to enable preemption (kernel function ${name})`);
    state.preemptLocks--;
  } else if (sleeps && state.preemptLocks > 0)
    walk.refuse("lock", `kernel func ${name} is sleepable within non-preemptible region`);
  if (sleeps && state.irqId !== 0) walk.refuse("lock", `kernel func ${name} is sleepable within IRQ-disabled region`);
}

/** What only the critical section kept alive may be gone. */
function leaveCriticalSection(walk: Walk): void {
  const { state } = walk;
  state.rcuLocked = false;
  const released = (register: Register): Register =>
    (register.type & FLAG.rcu) === 0
      ? register
      : { ...register, type: (register.type & ~(FLAG.rcu | FLAG.orNull)) | FLAG.untrusted };
  state.changeAll(released);
  for (const { stack } of state.frames)
    for (const [i, slot] of stack.entries())
      if (isIterator(slot) && (slot.spilled.type & FLAG.rcu) !== 0)
        stack[i] = { bytes: slot.bytes, spilled: released(slot.spilled) };
}

/** References that end with the call: given back, or given to a list or a tree, which then lends them. */
function giveBack(walk: Walk, facts: KernelFacts): void {
  const { name } = facts.prototype;
  const secret = !walk.privileges.perfmon;
  if (facts.released !== 0) {
    const { reference } = walk.frame.registers[facts.released]!;
    if (!walk.state.references.some(({ id }) => id === reference))
      walk.refuse("reference", `kfunc ${name}#0 reference has not been acquired before`);
    invalidateReference(walk.state, reference, secret);
  }
  if (!INSERTING.includes(name)) return;
  const { reference } = walk.frame.registers[2]!;
  walk.state.changeAll((register) => (register.reference === reference ? lend(register) : register));
  invalidateReference(walk.state, reference, secret);
}
