/** An entry that holds a thing of the topology. */
export interface HeldName {
  readonly key: Uint8Array;
  /** Of the program or control group. */
  readonly name: string;
}

/** What entries of maps hold by names, which the kernel would not give: programs and control groups, by map and key in words. */
export class HeldNames {
  private readonly names = new Map<string, Map<string, HeldName>>();

  put(map: string, keyText: string, held: HeldName): void {
    const names = this.names.get(map) ?? new Map<string, HeldName>();
    this.names.set(map, names);
    names.set(keyText, held);
  }

  delete(map: string, keyText: string): void {
    this.names.get(map)?.delete(keyText);
  }

  /** Undefined where the entry holds nothing that has a name. */
  at(map: string, keyText: string): HeldName | undefined {
    return this.names.get(map)?.get(keyText);
  }

  /** All of a map, in the order in which their keys came. */
  of(map: string): Iterable<HeldName> {
    return this.names.get(map)?.values() ?? [];
  }
}
