/** From this length on, the cost of a new view for TypedArray.set is less than that of copying word by word. */
const LONG = 128;

/**
 * Copies blocks of bytes from array to array. TypedArray.set would need a new array object for each packet, and byte by
 * byte takes three times as long: so short blocks go by 32-bit words, through views of the two arrays that were last used.
 */
export class BlockCopier {
  private source: Uint8Array;
  private target: Uint8Array;
  private sourceView: DataView;
  private targetView: DataView;

  constructor() {
    this.source = this.target = new Uint8Array(0);
    this.sourceView = this.targetView = viewOf(this.source);
  }

  /** Copies `length` bytes from `source` at `from` to `target` at `at`; the two do not overlap. */
  copy(target: Uint8Array, at: number, source: Uint8Array, from: number, length: number): void {
    if (length >= LONG) {
      target.set(source.subarray(from, from + length), at);
      return;
    }
    if (source !== this.source) {
      this.source = source;
      this.sourceView = viewOf(source);
    }
    if (target !== this.target) {
      this.target = target;
      this.targetView = viewOf(target);
    }
    const { sourceView, targetView } = this;
    let i = 0;
    for (; i + 4 <= length; i += 4) targetView.setInt32(at + i, sourceView.getInt32(from + i, true), true);
    for (; i < length; i++) targetView.setUint8(at + i, sourceView.getUint8(from + i));
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
