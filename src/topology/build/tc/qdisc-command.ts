import type { TcChange } from "../../model.ts";
import { formatClassid } from "../../quantity/classid.ts";
import { OptionError } from "../../quantity/option-error.ts";
import { ROOT_CLASSID } from "../../tc-command/units.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import type { CommandPlace } from "./command-place.ts";
import {
  findParent,
  once,
  readClassid,
  readKind,
  readNumber,
  readValues,
  readVerb,
  type Verb,
} from "./command-words.ts";
import { type DeviceDraft, FilterBlock, kept, QdiscDraft, type SideDraft, type TcDraft } from "./drafts.ts";
import { type NamedDevice, needDevice, readOpening } from "./opening.ts";
import { HOOK_HANDLE, isInner, readHandle, type Seat, seatOf } from "./qdisc-seat.ts";
import type { TcScope } from "./scope.ts";

const SIDES = ["ingress", "egress"] as const;

type BlockNumber = ReturnType<typeof readNumber>;

/** `qdisc add dev DEV root|parent CLASS|clsact|ingress [handle H] KIND OPTIONS`, and its like. */
export class QdiscCommand {
  private readonly draft: TcDraft;
  private readonly scope: TcScope;

  constructor(draft: TcDraft, scope: TcScope) {
    this.draft = draft;
    this.scope = scope;
  }

  run(words: Words, place: CommandPlace): TcChange[] {
    const verb = readVerb(words);
    const said: { seat?: { seat: Seat; word: Word }; handle?: { classid: number; word: Word } } = {};
    const refused = ["stab", "estimator", "est"];
    const blocks: { ingress?: BlockNumber; egress?: BlockNumber } = {};
    const device = readOpening(words, this.draft, this.scope, refused, (word, named) => {
      const sit = (seat: Seat, at = word) => {
        if (said.seat !== undefined)
          throw new WordError(`\`${word.text}\` says once more where the qdisc stands.`, word);
        said.seat = { seat, word: at };
      };
      if (words.accept("root")) sit({ kind: "root" });
      else if (words.accept("clsact", "ingress")) {
        // The word is the kind, too, and its options follow.
        sit({ kind: "hook", name: word.text as "clsact" | "ingress" });
        return "last";
      } else if (words.accept("parent")) {
        const { classid, word: at } = readClassid(words, "the class");
        const { draft } = named();
        if (classid === ROOT_CLASSID) sit({ kind: "root" }, at);
        else sit({ kind: "class", parent: findParent(draft, classid, at), classid }, at);
      } else if (words.accept("handle")) {
        once(said.handle, word);
        said.handle = readHandle(words);
      } else if (words.accept("ingress_block"))
        blocks.ingress = readNumber(words, "the number of a block", 1, 0xffff_ffff);
      else if (words.accept("egress_block")) blocks.egress = readNumber(words, "the number of a block", 1, 0xffff_ffff);
      else return false;
      return true;
    });
    const on = needDevice(device, words.peek);
    const handle = said.handle?.classid === 0 ? undefined : said.handle;
    let { seat } = said;
    if (seat === undefined && handle !== undefined && (verb === "change" || verb === "replace")) {
      const found = seatOf(on.draft, handle.classid);
      if (found !== undefined) seat = { seat: found, word: handle.word };
    }
    if (seat === undefined)
      throw new WordError("A qdisc stands at the `root` or in a `parent` class.", words.peek ?? handle?.word);
    const { seat: where, word } = seat;
    if (where.kind === "hook") {
      words.end();
      return this.hook(verb, on, where.name, blocks, word);
    }
    const shared = blocks.ingress ?? blocks.egress;
    if (shared !== undefined) throw new WordError("Only clsact and ingress have filters that are shared.", shared.word);
    if (verb === "delete") return this.remove(on, { seat: where, word }, handle, words);
    return this.put(verb, on, { seat: where, word }, handle, words, place);
  }

