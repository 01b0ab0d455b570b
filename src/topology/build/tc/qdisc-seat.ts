import { formatClassid } from "../../quantity/classid.ts";
import { tcHandle } from "../../tc-command/units.ts";
import type { Word, Words } from "../../tc-command/words.ts";
import type { DeviceDraft, QdiscDraft } from "./drafts.ts";

/** Where a command puts a discipline. */
export type Seat =
  | { readonly kind: "root" }
  /** Where filters of the sides hang on: clsact or ingress, which is the kind of the discipline too. */
  | { readonly kind: "hook"; readonly name: "clsact" | "ingress" }
  | { readonly kind: "class"; readonly parent: QdiscDraft; readonly classid: number };

/** The handle that clsact and ingress have, and no other discipline. */
export const HOOK_HANDLE = 0xffff_0000;

/** The handle of a discipline; 0 leaves it to the kernel. */
export function readHandle(words: Words): { classid: number; word: Word } {
  const word = words.peek;
  return { classid: words.read("the handle", tcHandle), word: word! };
}

/** Where the discipline with that handle stands. */
export function seatOf(device: DeviceDraft, handle: number): Seat | undefined {
  if (device.root?.handle === handle) return { kind: "root" };
  for (const parent of device.root?.all ?? [])
    for (const [classid, { child }] of parent.classes)
      if (child?.handle === handle) return { kind: "class", parent, classid };
  return undefined;
}

/** Are there classes below this one? */
export const isInner = ({ classes }: QdiscDraft, classid: number): boolean =>
  [...classes.values()].some(({ values }) => values.parent === formatClassid(classid));
