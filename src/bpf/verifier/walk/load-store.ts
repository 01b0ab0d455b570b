import type { Atomic, Load, LoadAcquire, Store, StoreRelease } from "../../isa/instruction.ts";
import { UNKNOWN_SCALAR } from "../state/register.ts";
import { isPacketPointer, isSocketPointer, TYPE, typeText } from "../state/register-type.ts";
import { accessMemory } from "./memory-access.ts";
import { checkSamePointer } from "./mixed-pointers.ts";
import type { StoredValue } from "./stack-write.ts";
import type { Walk } from "./walk.ts";

const UNKNOWN_VALUE: StoredValue = { kind: "unknown" };

export function checkLoad(walk: Walk, it: Load | LoadAcquire): void {
  walk.read(it.src);
  walk.checkWritable(it.dst);
  if (it.kind === "load-acquire") checkAtomicPlace(walk, it.src);
  const signed = it.kind === "load" && it.signed;
  const strict = it.kind === "load-acquire";
  const type = walk.frame.registers[it.src]!.type;
  const loaded = accessMemory(walk, it.src, it.offset, it.bytes, { access: "read", target: it.dst, signed }, strict);
  checkSamePointer(walk, type, it.kind === "load");
  walk.insights.noteAccess(walk.index, type);
  walk.write(it.dst, loaded ?? UNKNOWN_SCALAR);
}

export function checkStore(walk: Walk, it: Store | StoreRelease): void {
  if (it.src !== null) walk.read(it.src);
  const type = walk.read(it.dst).type;
  if (it.kind === "store-release") checkAtomicPlace(walk, it.dst);
  const value: StoredValue =
    it.src !== null ? { kind: "register", number: it.src } : { kind: "constant", value: (it as Store).imm };
  accessMemory(walk, it.dst, it.offset, it.bytes, { access: "write", value }, it.kind === "store-release");
  checkSamePointer(walk, type, false);
  walk.insights.noteAccess(walk.index, type);
}

/** Reads, changes and writes at once (check_atomic_rmw). */
export function checkAtomic(walk: Walk, it: Atomic): void {
  walk.read(it.src);
  const { type } = walk.read(it.dst);
  if (it.operation === "cmpxchg") {
    walk.read(0);
    checkSecret(walk, 0);
  }
  checkSecret(walk, it.src);
  checkAtomicPlace(walk, it.dst);
  const target = !it.fetch ? null : it.operation === "cmpxchg" ? 0 : it.src;
  if (target !== null) walk.writeUnknown(target);
  accessMemory(walk, it.dst, it.offset, it.bytes, { access: "read", target: null, signed: false }, true);
  if (target !== null) {
    const request = { access: "read", target, signed: false } as const;
    const loaded = accessMemory(walk, it.dst, it.offset, it.bytes, request, true);
    walk.write(target, loaded ?? UNKNOWN_SCALAR);
  }
  walk.insights.noteAccess(walk.index, type);
  accessMemory(walk, it.dst, it.offset, it.bytes, { access: "write", value: UNKNOWN_VALUE }, true);
}

function checkSecret(walk: Walk, number: number): void {
  if (walk.isSecret(number)) walk.refuse("pointer-leak", `R${number} leaks addr into mem`);
}

/** Contexts, packets, flow keys and sockets are no memory to synchronize on (atomic_ptr_type_ok). */
function checkAtomicPlace(walk: Walk, number: number): void {
  const { type } = walk.frame.registers[number]!;
  const allowed = type !== TYPE.context && !isPacketPointer(type) && type !== TYPE.flowKeys && !isSocketPointer(type);
  const what = walk.model.instructions[walk.index]!.kind === "load-acquire" ? "loads from" : "stores into";
  if (!allowed) walk.refuse("memory-access", `BPF_ATOMIC ${what} R${number} ${typeText(type)} is not allowed`);
}
