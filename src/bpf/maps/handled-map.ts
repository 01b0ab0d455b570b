import { Block } from "./block.ts";
import type { MapDefinition } from "./definition.ts";
import { BpfMap } from "./map.ts";
import type { MapPlace } from "./map-place.ts";

/** A map whose address is a block that only stands for it. */
export abstract class HandledMap extends BpfMap {
  private readonly handle: Block;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.handle = new Block(place.machine, 4);
  }

  get address(): number {
    return this.handle.address;
  }

  release(): void {
    this.handle.release();
  }
}
