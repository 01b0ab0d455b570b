import { goToChain } from "../../../hooks/tc/verdict.ts";
import { namesHint } from "../../check/hints.ts";
import type { AttachmentModel, TcActionModel, TcChange, TcFilterModel } from "../../model.ts";
import { formatClassid } from "../../quantity/classid.ts";
import { ACTION_ANSWERS } from "../../schema/tc.ts";
import { tcInteger } from "../../tc-command/units.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import { findParent, readClassid, readDevice, readVerb } from "./command-words.ts";
import type { CommandPlace } from "./commands.ts";
import type { DeviceDraft, TcDraft } from "./drafts.ts";
import { needDevice } from "./qdisc-command.ts";
import { parseEthertype } from "./read-tc.ts";
import type { TcScope } from "./scope.ts";

/** ETH_P_ALL */
const ALL = 3;
/** Priorities that the kernel chooses itself are counted down from here (tcf_auto_prio). */
const HIGHEST_AUTOMATIC = 0xc000;
const FIRST_AUTOMATIC = 0x8000;
const CLASSIFIERS = ["bpf", "matchall"];

/** The filters of one place. */
interface FilterPlace {
  readonly where: TcChange extends infer C ? (C extends { where: infer W } ? W : never) : never;
  filters: TcFilterModel[];
}

interface Given {
  priority: { value: number; word: Word } | undefined;
  protocol: { value: number; word: Word } | undefined;
  handle: { value: number; word: Word } | undefined;
  chain: number;
}

/** `filter add dev DEV ingress|egress|root|parent CLASS [prio P] [protocol P] [chain C] [handle H] bpf|matchall ...`, and its like. */
export class FilterCommand {
  private readonly draft: TcDraft;
  private readonly scope: TcScope;

  constructor(draft: TcDraft, scope: TcScope) {
    this.draft = draft;
    this.scope = scope;
  }

  run(words: Words, place: CommandPlace): TcChange[] {
    const verb = readVerb(words);
    let device: { draft: DeviceDraft; name: string } | undefined;
    let where: FilterPlace | undefined;
    const given: Given = { priority: undefined, protocol: undefined, handle: undefined, chain: 0 };
    for (;;) {
      const word = words.peek;
      if (words.accept("dev")) {
        const name = words.peek?.text ?? "";
        device = { draft: readDevice(words, this.draft, this.scope), name };
      } else if (words.accept("ingress", "egress"))
        where = sideOf(needDevice(device, word).draft, word!.text as "ingress" | "egress", word!);
      else if (words.accept("root")) where = placeOf(needDevice(device, word).draft, undefined, word!);
      else if (words.accept("parent")) {
        const { classid, word: at } = readClassid(words, "the parent");
        where = placeOf(needDevice(device, word).draft, classid, at);
      } else if (words.accept("pref", "prio", "priority", "preference"))
        given.priority = number(words, "the priority", 1, 0xffff);
      else if (words.accept("protocol", "proto")) {
        const at = words.peek!;
        given.protocol = {
          value: words.read("the protocol", (text) => (/^(0x)?\d/.test(text) ? tcInteger(text) : parseEthertype(text))),
          word: at,
        };
      } else if (words.accept("chain")) given.chain = number(words, "the chain", 0, 0x0fff_ffff).value;
      else if (words.accept("handle")) given.handle = number(words, "the handle", 1, 0x7fff_ffff);
      else if (word !== undefined && ["block", "estimator"].includes(word.text))
        throw new WordError(`\`${word.text}\` is not simulated.`, word);
      else break;
    }
    const on = needDevice(device, words.peek);
    where ??= placeOf(on.draft, undefined, words.peek);
    if (verb === "delete") remove(where, given, words);
    else this.put(verb, where, given, words, place);
    return [{ kind: "filters", device: on.name, where: where.where, filters: [...where.filters] }];
  }

