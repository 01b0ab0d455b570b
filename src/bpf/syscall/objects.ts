import { ERRNO } from "../maps/errno.ts";
import type { PerfEvent } from "../maps/kernel-objects.ts";
import type { BpfMap } from "../maps/map.ts";
import type { Btf } from "../object/btf/btf-type.ts";
import type { AttachTarget } from "./attach-target.ts";

/** Kinds of objects that have ids of their own. */
export type ObjectKind = "map" | "program" | "btf" | "link";

interface Numbered {
  readonly id: number;
  readonly name: string;
}

export interface MapObject extends Numbered {
  readonly kind: "map";
  readonly map: BpfMap;
  frozen: boolean;
  /** Mappings that are written to. */
  writers: number;
  /** Ids of the types of keys and values; 0: none. */
  readonly types: { readonly btf: number; readonly key: number; readonly value: number };
}

export interface ProgramObject extends Numbered {
  readonly kind: "program";
  /** Number in `machine.functions`. */
  readonly slot: number;
  /** `enum bpf_prog_type`; 0: not known. */
  readonly type: number;
  readonly license: string;
  /** Bytes of its instructions. */
  readonly size: number;
  /** Ids of the maps that it names. */
  readonly maps: readonly number[];
  /** `enum bpf_attach_type` that it was loaded for. */
  readonly attachType: number;
  /** LOAD_FLAG */
  readonly flags: number;
  /** 16 hexadecimal digits that tell programs apart (bpf_prog_calc_tag); "" where it is not known. */
  readonly tag: string;
  /** Instructions that the verifier walked. */
  readonly verified: number;
  /** Called when nothing holds it any more. */
  readonly release?: () => void;
}

export interface BtfObject extends Numbered {
  readonly kind: "btf";
  readonly btf: Btf;
  /** Bytes of what was loaded. */
  readonly size: number;
}

export interface LinkObject extends Numbered {
  readonly kind: "link";
  program: ProgramObject;
  /** `enum bpf_attach_type` */
  readonly attachType: number;
  /** What holds the program where it is attached; undefined once it was detached. */
  attachment: Attachment | undefined;
}

/** A program at its place, as the part that simulates the place gives it. */
export interface Attachment {
  /** Puts another program there; gives 0 or a negative error number. */
  update(program: ProgramObject): number;
  detach(): void;
}

export interface PerfEventObject {
  readonly kind: "perf-event";
  readonly event: PerfEvent;
}

/** What programs are attached to. */
export interface AttachTargetObject {
  readonly kind: "attach-target";
  readonly target: AttachTarget;
}

type NumberedObject = MapObject | ProgramObject | BtfObject | LinkObject;
export type KernelObject = NumberedObject | PerfEventObject | AttachTargetObject;

const isNumbered = (object: KernelObject): object is NumberedObject =>
  object.kind !== "perf-event" && object.kind !== "attach-target";

/** The first descriptor that a process opens. Below are the standard streams: open, but nothing of BPF. */
const FIRST_DESCRIPTOR = 3;
const INT_MAX = 0x7fff_ffff;

/**
 * Descriptors of one process, and the ids of all objects. An object lives as long as a descriptor, a path or another object
 * holds it.
 */
export class ObjectTable {
  private readonly open = new Map<number, KernelObject>();
  private readonly lastIds: Record<ObjectKind, number> = { map: 0, program: 0, btf: 0, link: 0 };
  private readonly byId: Readonly<Record<ObjectKind, Map<number, NumberedObject>>> = {
    map: new Map(),
    program: new Map(),
    btf: new Map(),
    link: new Map(),
  };
  private readonly holders = new Map<KernelObject, number>();
  private readonly onFree: (object: KernelObject) => void;

  /** @param onFree called when nothing holds an object any more. */
  constructor(onFree: (object: KernelObject) => void) {
    this.onFree = onFree;
  }

  /** A number for a new object of a kind. */
  newId(kind: ObjectKind): number {
    return ++this.lastIds[kind];
  }

  /** Returns the lowest free descriptor for the object. */
  add(object: KernelObject): number {
    let descriptor = FIRST_DESCRIPTOR;
    while (this.open.has(descriptor)) descriptor++;
    this.open.set(descriptor, object);
    if (isNumbered(object)) this.byId[object.kind].set(object.id, object);
    this.hold(object);
    return descriptor;
  }

  /** The object of a descriptor; undefined where it is not open or no BPF object. */
  at(descriptor: number): KernelObject | undefined {
    return this.open.get(descriptor);
  }

  /** The object of a descriptor, which must be of that kind, or the error number: EBADF, EINVAL. */
  ofKind<K extends KernelObject["kind"]>(descriptor: number, kind: K): Extract<KernelObject, { kind: K }> | number {
    const object = this.open.get(descriptor);
    if (object === undefined) return descriptor >= 0 && descriptor < FIRST_DESCRIPTOR ? -ERRNO.EINVAL : -ERRNO.EBADF;
    return object.kind === kind ? (object as Extract<KernelObject, { kind: K }>) : -ERRNO.EINVAL;
  }

  descriptors(): readonly number[] {
    return [...this.open.keys()].sort((a, b) => a - b);
  }

  /** close(2) */
  close(descriptor: number): number {
    const object = this.open.get(descriptor);
    if (object === undefined) return -ERRNO.EBADF;
    this.open.delete(descriptor);
    this.letGo(object);
    return 0;
  }

  /** Something else keeps the object too. */
  hold(object: KernelObject): void {
    this.holders.set(object, (this.holders.get(object) ?? 0) + 1);
  }

  letGo(object: KernelObject): void {
    const left = this.holders.get(object)! - 1;
    this.holders.set(object, left);
    if (left > 0) return;
    this.holders.delete(object);
    if (isNumbered(object)) this.byId[object.kind].delete(object.id);
    this.onFree(object);
  }

  /** BPF_*_GET_NEXT_ID: the id behind `id`, or the error number. */
  nextId(kind: ObjectKind, id: number): number {
    if (id >= INT_MAX) return -ERRNO.EINVAL;
    const behind = [...this.byId[kind].keys()].filter((other) => other > id);
    return behind.length === 0 ? -ERRNO.ENOENT : Math.min(...behind);
  }

  /** BPF_*_GET_FD_BY_ID: a descriptor, or the error number. */
  openById(kind: ObjectKind, id: number): number {
    const object = this.byId[kind].get(id);
    return object === undefined ? -ERRNO.ENOENT : this.add(object);
  }

  /** The object of an id. */
  byNumber(kind: ObjectKind, id: number): NumberedObject | undefined {
    return this.byId[kind].get(id);
  }
}