  private put(
    verb: Verb,
    { draft: device, name }: NamedDevice,
    { seat, word }: { seat: Exclude<Seat, { kind: "hook" }>; word: Word },
    handle: { classid: number; word: Word } | undefined,
    words: Words,
    place: CommandPlace,
  ): TcChange[] {
    const there = seat.kind === "root" ? device.root : seat.parent.classes.get(seat.classid)?.child;
    // A qdisc that stays what it is need not be named.
    if (words.peek === undefined && there !== undefined && verb !== "add") return [];
    const { part, word: kindWord } = readKind(words, this.scope.qdiscs);
    const read = readValues(words, part.words!, part.options, part.name, part.checkWords);
    const values = part.completeWords?.(read) ?? read;
    // tc_modify_qdisc
    const isNamed = there !== undefined && handle?.classid === there.handle;
    if (there !== undefined && (isNamed || (handle === undefined && there.part === part))) {
      if (verb === "add") throw standsHere(there, word);
      return this.change(there, { part, kindWord, values }, name);
    }
    if (there !== undefined && handle !== undefined && verb !== "replace") throw standsHere(there, word);
    if (there === undefined && verb === "change")
      throw new WordError("There is no qdisc here to be changed.", word, "`add` puts one here.");
    if (part.rootOnly === true && seat.kind === "class")
      throw new WordError(`A ${part.name} qdisc stands at the root only.`, kindWord);
    if (
      handle !== undefined &&
      (device.find(handle.classid) !== undefined || (device.hook !== undefined && handle.classid === HOOK_HANDLE))
    )
      throw new WordError(`There is a qdisc ${formatClassid(handle.classid)} on this interface already.`, handle.word);
    const made = new QdiscDraft(
      part,
      handle?.classid ?? device.takeHandle(),
      place.context.place(place.spanOf(kindWord)),
      values,
    );
    made.parse();
    if (seat.kind === "root") {
      device.root = made;
      return [{ kind: "root", device: name, qdisc: made.model() }];
    }
    this.seatIn(seat.parent, seat.classid, made, word);
    return [{ kind: "graft", device: name, handle: seat.parent.handle, classid: seat.classid, qdisc: made.model() }];
  }

  /** Gives a discipline other options (qdisc_change). */
  private change(
    there: QdiscDraft,
    {
      part,
      kindWord,
      values,
    }: {
      readonly part: QdiscDraft["part"];
      readonly kindWord: Word;
      readonly values: Readonly<Record<string, unknown>>;
    },
    device: string,
  ): TcChange[] {
    if (there.part !== part)
      throw new WordError(
        `The qdisc here is ${there.part.name} ${formatClassid(there.handle)}, which stays what it is.`,
        kindWord,
        "`replace` with another handle puts another in its place.",
      );
    const { changeKeeps, fixed = [] } = part;
    const moved = fixed.find((key) => key in values);
    // Without options tc sends none, except of htb.
    if ((changeKeeps === "refused" && (part.makesOptions === true || Object.keys(values).length > 0)) || moved)
      throw new WordError(
        `${moved === undefined ? `A ${part.name} qdisc` : `The ${moved} of ${part.name}`} cannot be changed.`,
        kindWord,
        "`replace` with another handle puts another in its place.",
      );
    const before = there.values;
    there.values = { ...kept(before, changeKeeps), ...values };
    try {
      there.parse();
    } catch (error) {
      there.values = before;
      throw error;
    }
    return [{ kind: "options", device, handle: there.handle, qdisc: there.model() }];
  }

  /** Puts a discipline into a class that there is. */
  private seatIn(parent: QdiscDraft, classid: number, made: QdiscDraft, word: Word): void {
    const { part, classes } = parent;
    if (part.classOptions === undefined)
      throw new WordError(`A ${part.name} qdisc has no classes that others could stand in.`, word);
    const known = classes.get(classid);
    if (known === undefined && parent.makesClasses)
      throw new WordError(`There is no class ${formatClassid(classid)}.`, word, "`class add` makes one.");
    if (isInner(parent, classid))
      throw new WordError(`Packets do not wait in ${formatClassid(classid)}, which has classes below it.`, word);
    classes.set(classid, { values: {}, filters: [], ...known, child: made });
    try {
      parent.parse();
    } catch (error) {
      if (known === undefined) classes.delete(classid);
      else classes.set(classid, known);
      if (error instanceof OptionError) throw new WordError(error.message, word, error.hint);
      throw error;
    }
  }

