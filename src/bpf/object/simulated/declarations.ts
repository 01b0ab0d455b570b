import type { BtfMember, BtfParameter } from "../btf/btf-type.ts";
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

const wordsOf = (text: string): string[] =>
  text.match(/unsigned (?:char|short|int|long)|[A-Za-z_]\w*|\d+|[{}*[\];:,()@]/g) ?? [];

/**
 * Reads declarations of structs, unions and typedefs in C: numbers, pointers, arrays, bit fields, and structs and unions inside of
 * each other. Where only some members of a struct are told, its size stands behind its name, and `@16` before a member the byte in
 * the innermost struct at which it begins. Names must be declared before they are used, but for those of structs that pointers lead
 * to. Throws RangeError for what it does not know.
 */
export function declareTypes(builder: TypeBuilder, text: string): void {
  new Reader(builder, wordsOf(text)).readAll();
}

/** Reads prototypes in C, `int ip_forward(struct sk_buff *skb);`, of structs and numbers that are declared. Throws RangeError. */
export function declareFunctions(builder: TypeBuilder, text: string): void {
  new Reader(builder, wordsOf(text)).readFunctions();
}

/** The same of tracepoints, as kernels describe them: `typedef void (*btf_trace_NAME)(void *, ...)`. */
export function declareTracepoints(builder: TypeBuilder, text: string): void {
  new Reader(builder, wordsOf(text)).readTracepoints();
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
      if (this.#takes("typedef")) {
        const { name, type } = this.#readNamed(this.#readBase());
        this.#builder.add({ kind: "typedef", name, type });
      } else this.#readComposite();
      this.#expect(";");
    }
  }

  readFunctions(): void {
    while (this.#at < this.#words.length) {
      const { name, type } = this.#readNamed(this.#readBase());
      const prototype = this.#builder.add({ kind: "prototype", returns: type, parameters: this.#readParameters() });
      this.#builder.add({ kind: "function", name, type: prototype, linkage: "static" });
    }
  }

  readTracepoints(): void {
    const first = { name: "", type: this.#builder.pointer(0) };
    while (this.#at < this.#words.length) {
      const name = this.#next();
      const parameters = [first, ...this.#readParameters().map(({ type }) => ({ name: "", type }))];
      const prototype = this.#builder.add({ kind: "prototype", returns: 0, parameters });
      this.#builder.add({ kind: "typedef", name: `btf_trace_${name}`, type: this.#builder.pointer(prototype) });
    }
  }

  /** `(int a, struct sock *sk);` */
  #readParameters(): BtfParameter[] {
    this.#expect("(");
    const parameters: BtfParameter[] = [];
    do {
      parameters.push(this.#readNamed(this.#readBase()));
    } while (this.#takes(","));
    this.#expect(")");
    this.#expect(";");
    return parameters;
  }

  /** What stands before the stars of a declaration: `unsigned int`, `struct sk_buff`, `enum skb_drop_reason`. */
  #readBase(): number {
    const word = this.#words[this.#at];
    if (word === "struct" || word === "union")
      return this.#words[this.#at + 1] === "{" ? this.#readComposite() : this.#readTag();
    if (this.#takes("enum")) return this.#builder.named("enum", this.#next());
    return this.#builder.named("plain", this.#next());
  }

  /** `**name` behind a base. */
  #readNamed(base: number): BtfParameter {
    let type = base;
    while (this.#takes("*")) type = this.#builder.pointer(type);
    return { name: this.#next(), type };
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
    const given = this.#words[this.#at] === "{" ? undefined : Number(this.#next());
    // What is inside may point at what it is in.
    const id = this.#builder.reserve(kind, name);
    this.#expect("{");
    const layout: Layout = { kind, members: [], end: 0, alignment: 1, largest: 0 };
    while (!this.#takes("}")) this.#readMembers(layout);
    const bits = kind === "union" ? layout.largest : layout.end;
    const size = given ?? roundUp(Math.ceil(bits / 8), layout.alignment);
    this.#builder.fill(id, { kind, name, size, members: layout.members });
    this.#extents.set(id, { size, alignment: layout.alignment });
    return id;
  }

  /** `__u32 a, b[4], c: 3;`, `struct sock *sk;`, `union { ... };` */
  #readMembers(layout: Layout): void {
    if (this.#takes("@")) layout.end = Number(this.#next()) * 8;
    const isInline = this.#words[this.#at + 2] === "{" && /^(?:struct|union)$/.test(this.#words[this.#at]!);
    const base = isInline ? this.#readComposite() : this.#readBase();
    if (this.#takes(";")) {
      this.#place(layout, "", base, 0);
      return;
    }
    do {
      const { name, type } = this.#readNamed(base);
      const count = this.#takes("[") ? Number(this.#next()) : undefined;
      if (count !== undefined) this.#expect("]");
      const bits = this.#takes(":") ? Number(this.#next()) : 0;
      this.#place(layout, name, count === undefined ? type : this.#builder.array(type, count), bits);
    } while (this.#takes(","));
    this.#expect(";");
  }

  /** `struct name`; what only pointers lead to may be declared later, or nowhere. */
  #readTag(): number {
    const kind = this.#next() as "struct" | "union";
    const name = this.#next();
    return this.#words[this.#at] === "*" ? this.#builder.reference(kind, name) : this.#builder.named(kind, name);
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
      case "enum":
        return { size: type.size, alignment: type.size };
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
