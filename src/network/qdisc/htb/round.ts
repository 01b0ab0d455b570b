import type { HtbClass } from "./htb-class.ts";

/**
 * Classes that take turns in the order of their ids. A class that leaves while it is its turn may get the turn back when it
 * returns, as in the kernel (htb_lookup_leaf, last_ptr_id).
 */
export class Round {
  private readonly classes: HtbClass[] = [];
  /** Id of the class whose turn it is, there or not; 0: the round has come to its end. */
  private turnId = 0;

  get isEmpty(): boolean {
    return this.classes.length === 0;
  }

  /** Whose turn it is; undefined at the round's end. */
  get current(): HtbClass | undefined {
    if (this.turnId === 0) return undefined;
    const found = this.classes[this.indexOf(this.turnId)];
    this.turnId = found?.classid ?? 0;
    return found;
  }

  add(one: HtbClass): void {
    this.classes.splice(this.indexOf(one.classid), 0, one);
  }

  /** @param keepsTurn it gets its turn back, should it return soon enough; else the turn goes to the next. */
  remove(one: HtbClass, keepsTurn: boolean): void {
    if (!keepsTurn && this.turnId === one.classid) this.turn();
    this.classes.splice(this.indexOf(one.classid), 1);
  }

  /** The next one's turn. */
  turn(): void {
    this.turnId = this.classes[this.indexOf(this.turnId) + 1]?.classid ?? 0;
  }

  /** Begins anew with the first. */
  rewind(): void {
    this.turnId = this.classes[0]?.classid ?? 0;
  }

  /** Index of the first class with that id or a higher one. */
  private indexOf(id: number): number {
    const { classes } = this;
    let low = 0;
    let high = classes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (classes[middle]!.classid < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