  private put(
    verb: "add" | "change" | "replace",
    where: FilterPlace,
    given: Given,
    words: Words,
    place: CommandPlace,
  ): void {
    const kindWord = words.take("the kind of the filter");
    if (!CLASSIFIERS.includes(kindWord.text))
      throw new WordError(
        `The classifier '${kindWord.text}' is not simulated.`,
        kindWord,
        `There are: ${CLASSIFIERS.join(", ")}.`,
      );
    const kind = kindWord.text as "bpf" | "matchall";
    const protocol = given.protocol?.value ?? ALL;
    const inChain = where.filters.filter(({ chain }) => chain === given.chain);
    const priority = given.priority?.value ?? automaticPriority(inChain);
    const alike = inChain.filter((filter) => filter.priority === priority);
    const [other] = alike;
    if (other !== undefined && other.protocol !== protocol)
      throw new WordError(
        "Filters of one priority look at one protocol.",
        given.protocol?.word ?? given.priority?.word,
      );
    if (other !== undefined && other.kind !== kind)
      throw new WordError(`The filters of that priority are ${other.kind}.`, kindWord);
    const rest = this.readFilter(kind, words, place);
    const handle = given.handle?.value ?? (kind === "matchall" ? 1 : freeHandle(alike));
    const at = where.filters.findIndex((one) => alike.includes(one) && one.handle === handle);
    const isThere = at >= 0;
    if (isThere && verb === "add")
      throw new WordError(
        "There is such a filter already.",
        given.handle?.word ?? given.priority?.word ?? kindWord,
        "`replace` puts another in its place.",
      );
    if (!isThere && verb === "change")
      throw new WordError("There is no such filter to be changed.", given.handle?.word ?? kindWord);
    const model: TcFilterModel = {
      place: place.context.place(place.spanOf(kindWord)),
      kind,
      handle,
      priority,
      protocol,
      chain: given.chain,
      directAction: false,
      classid: 0,
      actions: [],
      ...rest,
    };
    where.filters = isThere ? where.filters.map((one, i) => (i === at ? model : one)) : [...where.filters, model];
  }

  private readFilter(kind: "bpf" | "matchall", words: Words, place: CommandPlace): Partial<TcFilterModel> {
    const found: { -readonly [K in keyof TcFilterModel]?: TcFilterModel[K] } = {};
    const program = new ProgramWords(this.scope, place, "classifier");
    for (;;) {
      const word = words.peek;
      if (words.accept("flowid", "classid")) found.classid = readClassid(words, "the class").classid;
      else if (words.accept("action", "actions")) found.actions = this.readActions(words, place);
      else if (words.accept("skip_hw", "verbose")) continue;
      else if (word?.text === "skip_sw")
        throw new WordError("`skip_sw` needs a device that filters by itself, which is not simulated.", word);
      else if (kind === "bpf" && words.accept("da", "direct-action")) found.directAction = true;
      else if (kind === "bpf" && program.read(words)) continue;
      else break;
    }
    if (kind === "matchall") return found;
    const attachment = program.attachment("tc-filter");
    if (!program.isGiven)
      throw new WordError("The filter has no program.", words.peek, "Write `obj` and a file, or `bytecode`.");
    return { ...found, shown: program.shown, ...(attachment && { attachment }) };
  }

  /** Actions one after another, each after the word `action`. */
  private readActions(words: Words, place: CommandPlace): TcActionModel[] {
    const actions: TcActionModel[] = [];
    do actions.push(this.readAction(words, place));
    while (words.accept("action") !== undefined);
    return actions;
  }

  private readAction(words: Words, place: CommandPlace): TcActionModel {
    const word = words.take("an action");
    if (word.text === "gact") return this.readAction(words, place);
    if (Object.hasOwn(ACTION_ANSWERS, word.text)) return { kind: "answer", answer: ACTION_ANSWERS[word.text]! };
    if (word.text === "goto") return { kind: "answer", answer: readChain(words) };
    if (word.text === "mirred") return this.readMirred(words);
    if (word.text === "bpf") {
      const program = new ProgramWords(this.scope, place, "action");
      while (program.read(words));
      const attachment = program.attachment("tc-action");
      if (!program.isGiven)
        throw new WordError("The action has no program.", word, "Write `obj` and a file, or `bytecode`.");
      const answer = readControl(words, "pipe");
      // A program that cannot be read is told already.
      return attachment === undefined ? { kind: "answer", answer } : { kind: "program", attachment, answer };
    }
    throw new WordError(
      `The action '${word.text}' is not simulated.`,
      word,
      `There are: bpf, mirred, goto and ${Object.keys(ACTION_ANSWERS).join(", ")}.`,
    );
  }

  private readMirred(words: Words): TcActionModel {
    const ingress = words.accept("ingress") !== undefined;
    if (!ingress && words.accept("egress") === undefined) words.take("ingress or egress");
    const mirrors = words.accept("mirror") !== undefined;
    if (!mirrors && words.accept("redirect") === undefined)
      throw new WordError("An action mirred says `mirror` or `redirect`.", words.peek);
    if (words.accept("dev") === undefined)
      throw new WordError("An action mirred says where to: `dev` and an interface.", words.peek);
    const { interfaces } = this.scope;
    const device = words.take("the interface");
    if (!interfaces.has(device.text) && device.text !== "lo")
      throw new WordError(
        `The node has no interface '${device.text}'.`,
        device,
        namesHint(device.text, [...interfaces.keys()]),
      );
    return { kind: "send", device: device.text, ingress, mirrors };
  }
}

