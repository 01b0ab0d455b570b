import { ERRNO } from "../maps/errno.ts";
import type { PerfEvent } from "../maps/kernel-objects.ts";
import type { Btf } from "../object/btf/btf-type.ts";
import type { Attachment, ObjectKind, ObjectTable, ProgramObject } from "./objects.ts";

/** A loaded program, as `openProgram` is told of it. */
export type ProgramFacts = Partial<Omit<ProgramObject, "kind" | "id" | "slot">>;

/** Commands of bpf(2) on what is open, whatever it is: programs, links, BTF and ids. */
export abstract class ObjectCommands {
  protected abstract readonly objects: ObjectTable;

  /** Opens a loaded program. @param slot the executable's. */
  openProgram(slot: number, facts: ProgramFacts = {}): number {
    const id = this.objects.newId("program");
    const { name = "", type = 0, license = "", size = 0, maps = [], tag = "", verified = 0 } = facts;
    const { attachType = 0, flags = 0, release } = facts;
    return this.objects.add({
      kind: "program",
      ...{ id, slot, name, type, license, size, maps, attachType, flags, tag, verified },
      ...(release === undefined ? {} : { release }),
    });
  }

  /** BPF_BTF_LOAD of types that were read. @param size bytes of what they were read from. */
  loadBtf(btf: Btf, size: number, name = ""): number {
    return this.objects.add({ kind: "btf", id: this.objects.newId("btf"), name, btf, size });
  }

  /** perf_event_open(2) of an event that is lent. */
  openPerfEvent(event: PerfEvent): number {
    return this.objects.add({ kind: "perf-event", event });
  }

  /**
   * BPF_LINK_CREATE.
   * @param attach puts the program where it shall be, which other parts of the simulation know; gives a negative error number
   *   where it cannot be there.
   */
  createLink(program: number, attachType: number, attach: (program: ProgramObject) => Attachment | number): number {
    const object = this.objects.ofKind(program, "program");
    if (typeof object === "number") return object;
    const attachment = attach(object);
    if (typeof attachment === "number") return attachment;
    this.objects.hold(object);
    const id = this.objects.newId("link");
    return this.objects.add({ kind: "link", id, name: "", program: object, attachType, attachment });
  }

  /**
   * BPF_LINK_UPDATE.
   * @param old with BPF_F_REPLACE: the program that must be there now.
   */
  updateLink(link: number, program: number, old?: number): number {
    const object = this.objects.ofKind(link, "link");
    if (typeof object === "number") return object;
    const next = this.objects.ofKind(program, "program");
    if (typeof next === "number") return next;
    if (old !== undefined) {
      const expected = this.objects.ofKind(old, "program");
      if (typeof expected === "number") return expected;
      if (expected !== object.program) return -ERRNO.EPERM;
    }
    if (object.attachment === undefined) return -ERRNO.ENOLINK;
    if (next.type !== object.program.type) return -ERRNO.EINVAL;
    const errno = object.attachment.update(next);
    if (errno !== 0) return errno;
    this.objects.hold(next);
    this.objects.letGo(object.program);
    object.program = next;
    return 0;
  }

  /** BPF_LINK_DETACH: the program leaves its place; the link stays, without effect. */
  detachLink(link: number): number {
    const object = this.objects.ofKind(link, "link");
    if (typeof object === "number") return object;
    object.attachment?.detach();
    object.attachment = undefined;
    return 0;
  }

  /** BPF_MAP_GET_NEXT_ID and the like: the id behind `id`. */
  nextId(kind: ObjectKind, id: number): number {
    return this.objects.nextId(kind, id);
  }

  /** BPF_MAP_GET_FD_BY_ID and the like: a descriptor. */
  openById(kind: ObjectKind, id: number): number {
    return this.objects.openById(kind, id);
  }

  /** BPF_OBJ_GET_INFO_BY_FD of a program. */
  programInfo(descriptor: number): Omit<ProgramObject, "kind" | "slot" | "release"> | number {
    const object = this.objects.ofKind(descriptor, "program");
    if (typeof object === "number") return object;
    const { kind: _, slot: __, release: ___, ...info } = object;
    return info;
  }

  /** BPF_OBJ_GET_INFO_BY_FD of BTF. */
  btfInfo(descriptor: number): { readonly id: number; readonly name: string; readonly size: number } | number {
    const object = this.objects.ofKind(descriptor, "btf");
    if (typeof object === "number") return object;
    const { id, name, size } = object;
    return { id, name, size };
  }

  /** BPF_OBJ_GET_INFO_BY_FD of a link. */
  linkInfo(
    descriptor: number,
  ): { readonly id: number; readonly program: number; readonly attachType: number } | number {
    const object = this.objects.ofKind(descriptor, "link");
    if (typeof object === "number") return object;
    return { id: object.id, program: object.program.id, attachType: object.attachType };
  }

  /** What is open, in the order of numbers. */
  descriptors(): readonly number[] {
    return this.objects.descriptors();
  }

  /** close(2). A map that a program names or another map has held stays as long as the machine does. */
  close(descriptor: number): number {
    return this.objects.close(descriptor);
  }
}
