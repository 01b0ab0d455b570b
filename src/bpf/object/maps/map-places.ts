import type { ObjectMap } from "../object-file.ts";

/** A map and where the object declares it. */
export interface PlacedMap {
  readonly map: ObjectMap;
  /** Number of the section. */
  readonly section: number;
  /** Bytes in it that are the declaration. */
  readonly offset: number;
  readonly size: number;
}

/** Finds maps, as indexes, by where they are declared. */
export class MapPlaces {
  readonly #declared = new Map<number, Map<number, number>>();
  readonly #data = new Map<number, number>();
  readonly #placed: readonly PlacedMap[];

  constructor(placed: readonly PlacedMap[]) {
    this.#placed = placed;
    for (const [index, { map, section, offset }] of placed.entries()) {
      if (map.origin === "data") this.#data.set(section, index);
      else {
        const offsets = this.#declared.get(section) ?? new Map<number, number>();
        this.#declared.set(section, offsets.set(offset, index));
      }
    }
  }

  /** The map whose declaration begins at a byte of a section. */
  at(section: number, offset: number): number | undefined {
    return this.#declared.get(section)?.get(offset);
  }

  /** The map that a section of data became. */
  ofData(section: number): number | undefined {
    return this.#data.get(section);
  }

  /** The map whose declaration a byte of a section is part of. */
  around(section: number, offset: number): number | undefined {
    const index = this.#placed.findIndex(
      (it) => it.section === section && it.map.origin !== "data" && offset >= it.offset && offset < it.offset + it.size,
    );
    return index < 0 ? undefined : index;
  }
}
