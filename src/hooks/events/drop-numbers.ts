import { findEvent } from "../../events/catalogue.ts";
import type { DropReason } from "../../packet/drop-reason.ts";

/** SKB_DROP_REASON_NOT_SPECIFIED */
const NOT_SPECIFIED = 2;

let numbers: ReadonlyMap<string, number> | undefined;

/** Numbers of `enum skb_drop_reason` by their names, as the format of skb:kfree_skb lists them. */
export function dropNumbers(): ReadonlyMap<string, number> {
  if (numbers === undefined) {
    const { print } = findEvent("skb:kfree_skb")!;
    numbers = new Map([...print.matchAll(/\{ (\d+), "(\w+)" \}/g)].map(([, number, name]) => [name!, Number(number)]));
  }
  return numbers;
}

/** The number that Linux gives a reason; what it drops without one is not specified. */
export function dropNumber(reason: DropReason): number {
  return dropNumbers().get(reason) ?? NOT_SPECIFIED;
}
