import type { NamedCall } from "../kernel-functions/name-functions.ts";
import { ERRNO } from "../maps/errno.ts";
import type { ObjectFunction } from "../object/object-file.ts";
import { expectedAttachType, mayBeLoadedFor } from "./attach-types.ts";
import { isObjectName } from "./object-name.ts";

/** BPF_PROG_LOAD's attributes. */
export interface ProgramAttributes {
  /** `enum bpf_prog_type` */
  readonly type: number;
  /** 8 bytes each, little-endian; maps are named by their descriptors. */
  readonly instructions: Uint8Array;
  readonly license: string;
  /** At most 15 letters, digits, `_` and `.`. */
  readonly name?: string;
  /** LOAD_FLAG */
  readonly flags?: number;
  /** `enum bpf_attach_type` */
  readonly attachType?: number;
  /** Types of its functions: a descriptor of BTF, and what each is (`func_info`). */
  readonly types?: { readonly btf: number; readonly functions: readonly ObjectFunction[] };
  /** Kernel functions that it calls, by name; their instructions hold 0. */
  readonly kernelFunctions?: readonly NamedCall[];
  /** How much the log says: 0 nothing, 1 the walk, 2 each state. Default 1. */
  readonly logLevel?: 0 | 1 | 2;
}

/** BPF_F_* of BPF_PROG_LOAD. */
export const LOAD_FLAG = {
  STRICT_ALIGNMENT: 1,
  ANY_ALIGNMENT: 2,
  TEST_RND_HI32: 4,
  TEST_STATE_FREQ: 8,
  SLEEPABLE: 16,
  XDP_HAS_FRAGS: 32,
  XDP_DEV_BOUND_ONLY: 64,
  TEST_REG_INVARIANTS: 128,
} as const;

const ALL_FLAGS = Object.values(LOAD_FLAG).reduce((all, flag) => all | flag, 0);
/** BPF_COMPLEXITY_LIMIT_INSNS */
const MOST_INSTRUCTIONS = 1_000_000;
/** The last of `enum bpf_prog_type`: netfilter. */
const LAST_TYPE = 32;

/** 0, or why the kernel does not even verify a program (bpf_prog_load). */
export function loadErrno({ type, instructions, name = "", flags = 0, attachType = 0 }: ProgramAttributes): number {
  if ((flags & ~ALL_FLAGS) !== 0) return -ERRNO.EINVAL;
  const count = Math.floor(instructions.length / 8);
  if (count === 0 || count > MOST_INSTRUCTIONS) return -ERRNO.E2BIG;
  if (!mayBeLoadedFor(type, expectedAttachType(type, attachType))) return -ERRNO.EINVAL;
  if (type <= 0 || type > LAST_TYPE) return -ERRNO.EINVAL;
  return isObjectName(name) ? 0 : -ERRNO.EINVAL;
}