  private remove(
    { draft: device, name }: NamedDevice,
    { seat, word }: { seat: Exclude<Seat, { kind: "hook" }>; word: Word },
    handle: { classid: number; word: Word } | undefined,
    words: Words,
  ): TcChange[] {
    const kind = words.peek;
    if (kind !== undefined) {
      const { part } = readKind(words, this.scope.qdiscs);
      readValues(words, part.words!, part.options, part.name, part.checkWords);
    }
    const there = seat.kind === "root" ? device.root : seat.parent.classes.get(seat.classid)?.child;
    if (there !== undefined && handle !== undefined && handle.classid !== there.handle)
      throw new WordError(`The qdisc here is ${formatClassid(there.handle)}.`, handle.word);
    if (there !== undefined && kind !== undefined && kind.text !== there.part.name)
      throw new WordError(`The qdisc here is ${there.part.name}.`, kind);
    if (seat.kind === "root") {
      if (device.root === undefined) throw new WordError("There is no qdisc at the root.", word);
      device.root = undefined;
      return [{ kind: "root", device: name }];
    }
    const own = seat.parent.classes.get(seat.classid);
    if (own?.child === undefined)
      throw new WordError(`There is no qdisc in ${formatClassid(seat.classid)} but its plain queue.`, word);
    delete own.child;
    return [{ kind: "graft", device: name, handle: seat.parent.handle, classid: seat.classid }];
  }

  /** What the filters of the sides hang on. Its handle is ffff:, whatever the command says (tc_qdisc_modify of iproute2). */
  private hook(
    verb: Verb,
    { draft: device, name }: NamedDevice,
    kind: "clsact" | "ingress",
    { ingress, egress }: { readonly ingress?: BlockNumber; readonly egress?: BlockNumber },
    word: Word,
  ): TcChange[] {
    if (verb === "delete") {
      if (device.hook !== kind) throw new WordError(`There is no ${kind} qdisc on this interface.`, word);
      device.hook = undefined;
      const emptied = SIDES.filter((side) => device[side].filters.length > 0);
      for (const side of SIDES) this.unbind(device[side]);
      return [
        ...emptied.map((side): TcChange => ({ kind: "filters", device: name, where: side, filters: [] })),
        { kind: "hook", device: name, blocks: {} },
      ];
    }
    if (device.hook !== undefined && (verb === "add" || device.hook !== kind))
      throw new WordError(`There is a ${device.hook} qdisc on this interface already.`, word);
    if (device.find(HOOK_HANDLE) !== undefined)
      throw new WordError("There is a qdisc ffff: on this interface already.", word);
    if (device.hook !== undefined) return [];
    if (kind === "ingress" && egress !== undefined)
      throw new WordError("An ingress qdisc has no filters of egress.", egress.word, "clsact has them.");
    if (ingress !== undefined && ingress.value === egress?.value)
      throw new WordError("The sides of a device have blocks of their own.", egress.word);
    device.hook = kind;
    const bound = [
      this.bind(device, name, "ingress", ingress?.value),
      this.bind(device, name, "egress", egress?.value),
    ];
    return [
      {
        kind: "hook",
        device: name,
        hook: kind,
        blocks: { ...(ingress && { ingress: ingress.value }), ...(egress && { egress: egress.value }) },
      },
      ...bound.flat(),
    ];
  }

  /** Gives a side the filters of a block. */
  private bind(device: DeviceDraft, name: string, side: "ingress" | "egress", number: number | undefined): TcChange[] {
    if (number === undefined) return [];
    const block = this.draft.blocks.get(number) ?? new FilterBlock();
    this.draft.blocks.set(number, block);
    const draft = device[side];
    draft.block = number;
    draft.filters = block.filters;
    block.sides.push({ device: name, side, draft });
    return [{ kind: "filters", device: name, where: side, filters: [...block.filters] }];
  }

  /** Takes its filters from a side; a block that no side has is gone. */
  private unbind(side: SideDraft): void {
    const { filters, block: number } = side;
    side.filters = [];
    side.block = undefined;
    const block = number === undefined ? undefined : this.draft.blocks.get(number);
    if (block !== undefined) {
      block.sides.splice(
        block.sides.findIndex(({ draft }) => draft === side),
        1,
      );
      if (block.sides.length > 0) return;
      this.draft.blocks.delete(number!);
    }
    this.draft.actions.release(filters);
  }
}

const standsHere = ({ part, handle }: QdiscDraft, word: Word): WordError =>
  new WordError(
    `There is a ${part.name} qdisc here already, ${formatClassid(handle)}`.concat("."),
    word,
    "`replace` puts another in its place.",
  );
