import type { CaptureInput } from "./input.ts";

/** Block types; a section header's is the same in both byte orders. */
export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
/** Obsolete. */
export const PACKET = 2;
export const SIMPLE_PACKET = 3;
export const ENHANCED_PACKET = 6;

const NAMES: Record<number, string> = {
  [SECTION_HEADER]: "Section Header Block",
  [INTERFACE_DESCRIPTION]: "Interface Description Block",
  [PACKET]: "Packet Block",
  [SIMPLE_PACKET]: "Simple Packet Block",
  [ENHANCED_PACKET]: "Enhanced Packet Block",
};

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const HEAD_SIZE = 8;
const TRAILER_SIZE = 4;
const SECTION_HEADER_SIZE = 28;

/** Limits of libpcap (sf-pcapng.c): for the first section header, and for any block, unless a link type needs more. */
const MAXIMUM_FIRST_SECTION_HEADER = 1024 * 1024;
const MAXIMUM_BLOCK = 16 * 1024 * 1024;

/**
 * The blocks of a pcapng file one after another, checked as libpcap does:
 *
 *     type 4 | total length 4 | body | total length 4
 *
 * Section headers, which decide the byte order of what follows, are understood here; other bodies are the caller's.
 */
export class PcapngBlocks {
  /** Byte order of the current section. */
  little = true;
  /** The current block's body is `input.view[body] .. input.view[end - 1]`, all of it present. */
  body = 0;
  end = 0;
  readonly #input: CaptureInput;
  #type = SECTION_HEADER;
  #sections = 0;
  #maximum = MAXIMUM_BLOCK;

  constructor(input: CaptureInput) {
    this.#input = input;
  }

  /** Finds the block at the input's position and returns its type; undefined at the end of the file. */
  find(): number | undefined {
    const input = this.#input;
    const present = input.require(HEAD_SIZE);
    if (present === 0) return undefined;
    if (present < HEAD_SIZE) input.failCutShort("The head of a block", HEAD_SIZE, present);
    this.#type = input.view.getUint32(input.at, this.little);
    if (this.#type === SECTION_HEADER) this.#readSection();
    else this.#requireBlock();
    return this.#type;
  }

  /** Goes on behind the block that was found. */
  pass(): void {
    this.#input.at = this.end + TRAILER_SIZE;
  }

  /** Lets blocks be as long as one whose body has `size` bytes. */
  allow(size: number): void {
    this.#maximum = Math.max(this.#maximum, HEAD_SIZE + size + TRAILER_SIZE);
  }

  /** Throws the error for the block that was found last; `problem` is the end of a sentence that begins with it. */
  damaged(problem: string): never {
    return this.#input.fail(
      `${this.#name} ${problem}.`,
      "The file is damaged here, or already before; the packets before this block can be read.",
    );
  }

  get #name(): string {
    return `The ${NAMES[this.#type] ?? `block of type ${this.#type}`}`;
  }

  /** Makes the whole block present, once its lengths are right. */
  #requireBlock(): void {
    const input = this.#input;
    const size = input.view.getUint32(input.at + 4, this.little);
    if (size < HEAD_SIZE + TRAILER_SIZE || size % 4 !== 0)
      this.damaged(`has a total length of ${size}; it is a multiple of 4, and at least 12`);
    this.#require(size, this.#maximum);
    const trailer = input.view.getUint32(this.end, this.little);
    if (trailer !== size) this.damaged(`has a total length of ${size} at its beginning, and of ${trailer} at its end`);
  }

  #require(size: number, maximum: number): void {
    const input = this.#input;
    if (size > maximum) this.damaged(`has a total length of ${size}; at most ${maximum} bytes can be right`);
    const got = input.require(size);
    if (got < size) input.failCutShort(this.#name, size, got);
    this.body = input.at + HEAD_SIZE;
    this.end = input.at + size - TRAILER_SIZE;
  }

  /** Body: byte-order magic 4 | major version 2 | minor version 2 | section length 8 | options. */
  #readSection(): void {
    const input = this.#input;
    const isFirst = this.#sections === 0;
    const wanted = HEAD_SIZE + 4;
    const present = input.require(wanted);
    if (present < wanted) input.failCutShort(this.#name, wanted, present);
    const little = input.view.getUint32(input.at + HEAD_SIZE, true) === BYTE_ORDER_MAGIC;
    if (!little && input.view.getUint32(input.at + HEAD_SIZE) !== BYTE_ORDER_MAGIC)
      this.damaged("does not have the byte-order magic 1a2b3c4d in either byte order");
    this.little = little;
    const size = input.view.getUint32(input.at + 4, little);
    if (size < SECTION_HEADER_SIZE)
      this.damaged(`has a total length of ${size}; it is at least ${SECTION_HEADER_SIZE}`);
    // libpcap does not look at the end of the first one.
    if (isFirst) this.#require(size, MAXIMUM_FIRST_SECTION_HEADER);
    else this.#requireBlock();
    const major = input.view.getUint16(this.body + 4, little);
    const minor = input.view.getUint16(this.body + 6, little);
    if (major !== 1 || (isFirst && minor !== 0 && minor !== 2))
      this.damaged(`says pcapng version ${major}.${minor}; versions 1.0 and 1.2 can be read`);
    this.#sections++;
  }
}