/** The words that say which program a filter or action has. */
class ProgramWords {
  shown = "";
  private readonly scope: TcScope;
  private readonly place: CommandPlace;
  private object: Word | undefined;
  private section: string;
  private bytecode: Word | undefined;

  constructor(scope: TcScope, place: CommandPlace, section: string) {
    this.scope = scope;
    this.place = place;
    this.section = section;
  }

  /** Takes what is next, where it is about a program. */
  read(words: Words): boolean {
    const word = words.peek;
    if (words.accept("obj", "object-file", "object")) this.object = words.take("the object file");
    else if (words.accept("sec", "section")) this.section = words.take("the section").text;
    else if (words.accept("bytecode", "bc")) this.bytecode = words.take("the bytecode");
    else if (
      word !== undefined &&
      ["bytecode-file", "bcf", "pinned", "object-pinned", "export", "uds_url", "program"].includes(word.text)
    )
      throw new WordError(
        `\`${word.text}\` is not simulated.`,
        word,
        "Programs come from `obj` and `sec`, or from `bytecode`.",
      );
    else return false;
    return true;
  }

  get isGiven(): boolean {
    return (this.object ?? this.bytecode) !== undefined;
  }

  /** The program where a hook has it; undefined: there is none, or it cannot be read, which is told. */
  attachment(hookPlace: "tc-filter" | "tc-action"): AttachmentModel | undefined {
    const word = this.object ?? this.bytecode;
    if (word === undefined) return undefined;
    const { context } = this.place;
    const span = this.place.spanOf(word);
    const program =
      this.object === undefined
        ? this.scope.programs.inCommand("classic", word.text.split(",").join("\n"), {}, span)
        : this.scope.programs.inCommand("object", word.text, { section: this.section }, span);
    this.shown =
      this.object === undefined
        ? `bytecode '${word.text.trim()}'`
        : `${word.text.slice(word.text.lastIndexOf("/") + 1)}:[${this.section}]`;
    const hook = this.scope.hooks.find(({ place }) => place === hookPlace)!;
    return program === undefined
      ? undefined
      : { hook: hook.name, program, options: undefined, place: context.place(span) };
  }
}

function readControl(words: Words, otherwise: string): number {
  const word = words.peek;
  if (word?.text === "goto") {
    words.take("goto");
    return readChain(words);
  }
  if (word === undefined || !Object.hasOwn(ACTION_ANSWERS, word.text)) return ACTION_ANSWERS[otherwise]!;
  words.take("an answer");
  return ACTION_ANSWERS[word.text]!;
}

function readChain(words: Words): number {
  if (words.accept("chain") === undefined)
    throw new WordError("`goto` is followed by `chain` and its number.", words.peek);
  return goToChain(number(words, "the chain", 0, 0x0fff_ffff).value);
}

function number(words: Words, what: string, least: number, most: number): { value: number; word: Word } {
  const word = words.peek;
  const value = words.read(what, tcInteger);
  if (value < least || value > most)
    throw new WordError(`${what[0]!.toUpperCase()}${what.slice(1)} is from ${least} to ${most}.`, word);
  return { value, word: word! };
}

/** Below all that the kernel has chosen so far. */
function automaticPriority(filters: readonly TcFilterModel[]): number {
  const chosen = filters.map(({ priority }) => priority).filter((priority) => priority >= FIRST_AUTOMATIC);
  return chosen.length === 0 ? HIGHEST_AUTOMATIC : Math.min(...chosen) - 1;
}

function freeHandle(filters: readonly TcFilterModel[]): number {
  let handle = 1;
  while (filters.some((filter) => filter.handle === handle)) handle++;
  return handle;
}

/** A side, which has filters only with clsact or ingress. */
function sideOf(device: DeviceDraft, side: "ingress" | "egress", word: Word): FilterPlace {
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
function placeOf(device: DeviceDraft, classid: number | undefined, word: Word | undefined): FilterPlace {
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

/** tc_del_tfilter */
function remove(where: FilterPlace, { priority, protocol, handle, chain }: Given, words: Words): void {
  const kind = words.peek;
  while (words.peek !== undefined) words.take("an option");
  if (priority === undefined && (protocol ?? handle ?? kind) !== undefined)
    throw new WordError("Which filter is said by its priority first.", protocol?.word ?? handle?.word ?? kind);
  const goes = (one: TcFilterModel) =>
    one.chain === chain &&
    (priority === undefined || one.priority === priority.value) &&
    (protocol === undefined || one.protocol === protocol.value) &&
    (kind === undefined || one.kind === kind.text) &&
    (handle === undefined || one.handle === handle.value);
  if (priority !== undefined && !where.filters.some(goes))
    throw new WordError("There is no such filter.", handle?.word ?? priority.word);
  where.filters = where.filters.filter((one) => !goes(one));
}
