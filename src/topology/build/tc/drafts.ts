import type { Place } from "../../../errors.ts";
import type { AttachmentModel, QdiscModel, TcFilterModel, TcModel, TcSideModel } from "../../model.ts";
import type { QdiscPart } from "../../parts.ts";
import { parseClassid } from "../../quantity/classid.ts";
import { ActionIndexes } from "./action-indexes.ts";

/** The first handle that a kernel gives a discipline without one; others are counted up from it (qdisc_alloc_handle). */
const FIRST_HANDLE = 0x8001_0000;

/** Traffic control of a node while it is put together, and while steps change it. */
export class TcDraft {
  readonly devices = new Map<string, DeviceDraft>();
  readonly actions = new ActionIndexes();
  /** It is complete, and steps change it, which commands tell then. */
  isComplete = false;
  /** Filters that sides share, by the number of their block. */
  readonly blocks = new Map<number, FilterBlock>();

  device(name: string): DeviceDraft {
    let device = this.devices.get(name);
    if (device === undefined) {
      device = new DeviceDraft();
      this.devices.set(name, device);
    }
    return device;
  }

  models(): Map<string, TcModel> {
    return new Map([...this.devices].map(([name, device]) => [name, device.model()]));
  }
}

/** Filters that several sides have. */
export class FilterBlock {
  readonly sides: { readonly device: string; readonly side: "ingress" | "egress"; readonly draft: SideDraft }[] = [];
  private list: TcFilterModel[] = [];

  get filters(): TcFilterModel[] {
    return this.list;
  }

  set filters(filters: TcFilterModel[]) {
    this.list = filters;
    for (const { draft } of this.sides) draft.filters = filters;
  }
}

/** A side of a device. */
export class SideDraft {
  programs: readonly AttachmentModel[] = [];
  filters: TcFilterModel[] = [];
  /** Where the filters are those of a block. */
  block: number | undefined;

  model(): TcSideModel {
    const { programs, filters, block } = this;
    return { programs, filters: [...filters], ...(block !== undefined && { block }) };
  }
}

export class DeviceDraft {
  readonly ingress = new SideDraft();
  readonly egress = new SideDraft();
  /** Which discipline filters of the sides need; where the file lists these itself it comes with them. */
  hook: "clsact" | "ingress" | undefined;
  root: QdiscDraft | undefined;
  private nextHandle = FIRST_HANDLE;

  takeHandle(): number {
    const handle = this.nextHandle;
    this.nextHandle += 0x1_0000;
    return this.find(handle) === undefined ? handle : this.takeHandle();
  }

  /** The discipline with that handle. */
  find(handle: number): QdiscDraft | undefined {
    return this.root?.all.find((one) => one.handle === handle);
  }

  model(): TcModel {
    const { ingress, egress, root, hook } = this;
    return {
      ingress: ingress.model(),
      egress: egress.model(),
      ...(hook && { hook }),
      ...(root && { qdisc: root.model() }),
    };
  }
}

/** The values that stay where a change does not name them. */
export const kept = (
  values: Readonly<Record<string, unknown>>,
  keys: readonly string[] | "refused" | undefined,
): Readonly<Record<string, unknown>> =>
  Array.isArray(keys) ? Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key))) : values;

/** A class: what was said of it, the discipline in it and its filters. */
export interface ClassDraft {
  values: Readonly<Record<string, unknown>>;
  child?: QdiscDraft;
  filters: TcFilterModel[];
}

export class QdiscDraft {
  readonly part: QdiscPart;
  readonly handle: number;
  readonly place: Place;
  values: Readonly<Record<string, unknown>>;
  readonly classes = new Map<number, ClassDraft>();
  filters: TcFilterModel[] = [];
  /** What the kind has made of the values, once they were right. */
  private options: unknown;
  /** Classes have changed since. */
  private isStale = false;

  constructor(part: QdiscPart, handle: number, place: Place, values: Readonly<Record<string, unknown>>) {
    this.part = part;
    this.handle = handle;
    this.place = place;
    this.values = values;
  }

  /** This one and those below it. */
  get all(): readonly QdiscDraft[] {
    return [this, ...[...this.classes.values()].flatMap(({ child }) => child?.all ?? [])];
  }

  /** True where classes are made by commands, and not by the discipline itself. */
  get makesClasses(): boolean {
    return Object.keys(this.part.classOptions ?? {}).length > 0;
  }

  /** Has the kind read the values of a class that is new or changed, with those of the classes above it only. Throws OptionError. */
  check(classid: number): void {
    const classes = new Map<number, Readonly<Record<string, unknown>>>();
    for (let id: number | undefined = classid; id !== undefined && !classes.has(id); ) {
      const values: Readonly<Record<string, unknown>> | undefined = this.classes.get(id)?.values;
      if (values === undefined) break;
      classes.set(id, values);
      id = typeof values.parent === "string" ? parseClassid(values.parent) : undefined;
    }
    this.part.parse(this.values, classes, this.handle);
    this.isStale = true;
  }

  /** Has the kind read the values, its classes' included. Throws OptionError, and leaves the options as they were. */
  parse(): void {
    const classes = new Map([...this.classes].map(([classid, { values }]) => [classid, values]));
    this.options = this.part.parse(this.values, classes, this.handle);
    this.isStale = false;
  }

  model(): QdiscModel {
    if (this.isStale) this.parse();
    const classes = [...this.classes];
    return {
      place: this.place,
      kind: this.part.name,
      handle: this.handle,
      options: this.options,
      filters: [...this.filters],
      classFilters: new Map(classes.flatMap(([id, { filters }]) => (filters.length > 0 ? [[id, [...filters]]] : []))),
      children: new Map(classes.flatMap(([id, { child }]) => (child === undefined ? [] : [[id, child.model()]]))),
    };
  }
}
