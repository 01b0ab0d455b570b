import { ObjectError, type ObjectProblem } from "./object-file.ts";

/** More are not told: a file of zeroes has one wrong byte after the other. */
const MOST = 50;

/** Gathers what is wrong with an object, so that all of it can be said at once. */
export class Problems {
  readonly #found: ObjectProblem[] = [];

  /** @param section the section's name; undefined where the place is in none. @param offset byte in it, or in the file. */
  add(section: string | undefined, offset: number, message: string, hint?: string): void {
    if (this.#found.length < MOST)
      this.#found.push({
        message,
        offset,
        ...(section === undefined ? {} : { section }),
        ...(hint === undefined ? {} : { hint }),
      });
  }

  get any(): boolean {
    return this.#found.length > 0;
  }

  /** Adds a problem after which nothing can be read any more. */
  fail(section: string | undefined, offset: number, message: string, hint?: string): never {
    this.add(section, offset, message, hint);
    throw new ObjectError(this.#found);
  }

  /** Throws an ObjectError where there are any. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new ObjectError(this.#found);
  }
}
