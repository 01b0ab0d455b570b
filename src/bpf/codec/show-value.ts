import type { Btf, BtfMember, BtfType } from "../object/btf/btf-type.ts";
import { sizeOf, skipModifiers } from "../object/btf/resolve.ts";
import { readBits } from "./bits.ts";
import { shownName } from "./shown-name.ts";

/** How bpf_snprintf_btf writes (BTF_F_*). */
export const SHOW = {
  /** On one line. */
  compact: 1,
  /** Without names of types and members. */
  noName: 2,
  /** Pointers as they are. */
  rawPointers: 4,
  /** Zeroes, too. */
  zero: 8,
} as const;

/** Copies bytes of the object from an offset on; 0, or -errno. */
export type ObjectBytes = (offset: number, into: Uint8Array) => number;

/** What Linux prints for a pointer before it has a secret to hide addresses with. */
export const HIDDEN_ADDRESS = "(____ptrval____)";

/** Bytes that are copied at a time, and that a single value may have. */
const [WINDOW, LARGEST_VALUE] = [32, 16];
/** Spaces in front of a line at most. */
const DEEPEST_INDENT = 32;
/** BTF_KIND_* of what has no values. */
const UNSUPPORTED: Partial<Record<BtfType["kind"], number>> = {
  void: 0,
  forward: 7,
  function: 12,
  prototype: 13,
  float: 16,
  "declaration-tag": 17,
};

/**
 * The text that Linux's bpf_snprintf_btf makes of an object (btf_type_show and all that it calls, kernel/bpf/btf.c), with what is odd
 * about it: types of array elements are not told, elements without a size of their own are the first one again, and an array of
 * characters ends at its first zero.
 * @param id the object's type, which there is.
 * @param flags SHOW.
 * @returns the text in Latin-1, and 0 or -errno, the latter where bytes could not be copied.
 */
export function showValue(btf: Btf, id: number, object: ObjectBytes, flags: number) {
  const shown = new ShownValue(btf, object, flags);
  shown.show(btf.type(id), id, 0, 0);
  return { text: shown.text, status: shown.status };
}

class ShownValue {
  text = "";
  status = 0;
  private readonly btf: Btf;
  private readonly object: ObjectBytes;
  private readonly flags: number;
  /** Aggregates that the value is in. */
  private depth = 0;
  /** Looks for what is not zero, one deeper than the aggregate that begins there; 0: writes. */
  private lookingAt = 0;
  private deepestFound = 0;
  private isElement = false;
  private isText = false;
  private hasTextEnded = false;
  private type: BtfType | undefined;
  private typeId = 0;
  private member: BtfMember | undefined;
  private size = 0;
  /** A part of the object, from an offset on. */
  private readonly window = new Uint8Array(WINDOW);
  private windowAt = 0;

  constructor(btf: Btf, object: ObjectBytes, flags: number) {
    this.btf = btf;
    this.object = object;
    this.flags = flags;
  }

