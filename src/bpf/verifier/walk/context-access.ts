import { accessContext, type ContextValue } from "../../program-type/context-layout.ts";
import { pointer, type Register, UNKNOWN_SCALAR } from "../state/register.ts";
import { FLAG, TYPE } from "../state/register-type.ts";
import { accessArguments } from "./argument-access.ts";
import { checkUnmodified } from "./region-access.ts";
import type { Walk } from "./walk.ts";

/** Structs of the kernel that fields point to. */
const STRUCTS: Partial<Record<ContextValue, string>> = { "hook-state": "nf_hook_state", "kernel-skb": "sk_buff" };

const LOADED: Readonly<Record<Exclude<ContextValue, "scalar">, number>> = {
  packet: TYPE.packet,
  "packet-meta": TYPE.packetMeta,
  "packet-end": TYPE.packetEnd,
  "flow-keys": TYPE.flowKeys,
  "writable-buffer": TYPE.tracepointBuffer,
  "hook-state": TYPE.struct | FLAG.trusted,
  "kernel-skb": TYPE.struct | FLAG.trusted,
  socket: TYPE.socket,
  "socket-or-null": TYPE.socket | FLAG.orNull,
  "socket-common-or-null": TYPE.socketCommon | FLAG.orNull,
};

/** What a read of the context gives, or undefined for a write (check_ctx_access). */
export function checkContext(
  walk: Walk,
  register: Register,
  number: number,
  offset: number,
  size: number,
  access: "read" | "write",
  signed: boolean,
): Register | undefined {
  checkUnmodified(walk, register, number);
  const { target } = walk.setup;
  if (target !== undefined) return accessArguments(walk, target, offset, size, access === "write");
  const value = accessContext(walk.programType.context, {
    offset,
    size,
    access,
    signed,
    attachType: walk.setup.expectedAttachType,
    privileged: walk.privileges.bpf,
  });
  if (value === undefined) walk.refuse("context", `invalid bpf_context access off=${offset} size=${size}`);
  walk.insights.noteContext(offset + size);
  if (access === "write") return undefined;
  if (value === "scalar") return UNKNOWN_SCALAR;
  const type = LOADED[value];
  const struct = STRUCTS[value];
  return pointer(type, {
    id: (type & FLAG.orNull) === 0 ? 0 : walk.newId(),
    struct: struct === undefined ? null : walk.structs.named(struct),
  });
}
