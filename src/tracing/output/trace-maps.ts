/** The maps of a one-liner as user space walks them, by their names in the kernel. */
export interface TraceMaps {
  entries(map: string): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
  /** Takes an entry out. */
  delete(map: string, key: Uint8Array): void;
  update(map: string, key: Uint8Array, value: Uint8Array): void;
  /** The addresses of a call stack, the innermost first. */
  stack(number: number): readonly bigint[];
}
