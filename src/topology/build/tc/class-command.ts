import { majorOf } from "../../../hooks/tc/verdict.ts";
import type { TcChange } from "../../model.ts";
import { formatClassid } from "../../quantity/classid.ts";
import { MissingOption } from "../../quantity/option-error.ts";
import { ROOT_CLASSID } from "../../tc-command/units.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import { findParent, once, readClassid, readValues, readVerb } from "./command-words.ts";
import { type ClassDraft, type DeviceDraft, kept, type QdiscDraft, type TcDraft } from "./drafts.ts";
import { needDevice, readOpening } from "./opening.ts";
import { isInner } from "./qdisc-seat.ts";
import type { TcScope } from "./scope.ts";

/** `class add dev DEV parent CLASS classid CLASS KIND OPTIONS`, and its like. */
export class ClassCommand {
  private readonly draft: TcDraft;
  private readonly scope: TcScope;

  constructor(draft: TcDraft, scope: TcScope) {
    this.draft = draft;
    this.scope = scope;
  }

  run(words: Words): TcChange[] {
    const verb = readVerb(words);
    const said: { parent?: { classid: number; word: Word }; own?: { classid: number; word: Word } } = {};
    const device = readOpening(words, this.draft, this.scope, ["estimator", "est"], (word) => {
      if (words.accept("parent")) {
        once(said.parent, word);
        said.parent = readClassid(words, "the parent");
      } else if (words.accept("classid")) {
        once(said.own, word);
        said.own = readClassid(words, "the class");
      } else if (words.accept("root")) {
        once(said.parent, word);
        said.parent = { classid: ROOT_CLASSID, word };
      } else return false;
      return true;
    });
    const on = needDevice(device, words.peek);
    if (said.own === undefined)
      throw new WordError("The command does not say which class.", words.peek, "Write `classid` and its number.");
    const { own, parent } = completed(said.own, said.parent, on.draft);
    const qdisc = findParent(on.draft, own.classid, own.word);
    if (!qdisc.makesClasses) throw new WordError(`A ${qdisc.part.name} qdisc has the classes that it has.`, own.word);
    const known = qdisc.classes.get(own.classid);
    if (verb === "delete") this.remove(qdisc, own, known);
    else this.put(verb === "add", qdisc, { own, parent, known, mayAdd: verb !== "change" }, words);
    if (!this.draft.isComplete) return [];
    return [{ kind: "options", device: on.name, handle: qdisc.handle, qdisc: qdisc.model() }];
  }

  private put(
    isAdd: boolean,
    qdisc: QdiscDraft,
    {
      own,
      parent,
      known,
      mayAdd,
    }: {
      own: { classid: number; word: Word };
      parent: { classid: number; word: Word } | undefined;
      known: ClassDraft | undefined;
      mayAdd: boolean;
    },
    words: Words,
  ): void {
    const { part } = qdisc;
    const kind = words.take("the kind of the class");
    if (kind.text !== part.name)
      throw new WordError(`The classes of this qdisc are ${part.name}, not ${kind.text}.`, kind);
    const read = readValues(words, part.classWords ?? {}, part.classOptions ?? {}, `${part.name} class`);
    const said = part.completeClassWords?.(read) ?? read;
    if (isAdd && known !== undefined)
      throw new WordError(
        `There is a class ${formatClassid(own.classid)} already.`,
        own.word,
        "`change` and `replace` change it.",
      );
    if (!mayAdd && known === undefined)
      throw new WordError(`There is no class ${formatClassid(own.classid)}.`, own.word);
    const values: Record<string, unknown> = {
      ...(known && kept(known.values, part.classChangeKeeps ?? [])),
      ...said,
    };
    // A class stays below what it was made below, and one whose parent there is not is below the qdisc itself (htb_change_class).
    const above =
      known !== undefined
        ? known.values.parent
        : parent !== undefined && qdisc.classes.has(parent.classid)
          ? formatClassid(parent.classid)
          : undefined;
    if (above !== undefined && Object.hasOwn(part.classOptions ?? {}, "parent")) values.parent = above;
    qdisc.classes.set(own.classid, { filters: [], ...known, values });
    try {
      qdisc.check(own.classid);
    } catch (error) {
      if (known === undefined) qdisc.classes.delete(own.classid);
      else qdisc.classes.set(own.classid, known);
      if (error instanceof MissingOption) throw new WordError(`A ${part.name} class needs its \`${error.key}\`.`, kind);
      throw error;
    }
    // What waited in a class goes with the queue that it had.
    const inner = values.parent === undefined || known !== undefined ? undefined : qdisc.classes.get(parent!.classid);
    if (inner?.child !== undefined) delete inner.child;
  }

  private remove(
    qdisc: QdiscDraft,
    { classid, word }: { classid: number; word: Word },
    known: ClassDraft | undefined,
  ): void {
    const name = formatClassid(classid);
    if (known === undefined) throw new WordError(`There is no class ${name}.`, word);
    if (isInner(qdisc, classid)) throw new WordError(`The class ${name} has classes below it.`, word);
    const filters = [...qdisc.filters, ...[...qdisc.classes.values()].flatMap((one) => one.filters)];
    if (filters.some((filter) => filter.classid === classid))
      throw new WordError(`The class ${name} is that of a filter.`, word, "Delete the filter first.");
    qdisc.classes.delete(classid);
    qdisc.parse();
  }
}

interface NamedClass {
  readonly classid: number;
  readonly word: Word;
}

/** Gives each the major number that only the other has, or that of the root discipline (tc_ctl_tclass). Throws a WordError where they differ. */
function completed(
  own: NamedClass,
  parent: NamedClass | undefined,
  { root }: DeviceDraft,
): { readonly own: NamedClass; readonly parent: NamedClass | undefined } {
  const isBelow = parent !== undefined && parent.classid !== ROOT_CLASSID;
  const ownMajor = majorOf(own.classid);
  const parentMajor = isBelow ? majorOf(parent.classid) : 0;
  if (ownMajor !== 0 && parentMajor !== 0 && ownMajor !== parentMajor)
    throw new WordError(`The class ${own.word.text} is of another qdisc than ${parent!.word.text}.`, own.word);
  const major = ownMajor || parentMajor || (root?.handle ?? 0);
  const complete = ({ classid, word }: NamedClass) => ({ classid: (major + (classid & 0xffff)) >>> 0, word });
  return { own: complete(own), parent: isBelow ? complete(parent) : undefined };
}
