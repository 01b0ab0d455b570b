import type { ProgramType } from "../../program-type.ts";
import { helperText } from "./helper-text.ts";
import type { WalkSetup } from "./walk-setup.ts";

const [STORAGE_GET, STORAGE_DELETE, PATH_OF, FUNCTION_ADDRESS] = [107, 108, 147, 173];
/** enum bpf_attach_type: BPF_TRACE_RAW_TP, BPF_TRACE_FENTRY, BPF_TRACE_FEXIT, BPF_MODIFY_RETURN, BPF_TRACE_ITER */
const [RAW_TRACEPOINT, ENTRY, EXIT, MODIFY_RETURN, ITERATOR] = [23, 24, 25, 26, 28];
/** What netsim knows as programs at functions and tracepoints, and syscall programs, which have the helpers of those. */
const TRACE: readonly string[] = ["tracing", "syscall"];
/** Functions whose programs may ask for paths: nothing is locked there that doing so would lock (btf_allowlist_d_path). */
const GIVE_PATHS: readonly string[] = [
  "security_file_permission",
  "security_inode_getattr",
  "security_file_open",
  "security_path_truncate",
  "vfs_truncate",
  "vfs_fallocate",
  "dentry_open",
  "vfs_getattr",
  "filp_close",
];

type Place = Pick<WalkSetup, "expectedAttachType" | "attachTarget">;

/** Are programs there, whose type has the helper, refused it? (bpf_func_proto.allowed) */
export function isForbiddenThere(
  helper: number,
  { name }: ProgramType,
  { expectedAttachType, attachTarget = "" }: Place,
): boolean {
  if (!TRACE.includes(name)) return false;
  if (helper === PATH_OF) return expectedAttachType !== ITERATOR && !GIVE_PATHS.includes(attachTarget);
  if (helper !== STORAGE_GET && helper !== STORAGE_DELETE) return false;
  // bpf_sk_storage_tracing_allowed
  if (expectedAttachType === ENTRY || expectedAttachType === EXIT) return attachTarget.startsWith("bpf_sk_storage");
  return expectedAttachType !== RAW_TRACEPOINT && expectedAttachType !== ITERATOR;
}

/** Why bpf_get_func_ip finds no function, or undefined (check_get_func_ip). */
export function whyNoFunction(
  helper: number,
  { name, number }: ProgramType,
  { expectedAttachType }: Place,
): string | undefined {
  if (helper !== FUNCTION_ADDRESS || name === "kprobe") return undefined;
  if (name !== "tracing") return `func ${helperText(helper)} not supported for program type ${number}`;
  return expectedAttachType === ENTRY || expectedAttachType === EXIT || expectedAttachType === MODIFY_RETURN
    ? undefined
    : `func ${helperText(helper)} supported only for fentry/fexit/fmod_ret programs`;
}
