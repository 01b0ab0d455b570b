import type { Btf } from "../btf/btf-type.ts";
import { unmodified } from "./access.ts";
import { essentialName, isSameKind, nameOf } from "./names.ts";
import { CoreError } from "./relocation-kind.ts";

const DEEPEST = 32;

/** May a field of the one type be read as one of the other? Names and sizes matter little (bpf_core_fields_are_compat). */
export function areFieldsCompatible(local: Btf, localId: number, target: Btf, targetId: number): boolean {
  for (let depth = 0; depth < DEEPEST; depth++) {
    localId = unmodified(local, localId);
    targetId = unmodified(target, targetId);
    const [a, b] = [local.type(localId), target.type(targetId)];
    if (isComposite(a.kind) && isComposite(b.kind)) return true;
    if (!isSameKind(a, b)) return false;
    if (a.kind === "array" && b.kind === "array") {
      localId = a.element;
      targetId = b.element;
      continue;
    }
    switch (a.kind) {
      case "pointer":
      case "float":
        return true;
      case "int":
        return a.bitOffset === 0 && b.kind === "int" && b.bitOffset === 0;
      case "forward":
      case "enum":
      case "enum64": {
        const [one, other] = [essentialName(nameOf(a)), essentialName(nameOf(b))];
        return one === "" || other === "" || one === other;
      }
      default:
        return false;
    }
  }
  throw new CoreError("its types are too deep");
}

const isComposite = (kind: string): boolean => kind === "struct" || kind === "union";

/** Is the one type there in the shape of the other, roughly (bpf_core_types_are_compat)? Their names have been compared. */
export function areTypesCompatible(
  local: Btf,
  localId: number,
  target: Btf,
  targetId: number,
  levels = DEEPEST,
): boolean {
  if (!isSameKind(local.type(localId), target.type(targetId))) return false;
  for (let depth = 0; depth < DEEPEST; depth++) {
    localId = unmodified(local, localId);
    targetId = unmodified(target, targetId);
    const [a, b] = [local.type(localId), target.type(targetId)];
    if (!isSameKind(a, b)) return false;
    if (a.kind === "pointer" && b.kind === "pointer") {
      localId = a.type;
      targetId = b.type;
    } else if (a.kind === "array" && b.kind === "array") {
      localId = a.element;
      targetId = b.element;
    } else if (a.kind === "prototype" && b.kind === "prototype") {
      if (a.parameters.length !== b.parameters.length) return false;
      if (levels <= 0) throw new CoreError("its types are too deep");
      const same = a.parameters.every((parameter, i) =>
        areTypesCompatible(
          local,
          unmodified(local, parameter.type),
          target,
          unmodified(target, b.parameters[i]!.type),
          levels - 1,
        ),
      );
      if (!same) return false;
      localId = a.returns;
      targetId = b.returns;
    } else if (a.kind === "int") return a.bitOffset === 0 && b.kind === "int" && b.bitOffset === 0;
    else return ["void", "struct", "union", "enum", "enum64", "forward"].includes(a.kind);
  }
  throw new CoreError("its types are too deep");
}
