import type { Btf, BtfComposite, BtfType } from "../btf/btf-type.ts";
import { TypeTable } from "../btf/type-table.ts";

/** Gathers types and gives them their ids; a pointer or an array of the same kind is one type. */
export class TypeBuilder {
  readonly #types: BtfType[] = [];
  readonly #named = new Map<string, number>();
  readonly #derived = new Map<string, number>();

  /** Adds a type. @returns its id. */
  add(type: BtfType): number {
    this.#types.push(type);
    if ("name" in type && type.name !== "" && type.kind !== "forward")
      this.#named.set(key(type.kind, type.name), this.#types.length);
    return this.#types.length;
  }

  /** The id of a type that was added; 0 for `void`. Throws RangeError. */
  named(kind: "struct" | "union" | "enum" | "plain", name: string): number {
    if (kind === "plain" && name === "void") return 0;
    const id = this.#named.get(key(kind, name));
    if (id === undefined || this.type(id).kind === "forward")
      throw new RangeError(`There is no ${kind} type '${name}' yet.`);
    return id;
  }

  pointer(type: number): number {
    return this.#derive(`*${type}`, { kind: "pointer", type });
  }

  array(element: number, count: number): number {
    return this.#derive(`${element}[${count}]`, { kind: "array", element, index: this.named("plain", "__u32"), count });
  }

  /** A number type and the names that C knows it by. */
  number(size: number, signed: boolean, name: string, ...others: readonly string[]): void {
    const id = this.add({ kind: "int", name, size, bits: size * 8, bitOffset: 0, signed, meaning: "number" });
    for (const other of others) this.add({ kind: "typedef", name: other, type: id });
  }

  /** `bool`, as C has it. */
  boolean(): void {
    const id = this.add({
      kind: "int",
      name: "_Bool",
      size: 1,
      bits: 8,
      bitOffset: 0,
      signed: false,
      meaning: "boolean",
    });
    this.add({ kind: "typedef", name: "bool", type: id });
  }

  enumeration(name: string, values: Iterable<readonly [name: string, value: number]>): void {
    const members = Array.from(values, ([it, value]) => ({ name: it, value: BigInt(value) }));
    this.add({ kind: "enum", name, size: 4, signed: false, values: members });
  }

  /** The id of a struct or union that may be declared later; where it never is, no more than its name is known. */
  reference(kind: "struct" | "union", name: string): number {
    return this.#named.get(key(kind, name)) ?? this.reserve(kind, name);
  }

  /** An id for a struct or union whose members are to be read: that of references to it, where there are any. */
  reserve(kind: "struct" | "union", name: string): number {
    const known = name === "" ? undefined : this.#named.get(key(kind, name));
    if (known !== undefined && this.type(known).kind === "forward") return known;
    const id = this.add({ kind: "forward", name, of: kind });
    if (name !== "") this.#named.set(key(kind, name), id);
    return id;
  }

  /** Says what a reserved id is. */
  fill(id: number, composite: BtfComposite): void {
    this.#types[id - 1] = composite;
  }

  type(id: number): BtfType {
    return id === 0 ? { kind: "void" } : this.#types[id - 1]!;
  }

  build(): Btf {
    return new TypeTable(this.#types);
  }

  #derive(name: string, type: BtfType): number {
    const known = this.#derived.get(name) ?? this.add(type);
    this.#derived.set(name, known);
    return known;
  }
}

const key = (kind: string, name: string): string => `${kind === "struct" || kind === "union" ? kind : "plain"} ${name}`;
