import type { Btf, BtfKind } from "./btf-type.ts";

/** Finds types by name; builds its index when it is first asked. */
export class NamedTypes {
  readonly #btf: Pick<Btf, "count" | "name" | "type">;
  #index: Map<string, number[]> | undefined;

  constructor(btf: Pick<Btf, "count" | "name" | "type">) {
    this.#btf = btf;
  }

  /** The first type of that kind and name; undefined where there is none. */
  find(kind: BtfKind, name: string): number | undefined {
    this.#index ??= this.#build();
    return this.#index.get(name)?.find((id) => this.#btf.type(id).kind === kind);
  }

  #build(): Map<string, number[]> {
    const index = new Map<string, number[]>();
    for (let id = 1; id < this.#btf.count; id++) {
      const name = this.#btf.name(id);
      if (name === "") continue;
      const ids = index.get(name);
      if (ids === undefined) index.set(name, [id]);
      else ids.push(id);
    }
    return index;
  }
}
