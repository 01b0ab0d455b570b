import type { TcChange, TcFilterModel } from "../../model.ts";
import { formatClassid } from "../../quantity/classid.ts";
import { type Word, WordError } from "../../tc-command/words.ts";
import { findParent } from "./command-words.ts";
import type { DeviceDraft } from "./drafts.ts";

/** The filters of one place. */
export interface FilterPlace {
  readonly where: TcChange extends infer C ? (C extends { where: infer W } ? W : never) : never;
  filters: TcFilterModel[];
}

/** A side, which has filters only with clsact or ingress. */
export function sideOf(device: DeviceDraft, side: "ingress" | "egress", word: Word): FilterPlace {
  if (device.hook === undefined || (side === "egress" && device.hook === "ingress"))
    throw new WordError(
      `There is nothing on this interface that filters of its ${side} could hang on.`,
      word,
      "Add a clsact qdisc first.",
    );
  const draft = device[side];
  return {
    where: side,
    get filters() {
      return draft.filters;
    },
    set filters(filters) {
      draft.filters = filters;
    },
  };
}

/** A qdisc, or one of its classes; without a number the root. */
export function placeOf(device: DeviceDraft, classid: number | undefined, word: Word | undefined): FilterPlace {
  if (classid !== undefined && (classid === 0xffff_fff2 || classid === 0xffff_fff3 || classid === 0xffff_0000))
    return sideOf(device, classid === 0xffff_fff3 ? "egress" : "ingress", word!);
  const { root } = device;
  if (root === undefined)
    throw new WordError("There is no qdisc on this interface.", word, "`qdisc add` puts one there.");
  const qdisc = classid === undefined ? root : findParent(device, classid, word!);
  const { part, handle } = qdisc;
  if (part.filters !== true && part.classOptions === undefined)
    throw new WordError(`A ${part.name} qdisc asks no filters.`, word);
  if (classid === undefined || classid === handle)
    return {
      where: { handle, classid: 0 },
      get filters() {
        return qdisc.filters;
      },
      set filters(filters) {
        qdisc.filters = filters;
      },
    };
  const own = qdisc.classes.get(classid);
  if (part.classFilters !== true) throw new WordError(`The classes of a ${part.name} qdisc ask no filters.`, word);
  if (own === undefined) throw new WordError(`There is no class ${formatClassid(classid)}.`, word);
  return {
    where: { handle, classid },
    get filters() {
      return own.filters;
    },
    set filters(filters) {
      own.filters = filters;
    },
  };
}
