import type { Btf, BtfKind, BtfType } from "./btf-type.ts";
import { NamedTypes } from "./named-types.ts";

/** BTF that is made of types, not of bytes. */
export class TypeTable implements Btf {
  readonly #types: readonly BtfType[];
  readonly #names = new NamedTypes(this);

  /** @param types those from id 1 on. */
  constructor(types: readonly BtfType[]) {
    this.#types = [{ kind: "void" }, ...types];
  }

  get count(): number {
    return this.#types.length;
  }

  type(id: number): BtfType {
    const type = this.#types[id];
    if (type === undefined) throw new RangeError(`There is no type ${id}.`);
    return type;
  }

  name(id: number): string {
    const type = this.type(id);
    return "name" in type ? type.name : "";
  }

  find(kind: BtfKind, name: string): number | undefined {
    return this.#names.find(kind, name);
  }
}
