import { ERRNO } from "../maps/errno.ts";
import type { KernelObject, ObjectTable } from "./objects.ts";

const PINNED: ReadonlySet<KernelObject["kind"]> = new Set(["map", "program", "link"] as const);
/** Where it is mounted. */
const MOUNT = "/sys/fs/bpf";

/** The BPF file system: objects by path, which stay while nothing else holds them (kernel/bpf/inode.c). */
export class BpfFilesystem {
  private readonly objects: ObjectTable;
  private readonly directories = new Set([MOUNT]);
  private readonly files = new Map<string, KernelObject>();

  constructor(objects: ObjectTable) {
    this.objects = objects;
  }

  /** mkdir(2) */
  makeDirectory(path: string): number {
    const errno = this.checkNew(path);
    if (errno === 0) this.directories.add(normal(path));
    return errno;
  }

  /** BPF_OBJ_PIN */
  pin(descriptor: number, path: string): number {
    const object = this.objects.at(descriptor);
    if (object === undefined || !PINNED.has(object.kind)) return -ERRNO.EINVAL;
    const errno = this.checkNew(path);
    if (errno !== 0) return errno;
    this.files.set(normal(path), object);
    this.objects.hold(object);
    return 0;
  }

  /** BPF_OBJ_GET: a descriptor of what is pinned there. */
  get(path: string): number {
    const at = normal(path);
    const object = this.files.get(at);
    if (object !== undefined) return this.objects.add(object);
    return this.directories.has(at) ? -ERRNO.EACCES : -ERRNO.ENOENT;
  }

  /** unlink(2) */
  unlink(path: string): number {
    const at = normal(path);
    const object = this.files.get(at);
    if (object === undefined) return this.directories.has(at) ? -ERRNO.EISDIR : -ERRNO.ENOENT;
    this.files.delete(at);
    this.objects.letGo(object);
    return 0;
  }

  /** May something new be put there? */
  private checkNew(path: string): number {
    const at = normal(path);
    if (this.files.has(at) || this.directories.has(at)) return -ERRNO.EEXIST;
    const cut = at.lastIndexOf("/");
    const directory = at.slice(0, cut);
    if (!this.directories.has(directory)) return -ERRNO.ENOENT;
    // The kernel keeps names with a dot for itself (bpf_lookup).
    return at.slice(cut + 1).includes(".") ? -ERRNO.EPERM : 0;
  }
}

const normal = (path: string): string => path.replace(/\/+/g, "/").replace(/(.)\/$/, "$1");
