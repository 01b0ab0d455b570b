/** Elements that wait to be used: the one that was freed last is used first. */
export class FreeElements {
  private readonly waiting: Int32Array;
  private count: number;

  /** All of `elements`, the lowest first. */
  constructor(elements: number) {
    this.waiting = Int32Array.from({ length: elements }, (_, i) => elements - 1 - i);
    this.count = elements;
  }

  /** Undefined where all are in use. */
  take(): number | undefined {
    return this.count === 0 ? undefined : this.waiting[--this.count];
  }

  give(element: number): void {
    this.waiting[this.count++] = element;
  }
}
