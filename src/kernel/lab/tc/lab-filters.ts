import { fail } from "../../../errors.ts";
import type { LoadedProgram } from "../../../programs/language.ts";
import type { TcActionModel, TcFilterModel } from "../../../topology/model.ts";
import type { Answer } from "../../netlink/route-socket.ts";
import type { Codes } from "../codes.ts";
import type { LabAction } from "./actions.ts";
import { type LabFilter, putFilter, removeFilter } from "./filters.ts";
import { SIDE, type TcPlace } from "./tc-place.ts";

const [SCHED_CLS, SCHED_ACT] = [3, 4];
const [ENOENT, EOPNOTSUPP] = [2, 95];
/** A chain that no packet comes to (TC_ACT_EXT_VAL_MASK). */
const UNUSED_CHAIN = 0xfff_ffff;

/** A filter that is there, and what it was made of. */
interface Installed {
  readonly place: TcPlace;
  readonly model: TcFilterModel;
  filter: LabFilter;
}

/** Filters of traffic control in the kernel. */
export class LabFilters {
  private readonly codes: Codes;
  private readonly indexOf: (host: string, device: string) => number;
  private installed: Installed[] = [];

  /** @param indexOf a device's index. */
  constructor(codes: Codes, indexOf: (host: string, device: string) => number) {
    this.codes = codes;
    this.indexOf = indexOf;
  }

  /** Adds a filter, or says what this kernel lacks for it. @param parent handle of a qdisc or class, or a side of clsact. */
  add(place: TcPlace, parent: number, model: TcFilterModel): string | undefined {
    const filter = this.filterOf(place, parent, model);
    const answer = putFilter(place.socket, filter);
    const lack = lackOf(filter, answer);
    if (lack !== undefined) return lack;
    succeed(answer, `the filter at line ${model.place.line} of ${place.host}:${place.device}`);
    this.installed.push({ place, filter, model });
    return undefined;
  }

  /** What this kernel lacks for a filter that is to be added later; undefined: nothing. The place has clsact. */
  lackFor(place: TcPlace, model: TcFilterModel): string | undefined {
    const filter = { ...this.filterOf(place, SIDE.ingress, model), chain: UNUSED_CHAIN };
    const answer = putFilter(place.socket, filter);
    if (answer.errno === 0) removeFilter(place.socket, filter);
    return lackOf(filter, answer);
  }

  /** These filters and no others: what is there already stays as it is. */
  set(place: TcPlace, parent: number, models: readonly TcFilterModel[]): void {
    const there = this.installed.filter((one) => one.place === place && one.filter.parent === parent);
    const kept = new Set(models);
    const freed: Installed[] = [];
    for (const one of there) {
      if (kept.has(one.model)) continue;
      const next = models.find((model) => takesPlace(model, one.model) && model.attachment && one.model.attachment);
      if (next === undefined) freed.push(one);
      else {
        const filter = this.filterOf(place, parent, next);
        succeed(putFilter(place.socket, filter, true), `the filter at line ${next.place.line}`);
        this.installed[this.installed.indexOf(one)] = { place, model: next, filter };
      }
    }
    for (const { filter } of freed) succeed(removeFilter(place.socket, filter), "to take a filter out");
    this.installed = this.installed.filter((one) => !freed.includes(one));
    const known = new Set(this.installed.filter((one) => one.place === place).map(({ model }) => model));
    for (const model of models) if (!known.has(model)) this.add(place, parent, model);
  }

  /** The qdiscs of these handles are gone, and their filters with them. */
  forget(place: TcPlace, handles: readonly number[]): void {
    const majors = new Set(handles.map((handle) => handle >>> 16));
    this.installed = this.installed.filter((one) => one.place !== place || !majors.has(one.filter.parent >>> 16));
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const one of this.installed) {
      const { model, filter, place } = one;
      const used = [model.attachment, ...model.actions.map((action) => "attachment" in action && action.attachment)];
      if (!used.some((it) => it && it.program === name)) continue;
      const code = model.attachment?.program === name ? this.codes.code(loaded, SCHED_CLS) : filter.code;
      const actions = model.actions.map((action, i) =>
        action.kind === "program" && action.attachment.program === name
          ? { ...filter.actions[i]!, code: this.codes.code(loaded, SCHED_ACT) }
          : filter.actions[i]!,
      );
      one.filter = { ...filter, actions: actions as readonly LabAction[], ...(code && { code }) };
      succeed(putFilter(place.socket, one.filter, true), `a filter with program '${name}'`);
    }
  }

  private filterOf(place: TcPlace, parent: number, model: TcFilterModel): LabFilter {
    const { priority, protocol, chain, classid, directAction, attachment, handle } = model;
    return {
      device: place.index,
      parent,
      priority,
      protocol,
      chain,
      handle,
      classid,
      directAction,
      actions: model.actions.map((action) => this.action(place.host, action)),
      ...(attachment && { code: this.codes.codeOf(attachment.program, SCHED_CLS) }),
    };
  }

  private action(host: string, model: TcActionModel): LabAction {
    switch (model.kind) {
      case "program":
        return { kind: "bpf", code: this.codes.codeOf(model.attachment.program, SCHED_ACT), answer: model.answer };
      case "answer":
        return { kind: "gact", answer: model.answer };
      case "send": {
        const { device, ingress, mirrors } = model;
        return { kind: "mirred", index: this.indexOf(host, device), ingress, mirrors };
      }
    }
  }
}

/** The kernel calls the two by the same numbers. */
const takesPlace = (one: TcFilterModel, other: TcFilterModel): boolean =>
  one !== other &&
  one.kind === other.kind &&
  one.handle === other.handle &&
  one.priority === other.priority &&
  one.protocol === other.protocol &&
  one.chain === other.chain;

/** What the kernel says of a filter or an action whose code it does not have. */
function lackOf({ actions }: LabFilter, { errno }: Answer): string | undefined {
  if (actions.length === 0 || (errno !== ENOENT && errno !== EOPNOTSUPP)) return undefined;
  return `this kernel has no ${[...new Set(actions.map(({ kind }) => `act_${kind}`))].join(" or ")}`;
}

function succeed({ errno, message }: Answer, what: string): void {
  if (errno !== 0)
    fail("program-rejected", `Linux refuses ${what} with errno ${errno}${message === "" ? "" : `: ${message}`}.`);
}
