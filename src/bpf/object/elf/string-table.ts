const decoder = new TextDecoder();

/** Names are not longer in objects that compilers make; the kernel's own limit for symbols is this too (KSYM_NAME_LEN). */
const LONGEST_NAME = 512;

/** Strings that end with a zero byte, by their offsets (a string section; BTF's strings). */
export class StringTable {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The string at an offset; undefined where the table does not hold its end, or where it is longer than `longest` bytes. */
  at(offset: number, longest = LONGEST_NAME): string | undefined {
    const { bytes } = this;
    const last = Math.min(bytes.length, offset + longest + 1);
    let text = "";
    for (let i = offset; i < last; i++) {
      const byte = bytes[i]!;
      if (byte === 0) return text;
      if (byte >= 0x80) {
        const end = bytes.indexOf(0, i);
        return end < 0 || end >= last ? undefined : decoder.decode(bytes.subarray(offset, end));
      }
      text += String.fromCharCode(byte);
    }
    return undefined;
  }
}
