/** What can stand in a `FlowList`. */
export interface Listed<T> {
  next: T | undefined;
}

/** Flows in the order of their turns, linked through themselves. */
export class FlowList<T extends Listed<T>> {
  first: T | undefined;
  /** How many. */
  length = 0;
  private last: T | undefined;

  push(one: T): void {
    one.next = undefined;
    if (this.last === undefined) this.first = one;
    else this.last.next = one;
    this.last = one;
    this.length++;
  }

  shift(): T | undefined {
    const one = this.first;
    if (one === undefined) return undefined;
    this.first = one.next;
    if (this.first === undefined) this.last = undefined;
    one.next = undefined;
    this.length--;
    return one;
  }

  remove(one: T): void {
    let before: T | undefined;
    for (let at = this.first; at !== undefined; before = at, at = at.next) {
      if (at !== one) continue;
      if (before === undefined) this.first = at.next;
      else before.next = at.next;
      if (this.last === at) this.last = before;
      one.next = undefined;
      this.length--;
      return;
    }
  }

  clear(): void {
    while (this.shift() !== undefined);
  }
}