  /** @param offset where it lies in the object. @param bit where it begins in its first byte. */
  show(type: BtfType, id: number, offset: number, bit: number): void {
    switch (type.kind) {
      case "int":
        this.showInteger(type, id, offset, bit);
        break;
      case "pointer":
        this.showLeaf(type, id, offset, (bytes) => {
          const address = readBits(bytes, 0, 64);
          const digits = address.toString(16).padStart(16, "0");
          this.value(`0x${this.has(SHOW.rawPointers) || address === 0n ? digits : HIDDEN_ADDRESS}`, address !== 0n);
        });
        break;
      case "enum":
      case "enum64":
        this.showLeaf(type, id, offset, (bytes) => {
          const bits = type.kind === "enum" ? 32 : 64;
          const value = BigInt.asIntN(bits, readBits(bytes, 0, bits));
          const named = type.values.find((it) => BigInt.asIntN(bits, it.value) === value);
          if (named !== undefined) this.value(named.name, true);
          else this.value((type.signed ? value : BigInt.asUintN(bits, value)).toString(), value !== 0n);
        });
        break;
      case "struct":
      case "union":
        this.showUnlessZero(() => this.showComposite(type, id, offset));
        break;
      case "array":
        this.showUnlessZero(() => this.showArray(type, id, offset, bit));
        break;
      case "section":
        if (this.start(type, id, offset) === undefined) break;
        this.value(`section ("${type.name}") = {`, true);
        for (const [i, { type: variable, offset: at }] of type.variables.entries()) {
          if (i > 0) this.write(",");
          this.show(this.btf.type(variable), variable, offset + at, bit);
        }
        this.end();
        break;
      case "variable": {
        const of = skipModifiers(this.btf, type.type);
        if (of !== undefined) this.show(this.btf.type(of), of, offset, bit);
        break;
      }
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type-tag": {
        // The name is that of the type in front of what it stands for.
        const of = skipModifiers(this.btf, id);
        if (of !== undefined) this.show(this.btf.type(of), id, offset, bit);
        break;
      }
      default:
        this.write(`<unsupported kind:${UNSUPPORTED[type.kind]}>`);
    }
  }

  private has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  private write(text: string): void {
    if (this.lookingAt === 0) this.text += text;
  }

  private get indent(): string {
    return this.has(SHOW.compact) ? "" : " ".repeat(Math.min(this.depth, DEEPEST_INDENT));
  }

  private get newline(): string {
    return this.has(SHOW.compact) ? "" : "\n";
  }

  private get delimiter(): string {
    if (this.depth === 0) return "";
    return this.has(SHOW.compact) && this.type?.kind === "union" ? "|" : ",";
  }

  private get name(): string {
    if (this.isElement) return "";
    return shownName(this.btf, this.typeId, this.member, this.has(SHOW.noName));
  }

  /** A value that is written where it is not zero, or zeroes are asked for. */
  private value(text: string, isNonZero: boolean): void {
    if (!isNonZero && !this.has(SHOW.zero) && this.depth > 0) return;
    if (this.lookingAt === 0) this.write(`${this.indent}${this.name}${text}${this.delimiter}${this.newline}`);
    this.deepestFound = Math.max(this.deepestFound, this.depth);
  }

  private start(type: BtfType, id: number, offset: number): Uint8Array | undefined {
    this.type = type;
    this.typeId = id;
    const size = sizeOf(this.btf, id) ?? 0;
    if (this.depth === 0) this.size = size;
    else if (offset >= this.windowAt && offset + Math.min(size, LARGEST_VALUE) < this.windowAt + WINDOW)
      return this.window.subarray(offset - this.windowAt);
    this.status = this.object(offset, this.window.subarray(0, Math.max(0, Math.min(WINDOW, this.size - offset))));
    if (this.status !== 0) return undefined;
    this.windowAt = offset;
    return this.window;
  }

  private end(): void {
    this.type = undefined;
    this.typeId = 0;
  }

  private showLeaf(type: BtfType, id: number, offset: number, show: (bytes: Uint8Array) => void): void {
    const bytes = this.start(type, id, offset);
    if (bytes === undefined) return;
    show(bytes);
    this.end();
  }

  private showInteger(type: Extract<BtfType, { kind: "int" }>, id: number, offset: number, bit: number): void {
    const { bits, bitOffset, signed } = type;
    this.showLeaf(type, id, offset, (bytes) => {
      if (bit !== 0 || bitOffset !== 0 || ![8, 16, 32, 64].includes(bits)) {
        this.showBits(bytes, bit + bitOffset, bits);
        return;
      }
      const value = readBits(bytes, 0, bits);
      if (bits === 8 && this.isText) {
        if (value === 0n) this.hasTextEnded = true;
        if (this.hasTextEnded) return;
        if (isPrintable(Number(value))) {
          this.value(`'${String.fromCharCode(Number(value))}'`, true);
          return;
        }
      }
      this.value((signed ? BigInt.asIntN(bits, value) : value).toString(), value !== 0n);
    });
  }

  private showBits(bytes: Uint8Array, bit: number, bits: number): void {
    const value = readBits(bytes, bit, bits);
    this.value(`0x${value.toString(16)}`, value !== 0n);
  }

  /** Something with parts is written where some part would be. */
  private showUnlessZero(show: () => void): void {
    const { member } = this;
    if (this.depth > 0 && !this.has(SHOW.zero)) {
      if (this.lookingAt === 0) {
        this.lookingAt = this.depth + 1;
        this.deepestFound = 0;
      }
      show();
      this.member = member;
      if (this.lookingAt !== this.depth + 1) return;
      this.lookingAt = 0;
      if (this.deepestFound <= this.depth) return;
    }
    show();
  }

  private startParts(type: BtfType, id: number, offset: number): boolean {
    if (this.start(type, id, offset) === undefined) return false;
    if (this.lookingAt === 0) this.write(`${this.indent}${this.name}${this.newline}`);
    this.depth++;
    return true;
  }

  private endParts(bracket: string): void {
    this.depth--;
    this.write(`${this.indent}${bracket}${this.delimiter}${this.newline}`);
    this.end();
  }

  private showComposite(type: Extract<BtfType, { kind: "struct" | "union" }>, id: number, offset: number): void {
    if (!this.startParts(type, id, offset)) return;
    for (const member of type.members) {
      this.member = member;
      const [at, bit] = [offset + (member.bitOffset >> 3), member.bitOffset & 7];
      const memberType = this.btf.type(member.type);
      if (member.bitSize === 0) this.show(memberType, member.type, at, bit);
      else {
        const bytes = this.start(memberType, member.type, at);
        if (bytes !== undefined) this.showBits(bytes, bit, member.bitSize);
        this.end();
      }
      this.member = undefined;
    }
    this.endParts("}");
  }

  private showArray(type: Extract<BtfType, { kind: "array" }>, id: number, offset: number, bit: number): void {
    const elementId = skipModifiers(this.btf, type.element);
    const element = this.btf.type(elementId ?? 0);
    const size = "size" in element ? element.size : 0;
    this.isText = element.kind === "int" && size === 1;
    this.hasTextEnded = false;
    if (!this.startParts(type, id, offset)) return;
    for (let i = 0; i < type.count; i++) {
      this.isElement = true;
      this.member = undefined;
      this.show(element, type.element, offset + i * size, bit);
      this.isElement = false;
      this.member = undefined;
      if (this.hasTextEnded) break;
    }
    this.isText = false;
    this.hasTextEnded = false;
    this.endParts("]");
  }
}

/** isprint of the kernel, which knows Latin-1. */
const isPrintable = (code: number): boolean => (code >= 0x20 && code < 0x7f) || code >= 0xa0;
