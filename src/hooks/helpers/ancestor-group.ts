import type { SkbControlGroup } from "../../packet/skb.ts";

/** Id of the control group that a group lies in at a level, counted from the root, or of itself; 0 where it lies above that. */
export function ancestorId(group: SkbControlGroup | undefined, level: number): number {
  const way: SkbControlGroup[] = [];
  for (let at = group; at !== undefined; at = at.parent) way.unshift(at);
  return way[level]?.id ?? 0;
}

/** Is a control group that of an id, or below it (cgroup_is_descendant)? */
export function isUnder(group: SkbControlGroup | undefined, id: bigint): boolean {
  for (let at = group; at !== undefined; at = at.parent) if (BigInt(at.id) === id) return true;
  return false;
}
