import type { UnresolvedSymbol } from "../object-file.ts";

/** A section of code: its instructions little-endian, changed in place by CO-RE and by relocations. */
export interface CodeSection {
  readonly index: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** In the order of their offsets. */
  readonly functions: readonly CodeFunction[];
}

/** A function in a section of code. */
export interface CodeFunction {
  readonly name: string;
  readonly section: CodeSection;
  /** Byte in the section. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  /** It is to be known in its object alone, whatever BTF says: it counts as static. */
  readonly hidden: boolean;
  /** It is no program of its own, whichever section it is in. */
  readonly isStatic: boolean;
  /** Functions that it calls or takes the address of, in the order of its instructions. */
  readonly calls: FunctionUse[];
  readonly unresolved: UnresolvedUse[];
}

/** An instruction that names a function: a call, or a 64-bit immediate load. */
export interface FunctionUse {
  /** Slot in the function that has it. */
  readonly slot: number;
  readonly target: CodeFunction;
}

/** An instruction that names what only a kernel has. */
export interface UnresolvedUse extends Pick<UnresolvedSymbol, "name" | "kind" | "weak"> {
  readonly slot: number;
}

/** The function that begins at a byte of a section, or undefined. */
export function functionAt(section: CodeSection, offset: number): CodeFunction | undefined {
  let low = 0;
  let high = section.functions.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const it = section.functions[middle]!;
    if (it.offset === offset) return it;
    if (it.offset < offset) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
