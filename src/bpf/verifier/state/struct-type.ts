import type { Btf } from "../../object/btf/btf-type.ts";
import { skipModifiers } from "../../object/btf/resolve.ts";

/** A struct that pointers point to. There is one object for each: whether two are the same is whether they are identical. */
export interface StructType {
  readonly name: string;
  /** Where it is described; null where no more than its name is known. */
  readonly btf: Btf | null;
  /** Its id there. */
  readonly id: number;
  /** The program's BTF describes it, not the kernel's. */
  readonly isLocal: boolean;
}

/** The structs of a verification. */
export class StructTypes {
  readonly #kernel: Btf | undefined;
  readonly #local: Btf | undefined;
  readonly #named = new Map<string, StructType>();
  readonly #numbered = new Map<number, StructType>();
  readonly #locals = new Map<number, StructType>();

  constructor(kernel: Btf | undefined, local: Btf | undefined) {
    this.#kernel = kernel;
    this.#local = local;
  }

  /** The kernel's types; undefined where they are not at hand. */
  get kernel(): Btf | undefined {
    return this.#kernel;
  }

  /** A struct of the kernel, by its name. */
  named(name: string): StructType {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const id = this.#kernel?.find("struct", name) ?? this.#kernel?.find("union", name);
    if (id !== undefined) return this.numbered(id);
    const unknown = { name, btf: null, id: 0, isLocal: false };
    this.#named.set(name, unknown);
    return unknown;
  }

  /** A struct of the kernel, by its id in the kernel's BTF, which there must be. */
  numbered(id: number): StructType {
    let struct = this.#numbered.get(id);
    if (struct === undefined) {
      const name = this.#kernel!.name(id);
      struct = { name, btf: this.#kernel!, id, isLocal: false };
      this.#numbered.set(id, struct);
      if (name !== "" && !this.#named.has(name)) this.#named.set(name, struct);
    }
    return struct;
  }

  /** A struct of the program, by its id; undefined where that is no struct. */
  local(id: number): StructType | undefined {
    const btf = this.#local;
    if (btf === undefined || id <= 0 || id >= btf.count) return undefined;
    const actual = skipModifiers(btf, id) ?? 0;
    if (btf.type(actual).kind !== "struct") return undefined;
    let struct = this.#locals.get(actual);
    if (struct === undefined) {
      struct = { name: btf.name(actual), btf, id: actual, isLocal: true };
      this.#locals.set(actual, struct);
    }
    return struct;
  }
}
