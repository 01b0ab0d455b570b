import type { MapDefinition } from "./definition.ts";
import { ERRNO } from "./errno.ts";
import { HandledMap } from "./handled-map.ts";
import type { MapPlace } from "./map-place.ts";
import { Ring } from "./ring.ts";

/** A map whose content is a ring of records: it has no elements, so that the commands for elements are none of its own. */
export abstract class RingMap extends HandledMap {
  protected readonly ring: Ring;

  constructor(definition: MapDefinition, place: MapPlace) {
    super(definition, place);
    this.ring = new Ring(place, definition.maxEntries);
  }

  lookup(): number {
    return 0;
  }

  override userLookup(): number {
    return -ERRNO.ENOTSUPP;
  }

  override userUpdate(): number {
    return -ERRNO.ENOTSUPP;
  }

  override userDelete(): number {
    return -ERRNO.ENOTSUPP;
  }

  override nextKey(): number {
    return -ERRNO.ENOTSUPP;
  }

  override release(): void {
    super.release();
    this.ring.release();
  }
}
