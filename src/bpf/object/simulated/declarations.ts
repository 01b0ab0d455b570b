import type { BtfMember } from "../btf/btf-type.ts";
import type { TypeBuilder } from "./type-builder.ts";

/** Where the next member goes, as C compilers for x86-64 lay structs out (System V ABI, 3.1.2). */
interface Layout {
  readonly kind: "struct" | "union";
  readonly members: BtfMember[];
  /** Bits used so far. */
  end: number;
  /** Bytes. */
  alignment: number;
  /** Bits of the largest member, for unions. */
  largest: number;
}

/** Size and alignment of a type, in bytes. */
interface Extent {
  readonly size: number;
  readonly alignment: number;
}

/**
 * Reads declarations of structs and unions in C: numbers, pointers, arrays, bit fields, and structs and unions inside of each
 * other. Names must be declared before they are used, but for pointers. Throws RangeError for what it does not know.
 */
export function declareTypes(builder: TypeBuilder, text: string): void {
  const words = text.match(/unsigned (?:char|short|int|long)|[A-Za-z_]\w*|\d+|[{}*[\];:,]/g) ?? [];
  new Reader(builder, words).readAll();
}

class Reader {
  readonly #builder: TypeBuilder;
  readonly #words: readonly string[];
  readonly #extents = new Map<number, Extent>();
  #at = 0;

  constructor(builder: TypeBuilder, words: readonly string[]) {
    this.#builder = builder;
    this.#words = words;
  }

  readAll(): void {
    while (this.#at < this.#words.length) {
      this.#readComposite();
      this.#expect(";");
    }
  }

  #next(): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new RangeError("The declarations end too early.");
    return word;
  }

  #takes(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  #expect(word: string): void {
    const found = this.#next();
    if (found !== word) throw new RangeError(`'${found}' stands where '${word}' should.`);
  }

  /** `struct name { ... }` or `union { ... }`. @returns its id. */
  #readComposite(): number {
    const kind = this.#next();
    if (kind !== "struct" && kind !== "union") throw new RangeError(`'${kind}' is neither struct nor union.`);
    const name = this.#words[this.#at] === "{" ? "" : this.#next();
    this.#expect("{");
    const layout: Layout = { kind, members: [], end: 0, alignment: 1, largest: 0 };
    while (!this.#takes("}")) this.#readMembers(layout);
    const bits = kind === "union" ? layout.largest : layout.end;
    const size = roundUp(Math.ceil(bits / 8), layout.alignment);
    const id = this.#builder.composite(kind, name, size, layout.members);
    this.#extents.set(id, { size, alignment: layout.alignment });
    return id;
  }

  /** `__u32 a, b[4], c: 3;`, `struct sock *sk;`, `union { ... };` */
  #readMembers(layout: Layout): void {
    const word = this.#words[this.#at];
    const isComposite = word === "struct" || word === "union";
    const isInline = isComposite && (this.#words[this.#at + 1] === "{" || this.#words[this.#at + 2] === "{");
    const base = isInline
      ? this.#readComposite()
      : isComposite
        ? this.#readTag()
        : this.#builder.named("plain", this.#next());
    if (this.#takes(";")) {
      this.#place(layout, "", base, 0);
      return;
    }
    do {
      const type = this.#takes("*") ? this.#builder.pointer(base) : base;
      const name = this.#next();
      const count = this.#takes("[") ? Number(this.#next()) : undefined;
      if (count !== undefined) this.#expect("]");
      const bits = this.#takes(":") ? Number(this.#next()) : 0;
      this.#place(layout, name, count === undefined ? type : this.#builder.array(type, count), bits);
    } while (this.#takes(","));
    this.#expect(";");
  }

  /** `struct name`; what only pointers lead to may be declared nowhere. */
  #readTag(): number {
    const kind = this.#next() as "struct" | "union";
    const name = this.#next();
    return this.#words[this.#at] === "*" ? 0 : this.#builder.named(kind, name);
  }

  #place(layout: Layout, name: string, type: number, bitSize: number): void {
    const { size, alignment } = this.#extentOf(type);
    const unit = size * 8;
    let at = layout.kind === "union" ? 0 : layout.end;
    if (bitSize === 0) at = roundUp(at, alignment * 8);
    else if ((at % unit) + bitSize > unit) at = roundUp(at, unit);
    layout.members.push({ name, type, bitOffset: at, bitSize });
    layout.alignment = Math.max(layout.alignment, alignment);
    layout.end = at + (bitSize === 0 ? unit : bitSize);
    layout.largest = Math.max(layout.largest, layout.end);
  }

  #extentOf(id: number): Extent {
    const known = this.#extents.get(id);
    if (known !== undefined) return known;
    const type = this.#builder.type(id);
    switch (type.kind) {
      case "int":
        return { size: type.size, alignment: type.size };
      case "pointer":
        return { size: 8, alignment: 8 };
      case "typedef":
        return this.#extentOf(type.type);
      case "array": {
        const { size, alignment } = this.#extentOf(type.element);
        return { size: size * type.count, alignment };
      }
      default:
        throw new RangeError(`A ${type.kind} has no size here.`);
    }
  }
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;
