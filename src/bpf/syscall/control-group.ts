import { ERRNO } from "../maps/errno.ts";
import { type AttachedPrograms, type Attaching, type AttachTarget, ATTACH_FLAG as F } from "./attach-target.ts";
import type { ProgramObject } from "./objects.ts";

/** BPF_CGROUP_MAX_PROGS */
const MOST_PROGRAMS = 64;

interface Attached {
  readonly program: ProgramObject;
  /** As it was attached. */
  readonly flags: number;
}

/** The programs of one attach type. */
interface Place {
  readonly list: Attached[];
  /** ALLOW_OVERRIDE or ALLOW_MULTI, as all of them were attached. */
  flags: number;
}

/** The programs of a control group, and which of its ancestors' run with them (kernel/bpf/cgroup.c). */
export class ControlGroup implements AttachTarget {
  private readonly parent: ControlGroup | undefined;
  private readonly places = new Map<number, Place>();

  /** @param parent undefined: it is the root of the hierarchy. */
  constructor(parent?: ControlGroup) {
    this.parent = parent;
  }

  attach(program: ProgramObject, { attachType, flags, replaced, relative }: Attaching): ProgramObject | number {
    const multi = (flags & F.ALLOW_MULTI) !== 0;
    const replaces = (flags & F.REPLACE) !== 0;
    if (multi && (flags & F.ALLOW_OVERRIDE) !== 0) return -ERRNO.EINVAL;
    if (replaces && (!multi || (flags & (F.BEFORE | F.AFTER)) !== 0)) return -ERRNO.EINVAL;
    if ((replaced !== undefined) !== replaces) return -ERRNO.EINVAL;
    if (!this.ancestorsAllow(attachType)) return -ERRNO.EPERM;
    const place = this.placeOf(attachType);
    const { list } = place;
    const saved = flags & (F.ALLOW_OVERRIDE | F.ALLOW_MULTI);
    if (list.length > 0 && place.flags !== saved) return -ERRNO.EPERM;
    if (list.length >= MOST_PROGRAMS) return -ERRNO.E2BIG;
    const at = multi ? entryOfMany(list, program, replaced) : list.length > 0 ? 0 : undefined;
    if (at !== undefined && at < 0) return at;
    const index = at ?? indexFor(list, flags, relative);
    if (index < 0) return index;
    const [old] = list.splice(index, at === undefined ? 0 : 1, { program, flags });
    place.flags = saved;
    return old?.program ?? 0;
  }

  detach(program: ProgramObject | undefined, attachType: number): ProgramObject | number {
    const place = this.placeOf(attachType);
    const { list } = place;
    let at = 0;
    if ((place.flags & F.ALLOW_MULTI) !== 0) {
      if (program === undefined) return -ERRNO.EINVAL;
      at = list.findIndex((one) => one.program === program);
    }
    if (list[at] === undefined) return -ERRNO.ENOENT;
    const [old] = list.splice(at, 1);
    if (list.length === 0) place.flags = 0;
    return old!.program;
  }

  query(attachType: number, effective: boolean): AttachedPrograms {
    if (effective) return { programs: this.effective(attachType).map(({ id }) => id), flags: 0 };
    const { list, flags } = this.placeOf(attachType);
    return { programs: list.map(({ program }) => program.id), flags };
  }

  /** The programs that run for it, in their order (compute_effective_progs). */
  effective(attachType: number): readonly ProgramObject[] {
    const first: ProgramObject[] = [];
    const then: ProgramObject[] = [];
    for (let group: ControlGroup | undefined = this; group !== undefined; group = group.parent) {
      const { list, flags } = group.placeOf(attachType);
      if (first.length + then.length > 0 && (flags & F.ALLOW_MULTI) === 0) continue;
      const isEarly = ({ flags: own }: Attached) => (own & F.PREORDER) !== 0;
      // Outer groups' early programs run before inner ones'.
      first.unshift(...list.filter(isEarly).map(({ program }) => program));
      then.push(...list.filter((one) => !isEarly(one)).map(({ program }) => program));
    }
    return [...first, ...then];
  }

  private placeOf(attachType: number): Place {
    let place = this.places.get(attachType);
    if (place === undefined) {
      place = { list: [], flags: 0 };
      this.places.set(attachType, place);
    }
    return place;
  }

  /** hierarchy_allows_attach */
  private ancestorsAllow(attachType: number): boolean {
    for (let group = this.parent; group !== undefined; group = group.parent) {
      const { list, flags } = group.placeOf(attachType);
      if ((flags & F.ALLOW_MULTI) !== 0) return true;
      if (list.length === 1) return (flags & F.ALLOW_OVERRIDE) !== 0;
    }
    return true;
  }
}

/** Where the program that is replaced stands; undefined where a new entry is made (find_attach_entry). */
function entryOfMany(
  list: readonly Attached[],
  program: ProgramObject,
  replaced: ProgramObject | undefined,
): number | undefined {
  if (program !== replaced && list.some((one) => one.program === program)) return -ERRNO.EINVAL;
  if (replaced === undefined) return undefined;
  const at = list.findIndex((one) => one.program === replaced);
  return at < 0 ? -ERRNO.ENOENT : at;
}

/** Where a new entry goes (get_prog_list). */
function indexFor(list: readonly Attached[], flags: number, relative: ProgramObject | number | undefined): number {
  const before = (flags & F.BEFORE) !== 0;
  const after = (flags & F.AFTER) !== 0;
  const isRelative = relative !== undefined || (flags & (F.ID | F.LINK)) !== 0;
  if (isRelative ? before === after : list.length > 0 && before && after) return -ERRNO.EINVAL;
  // Links stand beside links only.
  if ((flags & F.LINK) !== 0) return -ERRNO.EINVAL;
  if (typeof relative === "number") return relative;
  if (relative === undefined) return before ? 0 : list.length;
  const anchor = list.findIndex((one) => one.program === relative);
  if (anchor < 0) return -ERRNO.ENOENT;
  if (((list[anchor]!.flags ^ flags) & F.PREORDER) !== 0) return -ERRNO.EINVAL;
  return before ? anchor : anchor + 1;
}
