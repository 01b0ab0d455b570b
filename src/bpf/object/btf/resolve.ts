import type { Btf } from "./btf-type.ts";

/** Steps through typedefs, modifiers and arrays that are followed at most, as libbpf does: hostile types go in circles. */
const DEEPEST = 32;
const POINTER_BYTES = 8;

/** The type behind typedefs, `const` and the like; undefined where it is too deep. */
export function skipModifiers(btf: Btf, id: number): number | undefined {
  for (let depth = 0; depth < DEEPEST; depth++) {
    const type = btf.type(id);
    switch (type.kind) {
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type-tag":
        id = type.type;
        break;
      default:
        return id;
    }
  }
  return undefined;
}

/** Bytes of a type; undefined for one that has no size, is too deep, or is larger than 4 GB. */
export function sizeOf(btf: Btf, id: number): number | undefined {
  let count = 1;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const type = btf.type(id);
    switch (type.kind) {
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type-tag":
      case "variable":
      case "declaration-tag":
        id = type.type;
        break;
      case "array":
        count *= type.count;
        id = type.element;
        break;
      case "pointer":
        return within(count * POINTER_BYTES);
      case "int":
      case "float":
      case "struct":
      case "union":
      case "enum":
      case "enum64":
      case "section":
        return within(count * type.size);
      default:
        return undefined;
    }
  }
  return undefined;
}

const within = (size: number): number | undefined => (size <= 0xffff_ffff ? size : undefined);

/** Alignment of a type in bytes, as C compilers for 64-bit machines lay it out; undefined as for sizes. */
export function alignmentOf(btf: Btf, id: number, depth = 0): number | undefined {
  if (depth > DEEPEST) return undefined;
  const type = btf.type(id);
  switch (type.kind) {
    case "typedef":
    case "const":
    case "volatile":
    case "restrict":
    case "type-tag":
    case "variable":
      return alignmentOf(btf, type.type, depth + 1);
    case "array":
      return alignmentOf(btf, type.element, depth + 1);
    case "pointer":
      return POINTER_BYTES;
    case "int":
    case "float":
    case "enum":
    case "enum64":
      return Math.min(POINTER_BYTES, type.size);
    default:
      return undefined;
  }
}
