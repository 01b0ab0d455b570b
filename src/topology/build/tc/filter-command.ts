import type { TcChange, TcFilterModel } from "../../model.ts";
import { tcProtocol } from "../../tc-command/protocol.ts";
import { ROOT_CLASSID } from "../../tc-command/units.ts";
import { type Word, WordError, type Words } from "../../tc-command/words.ts";
import { readClassifier } from "./classifier-words.ts";
import type { CommandPlace } from "./command-place.ts";
import { once, readClassid, readNumber, readVerb } from "./command-words.ts";
import type { TcDraft } from "./drafts.ts";
import { type FilterPlace, placeOf, sideOf } from "./filter-place.ts";
import { needDevice, readOpening } from "./opening.ts";
import type { TcScope } from "./scope.ts";

/** ETH_P_ALL */
const ALL = 3;
/** Priorities that the kernel chooses itself are counted down from here (tcf_auto_prio). */
const HIGHEST_AUTOMATIC = 0xc000;
const FIRST_AUTOMATIC = 0x8000;
const CLASSIFIERS = ["bpf", "matchall"];

/** What of a place, or a block, commands change. */
type Filters = Pick<FilterPlace, "filters">;

interface Given {
  where: FilterPlace | undefined;
  priority: { value: number; word: Word } | undefined;
  protocol: { value: number; word: Word } | undefined;
  handle: { value: number; word: Word } | undefined;
  chain: number | undefined;
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
    const given: Given = {
      where: undefined,
      priority: undefined,
      protocol: undefined,
      handle: undefined,
      chain: undefined,
    };
    let shared: { value: number; word: Word } | undefined;
    const device = readOpening(words, this.draft, this.scope, ["estimator", "est"], (word, named) => {
      if (words.accept("block")) shared = readNumber(words, "the block", 1, 0xffff_ffff);
      else if (shared !== undefined && words.accept("ingress", "egress", "root")) return true;
      else if (shared !== undefined && words.accept("parent")) readClassid(words, "the parent");
      else if (words.accept("ingress", "egress")) {
        once(given.where, word);
        given.where = sideOf(named().draft, word.text as "ingress" | "egress", word);
      } else if (words.accept("root")) given.where = placeOf(named().draft, ROOT_CLASSID, word);
      else if (words.accept("parent")) {
        once(given.where, word);
        const { classid, word: at } = readClassid(words, "the parent");
        given.where = placeOf(named().draft, classid || undefined, at);
      } else return readGiven(words, given);
      return true;
    });
    if (shared !== undefined) {
      if (device !== undefined)
        throw new WordError("Filters are those of a block or of an interface, and not of both.", shared.word);
      const block = this.draft.blocks.get(shared.value);
      if (block === undefined)
        throw new WordError(`There is no block ${shared.value}.`, shared.word, "`ingress_block` of a qdisc makes one.");
      this.apply(verb, block, given, words, place);
      return block.sides.map(({ device: name, side, draft }) => ({
        kind: "filters",
        device: name,
        where: side,
        filters: [...draft.filters],
      }));
    }
    const on = needDevice(device, words.peek);
    const where = given.where ?? placeOf(on.draft, undefined, words.peek);
    this.apply(verb, where, given, words, place);
    return [{ kind: "filters", device: on.name, where: where.where, filters: [...where.filters] }];
  }

  private apply(
    verb: ReturnType<typeof readVerb>,
    filters: Filters,
    given: Given,
    words: Words,
    place: CommandPlace,
  ): void {
    if (verb === "delete") this.draft.actions.release(remove(filters, given, words));
    else this.put(verb, filters, given, words, place);
  }

  private put(
    verb: "add" | "change" | "replace",
    where: Filters,
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
    const { chain = 0 } = given;
    const inChain = where.filters.filter((one) => one.chain === chain);
    const priority = given.priority?.value || automaticPriority(inChain);
    const alike = inChain.filter((filter) => filter.priority === priority);
    const [other] = alike;
    if (other !== undefined && other.protocol !== protocol)
      throw new WordError(
        "Filters of one priority look at one protocol.",
        given.protocol?.word ?? given.priority?.word,
      );
    if (other !== undefined && other.kind !== kind)
      throw new WordError(`The filters of that priority are ${other.kind}.`, kindWord);
    const rest = readClassifier(kind, words, place, this.scope);
    words.end();
    if (kind === "matchall" && other !== undefined)
      throw new WordError(
        "One filter of a priority matches everything, and is not replaced.",
        kindWord,
        "Delete it first.",
      );
    const handle = given.handle?.value || (kind === "matchall" ? 1 : freeHandle(alike));
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
      chain,
      directAction: false,
      classid: 0,
      ...rest,
      actions: this.draft.actions.bind(rest.actions ?? []),
    };
    if (isThere) this.draft.actions.release([where.filters[at]!]);
    where.filters = isThere ? where.filters.map((one, i) => (i === at ? model : one)) : [...where.filters, model];
  }
}

/** Takes what is next, where it says which filter. */
function readGiven(words: Words, given: Given): boolean {
  const keyword = words.peek!;
  if (words.accept("pref", "prio", "priority", "preference")) {
    once(given.priority, keyword);
    given.priority = readNumber(words, "the priority", 0, 0xffff);
  } else if (words.accept("protocol", "proto")) {
    once(given.protocol, keyword);
    const word = words.peek!;
    given.protocol = { value: words.read("the protocol", tcProtocol), word };
  } else if (words.accept("chain")) {
    once(given.chain, keyword);
    given.chain = readNumber(words, "the chain", 0, 0x0fff_ffff).value;
  } else if (words.accept("handle")) {
    once(given.handle, keyword);
    given.handle = readNumber(words, "the handle", 0, 0xffff_ffff);
  } else return false;
  return true;
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

/** Takes filters away, and gives them (tc_del_tfilter). */
function remove(
  where: Filters,
  { priority, protocol, handle, chain = 0 }: Given,
  words: Words,
): readonly TcFilterModel[] {
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
  const gone = where.filters.filter(goes);
  where.filters = where.filters.filter((one) => !goes(one));
  return gone;
}
