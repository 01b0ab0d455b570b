/** Which elements of a map are free, and which one makes room where none is. */
export interface Eviction {
  /** A free element, if need be after evictions; undefined where there is none. */
  take(cpu: number): number | undefined;
  /** The element may be taken again. */
  give(element: number): void;
  /** The element was looked up. */
  mark(element: number): void;
}
