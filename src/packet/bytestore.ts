/**
 * Where packet bytes live: the packets' side of the engine's one linear memory. An address is a byte offset into
 * `bytes`; it stays valid until it is released, also when the memory grows. `bytes` itself must be read anew after
 * anything that may allocate, because growth replaces the view.
 */
export interface ByteStore {
  readonly bytes: Uint8Array;
  /** Returns the address of `size` bytes, aligned to 8; their content is undefined. */
  allocate(size: number): number;
  release(address: number, size: number): void;
}
