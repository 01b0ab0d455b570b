import { ERRNO } from "../maps/errno.ts";
import { type AttachedPrograms, type AttachTarget, ATTACH_FLAG as F } from "./attach-target.ts";
import { isOfControlGroups, mayBeAttachedAs, programTypeOf } from "./attach-types.ts";
import type { ObjectTable, ProgramObject } from "./objects.ts";

const SCHED_CLS = 3;
const BASE = F.ALLOW_OVERRIDE | F.ALLOW_MULTI | F.REPLACE | F.PREORDER;
const ORDERED = F.REPLACE | F.BEFORE | F.AFTER | F.ID | F.LINK;

/** BPF_PROG_ATTACH's attributes. */
export interface AttachAttributes {
  /** Descriptor of what the program is attached to: see `open`. */
  readonly target: number;
  /** Descriptor of the program. */
  readonly program: number;
  readonly attachType: number;
  /** ATTACH_FLAG */
  readonly flags?: number;
  /** With REPLACE: descriptor of the program whose place it takes. */
  readonly replaced?: number;
  /** With BEFORE or AFTER: descriptor of the program that it is attached next to; with ID the program's id. */
  readonly relative?: number;
}

/** Attaching programs to what descriptors stand for: control groups, interfaces, maps of sockets. */
export class AttachCommands {
  private readonly objects: ObjectTable;

  constructor(objects: ObjectTable) {
    this.objects = objects;
  }

  /** open(2) of something that programs can be attached to. Returns the descriptor. */
  open(target: AttachTarget): number {
    return this.objects.add({ kind: "attach-target", target });
  }

  /** BPF_PROG_ATTACH. */
  attach({ target, program, attachType, flags = 0, replaced, relative }: AttachAttributes): number {
    const type = programTypeOf(attachType);
    if (type === undefined) return -ERRNO.EINVAL;
    const permitted = type === SCHED_CLS ? ORDERED : isOfControlGroups(type) ? BASE | ORDERED : BASE;
    if ((flags & ~permitted) !== 0) return -ERRNO.EINVAL;
    if ((permitted & F.BEFORE) === 0 && relative !== undefined) return -ERRNO.EINVAL;
    const object = this.program(program, type);
    if (typeof object === "number") return object;
    if (!mayBeAttachedAs(type, object.attachType, attachType)) return -ERRNO.EINVAL;
    const place = this.target(target);
    if (typeof place === "number") return place;
    const replaces = (flags & F.REPLACE) !== 0 && (type === SCHED_CLS || (flags & F.ALLOW_MULTI) !== 0);
    const old = replaces ? this.program(replaced ?? 0, type) : undefined;
    if (typeof old === "number") return old;
    const isRelative = relative !== undefined || (flags & F.ID) !== 0;
    const anchor = isRelative ? this.anchor(relative ?? 0, flags) : undefined;
    const result = place.attach(object, { attachType, flags, replaced: old, relative: anchor });
    if (typeof result === "number" && result < 0) return result;
    this.objects.hold(object);
    if (typeof result !== "number") this.objects.letGo(result);
    return 0;
  }

  /** BPF_PROG_DETACH. @param program its descriptor; where only one can be there, none is needed. */
  detach(target: number, attachType: number, program?: number): number {
    const type = programTypeOf(attachType);
    if (type === undefined) return -ERRNO.EINVAL;
    const place = this.target(target);
    if (typeof place === "number") return place;
    const object = program === undefined ? undefined : this.program(program, type);
    // What is no such program counts as none where control groups are asked (cgroup_bpf_prog_detach).
    if (typeof object === "number" && !isOfControlGroups(type)) return object;
    const result = place.detach(typeof object === "number" ? undefined : object, attachType);
    if (typeof result === "number") return result;
    this.objects.letGo(result);
    return 0;
  }

  /** BPF_PROG_QUERY. @param effective BPF_F_QUERY_EFFECTIVE */
  query(target: number, attachType: number, effective = false): AttachedPrograms | number {
    if (programTypeOf(attachType) === undefined) return -ERRNO.EINVAL;
    const place = this.target(target);
    return typeof place === "number" ? place : place.query(attachType, effective);
  }

  private program(descriptor: number, type: number): ProgramObject | number {
    const object = this.objects.ofKind(descriptor, "program");
    if (typeof object === "number") return object;
    return object.type === type ? object : -ERRNO.EINVAL;
  }

  private anchor(relative: number, flags: number): ProgramObject | number {
    if ((flags & F.ID) === 0) return this.objects.ofKind(relative, "program");
    const object = this.objects.byNumber("program", relative);
    return object?.kind === "program" ? object : -ERRNO.ENOENT;
  }

  private target(descriptor: number): AttachTarget | number {
    const object = this.objects.ofKind(descriptor, "attach-target");
    // Whatever else is open is no control group and no interface.
    return typeof object === "number" ? -ERRNO.EBADF : object.target;
  }
}
