import type { Register } from "../state/register.ts";
import { FLAG } from "../state/register-type.ts";
import type { Walk } from "./walk.ts";

/** Types whose programs may change tracked connections (xdp_btf_struct_access, tc_cls_act_btf_struct_access). */
const CHANGERS: readonly string[] = ["xdp", "sched_cls", "sched_act"];
const CONNECTION = "nf_conn";

/** The mark of a tracked connection is all of a kernel's struct that a program may write (_nf_conntrack_btf_struct_access). */
export function mayWriteConnection(walk: Walk, { struct, type }: Register, offset: number, size: number): boolean {
  if (!CHANGERS.includes(walk.programType.name) || struct === null || struct.isLocal) return false;
  if (struct.name !== CONNECTION && struct.name !== `${CONNECTION}___init`) return false;
  if ((type & FLAG.untrusted) !== 0) return false;
  const { btf, id } = walk.structs.named(CONNECTION);
  const described = btf?.type(id);
  const mark = described?.kind === "struct" ? described.members.find(({ name }) => name === "mark") : undefined;
  if (mark === undefined) return false;
  const begin = mark.bitOffset / 8;
  const end = begin + MARK_BYTES;
  if (offset !== begin) walk.refuse("memory-access", `no write support to nf_conn at off ${offset}`);
  if (offset + size > end)
    walk.refuse(
      "memory-access",
      `write access at off ${offset} with size ${size} beyond the member of nf_conn ended at ${end}`,
    );
  return true;
}

/** u_int32_t */
const MARK_BYTES = 4;
