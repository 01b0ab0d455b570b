import type { Btf } from "../../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../../object/btf/resolve.ts";
import type { StructOperations, WritableStruct } from "../../program-type/struct-operations.ts";
import type { Register } from "../state/register.ts";
import { mayWriteConnection } from "./connection-write.ts";
import type { Walk } from "./walk.ts";

/** Whether the program may write there into a struct of the kernel (btf_struct_access of its type). Throws where it may not, if that is to be explained. */
export function mayWriteStruct(walk: Walk, register: Register, offset: number, size: number): boolean {
  const operations = walk.setup.target?.operations;
  if (operations === undefined) return mayWriteConnection(walk, register, offset, size);
  const { writable } = operations;
  const refuse = (reason: string): never => walk.refuse("memory-access", reason);
  const { name, btf, id, isLocal } = register.struct!;
  if (isLocal) return false;
  if (name !== writable.struct) return writable.members === undefined ? refuse(wrongStruct(operations)) : false;
  if (btf === null) return false;
  const found = placeOf(btf, id, writable, offset);
  if (found === undefined) return refuse(`no write support to ${name} at off ${offset}`);
  if (offset + size <= found.end) return true;
  if (writable.members === undefined) return refuse(`write access at off ${offset} with size ${size}`);
  return refuse(`write access at off ${offset} with size ${size} beyond the member of ${name} ended at ${found.end}`);
}

const wrongStruct = ({ writable }: StructOperations): string => `only access to ${writable.struct} is supported`;

/** Where the member ends that may be written at an offset. */
function placeOf(
  btf: Btf,
  struct: number,
  { members }: WritableStruct,
  offset: number,
): { readonly end: number } | undefined {
  if (members === undefined) return { end: sizeOf(btf, struct) ?? 0 };
  for (const { path, whole } of members) {
    const place = memberPlace(btf, struct, path);
    if (place === undefined) continue;
    const end = place.offset + place.size;
    if (offset === place.offset || (whole === true && offset > place.offset && offset < end)) return { end };
  }
  return undefined;
}

/** Bytes of a member of a struct in a struct: `inet_conn.icsk_ca_priv`. */
function memberPlace(
  btf: Btf,
  struct: number,
  path: string,
): { readonly offset: number; readonly size: number } | undefined {
  let id = struct;
  let offset = 0;
  for (const name of path.split(".")) {
    const type = btf.type(skipModifiers(btf, id) ?? 0);
    const member = type.kind === "struct" ? type.members.find((it) => it.name === name) : undefined;
    if (member === undefined) return undefined;
    offset += member.bitOffset >> 3;
    id = member.type;
  }
  return { offset, size: sizeOf(btf, id) ?? 0 };
}
