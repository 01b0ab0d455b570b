import { and, type Condition, or } from "../ir/condition.ts";
import type { Direction } from "../syntax/ast.ts";
import type { Context } from "./context.ts";

/**
 * A test of the source, of the destination, of either (also without a direction) or of both.
 * @param source what `find` is given for the source: an offset, for example; `destination` likewise.
 * Throws for directions that only 802.11 has.
 */
export function inDirection<Place>(
  c: Context,
  direction: Direction | undefined,
  source: Place,
  destination: Place,
  find: (place: Place) => Condition,
): Condition {
  switch (direction) {
    case "src":
      return find(source);
    case "dst":
      return find(destination);
    case "and":
      return and(find(source), find(destination));
    case "or":
    case undefined:
      return or(find(source), find(destination));
    default:
      return c.fail(`'${direction}' says which MAC address of an 802.11 header is meant, and there is none here.`);
  }
}
