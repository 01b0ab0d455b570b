/** Names are not longer in objects that compilers make; the kernel's own limit for symbols is this too (KSYM_NAME_LEN). */
const LONGEST_NAME = 512;

/** Strings that end with a zero byte, by their offsets (a string section; BTF's strings). */
export class StringTable {
  readonly bytes: Uint8Array;
  /** All of it where it is ASCII, so that a byte's place is a character's; null where it is not. */
  #text: string | null | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The string at an offset; undefined where the table does not hold its end, or where it is longer than `longest` bytes. */
  at(offset: number, longest = LONGEST_NAME): string | undefined {
    if (this.#text === undefined) this.#text = asciiOf(this.bytes);
    if (this.#text === null) {
      const part = this.bytes.subarray(offset, offset + longest + 1);
      const end = part.indexOf(0);
      return end < 0 ? undefined : new TextDecoder().decode(part.subarray(0, end));
    }
    const part = this.#text.slice(offset, offset + longest + 1);
    const end = part.indexOf("\0");
    return end < 0 ? undefined : part.slice(0, end);
  }
}

function asciiOf(bytes: Uint8Array): string | null {
  const text = new TextDecoder().decode(bytes);
  return text.length === bytes.length && /^[\0-\x7f]*$/.test(text) ? text : null;
}
