import type { Btf, BtfMember } from "../../bpf/object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../../bpf/object/btf/resolve.ts";
import { simulatedTypes } from "../../bpf/object/simulated/simulated-types.ts";

/** A member of a struct: where it lies, in bits for a bit field, and what it is. */
export interface StructField {
  readonly offset: number;
  readonly size: number;
  readonly kind: "unsigned" | "signed" | "text" | "struct" | "array";
  /** Of a bit field: where it begins in its bytes, and its bits. */
  readonly bits?: readonly [from: number, count: number];
  /** Number of the struct that it is, or points at. */
  readonly struct?: number;
}

/** The number of a struct of the simulated kernel by its name. */
export const structNamed = (name: string): number | undefined => simulatedTypes().find("struct", name);

export const structName = (id: number): string => simulatedTypes().name(id) || "without a name";

export const structSize = (id: number): number => sizeOf(simulatedTypes(), id) ?? 0;

/** The struct that an argument of a function points at; undefined where it points at none. */
export function structOfArgument(fn: string, index: number): number | undefined {
  const types = simulatedTypes();
  const id = types.find("function", fn);
  const described = id === undefined ? undefined : types.type(id);
  const prototype = described?.kind === "function" ? types.type(described.type) : undefined;
  if (prototype?.kind !== "prototype") return undefined;
  return structBehind(types, prototype.parameters[index]?.type ?? 0);
}

/** A member of a struct by its name, those of members without a name among them; undefined: there is none. */
export function structField(struct: number, name: string): StructField | undefined {
  const types = simulatedTypes();
  const found = memberOf(types, struct, name, 0);
  // Sockets begin with what they share, whose members people name without saying so.
  if (found === undefined && name.startsWith("skc_")) {
    const common = memberOf(types, struct, "__sk_common", 0);
    const of = common === undefined ? undefined : skipModifiers(types, common.member.type);
    return of === undefined ? undefined : structField(of, name);
  }
  return found === undefined ? undefined : fieldOf(types, found.member, found.at);
}

/** Names of a struct's members. */
export function structFields(struct: number): string[] {
  const types = simulatedTypes();
  return membersOf(types, struct).flatMap((member) => {
    if (member.name !== "") return [member.name];
    return structFields(skipModifiers(types, member.type) ?? 0);
  });
}

function membersOf(types: Btf, id: number): readonly BtfMember[] {
  const type = types.type(id);
  return type.kind === "struct" || type.kind === "union" ? type.members : [];
}

function memberOf(types: Btf, id: number, name: string, base: number): { member: BtfMember; at: number } | undefined {
  for (const member of membersOf(types, id)) {
    const at = base + member.bitOffset;
    if (member.name === name) return { member, at };
    if (member.name !== "") continue;
    const inner = memberOf(types, skipModifiers(types, member.type) ?? 0, name, at);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function structBehind(types: Btf, id: number): number | undefined {
  const pointer = types.type(skipModifiers(types, id) ?? 0);
  if (pointer.kind !== "pointer") return undefined;
  const target = skipModifiers(types, pointer.type) ?? 0;
  return types.type(target).kind === "struct" ? target : undefined;
}

function fieldOf(types: Btf, member: BtfMember, at: number): StructField {
  const id = skipModifiers(types, member.type) ?? 0;
  const type = types.type(id);
  const place = { offset: at >> 3, size: sizeOf(types, id) ?? 0 };
  if (member.bitSize > 0) {
    const from = at & 7;
    return { ...place, size: Math.ceil((from + member.bitSize) / 8), kind: "unsigned", bits: [from, member.bitSize] };
  }
  switch (type.kind) {
    case "struct":
    case "union":
      return { ...place, kind: "struct", struct: id };
    case "array": {
      const element = types.type(skipModifiers(types, type.element) ?? 0);
      return { ...place, kind: element.kind === "int" && element.name === "char" ? "text" : "array" };
    }
    case "pointer": {
      const struct = structBehind(types, id);
      return { ...place, kind: "unsigned", ...(struct !== undefined && { struct }) };
    }
    case "int":
    case "enum":
    case "enum64":
      return { ...place, kind: type.signed ? "signed" : "unsigned" };
    default:
      return { ...place, kind: "array" };
  }
}
