const SLOTS = 16;

/** Hands out scratch slots M[0] .. M[15] in turn: one that was given back is taken again only after those behind it. */
export class ScratchSlots {
  readonly #taken: boolean[] = Array(SLOTS).fill(false);
  #next = 0;

  /** Undefined where all are taken. */
  take(): number | undefined {
    for (let tried = 0; tried < SLOTS; tried++) {
      if (!this.#taken[this.#next]) {
        this.#taken[this.#next] = true;
        return this.#next;
      }
      this.#next = (this.#next + 1) % SLOTS;
    }
    return undefined;
  }

  giveBack(slot: number): void {
    this.#taken[slot] = false;
  }
}
