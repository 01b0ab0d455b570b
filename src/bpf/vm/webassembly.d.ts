/*
 * The part of the WebAssembly JavaScript interface that the engine uses. TypeScript has these declarations only
 * in its browser library, whose other globals do not exist in Node.
 */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    /** Returns the old size in pages; throws RangeError past the maximum. */
    grow(pages: number): number;
  }
}
