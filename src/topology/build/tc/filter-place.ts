import { majorOf } from "../../../hooks/tc/verdict.ts";
import type { TcChange, TcFilterModel } from "../../model.ts";
import { formatClassid } from "../../quantity/classid.ts";
import { ROOT_CLASSID } from "../../tc-command/units.ts";
import { type Word, WordError } from "../../tc-command/words.ts";
import { findParent } from "./command-words.ts";
import type { DeviceDraft } from "./drafts.ts";
import { HOOK_HANDLE } from "./qdisc-seat.ts";

/** TC_H_MIN_INGRESS and TC_H_MIN_EGRESS of clsact. */
const [INGRESS, EGRESS] = [0xffff_fff2, 0xffff_fff3];

/** The filters of one place. */
export interface FilterPlace {
  readonly where: TcChange extends infer C ? (C extends { where: infer W } ? W : never) : never;
  filters: TcFilterModel[];
}

/** A side, which has filters only with clsact or ingress. */
export function sideOf(device: DeviceDraft, side: "ingress" | "egress", word: Word): FilterPlace {
  if (device.hook === undefined)
    throw new WordError(
      `There is nothing on this interface that filters of its ${side} could hang on.`,
      word,
      "Add a clsact qdisc first.",
    );
  // ingress has one block of filters, by whatever name.
  const where = device.hook === "ingress" ? "ingress" : side;
  const draft = device[where];
  if (draft.block !== undefined)
    throw new WordError(
      "The filters of this side are a shared block.",
      word,
      `Write \`block ${draft.block}\` and no interface.`,
    );
  return {
    where,
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
  if (classid === ROOT_CLASSID)
    throw new WordError(
      "Filters stand at a discipline, and `root` is none.",
      word,
      "Leave it out to mean the root qdisc.",
    );
  const isHook = classid !== undefined && device.hook !== undefined && majorOf(classid) === HOOK_HANDLE;
  // ingress takes any number for its only side, clsact those of its two.
  if (isHook && (device.hook === "ingress" || classid === INGRESS || classid === EGRESS))
    return sideOf(device, classid === EGRESS && device.hook === "clsact" ? "egress" : "ingress", word!);
  if (isHook) throw new WordError("clsact has two sides.", word, "Write `ingress` or `egress`.");
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
