import { NetsimError } from "./errors.ts";

/**
 * Named things of one kind, in the order in which they were bound. Hooks, languages, engines and reporters are
 * all found through one of these.
 */
export class Registry<T extends { readonly name: string }> {
  private readonly byName = new Map<string, T>();
  private readonly what: string;

  /**
   * @param what what one of them is called in messages, as in "hook".
   * Throws a NetsimError that names every duplicate.
   */
  constructor(what: string, things: Iterable<T>) {
    this.what = what;
    const duplicates = new Set<string>();
    for (const thing of things) {
      if (this.byName.has(thing.name)) duplicates.add(thing.name);
      else this.byName.set(thing.name, thing);
    }
    if (duplicates.size > 0)
      throw new NetsimError(
        [...duplicates].map((name) => ({
          code: "duplicate-name",
          severity: "error",
          message: `There are two ${what}s named '${name}'.`,
          hint: `Every ${what} needs a name of its own; look at the plugins that the topology loads.`,
        })),
      );
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  find(name: string): T | undefined {
    return this.byName.get(name);
  }

  /** The thing of that name; throws when there is none, which only a bug can cause after a topology was checked. */
  get(name: string): T {
    const thing = this.byName.get(name);
    if (thing === undefined) throw new Error(`no ${this.what} is named '${name}'; there are: ${this.names.join(", ")}`);
    return thing;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.byName.values();
  }
}
