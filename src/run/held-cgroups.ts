import { ERRNO } from "../bpf/maps/errno.ts";
import type { HeldCgroup } from "../bpf/maps/kernel-objects.ts";
import type { Topology } from "../topology/model.ts";

/** Descriptors of control groups count from here: those of maps, programs and the like never come so far. */
const FIRST_DESCRIPTOR = 1 << 24;

/**
 * The control groups of a topology by descriptors, which its maps hold. Each host numbers its own: a program that runs on another
 * host than a group's takes the group of that number there.
 */
export class HeldCgroups {
  private readonly groups: readonly { readonly name: string; readonly held: HeldCgroup }[];

  constructor({ nodes }: Topology) {
    this.groups = [...nodes.values()].flatMap((node) => {
      const paths = (node.kind === "host" ? node.cgroups : undefined)?.map(({ path }) => path) ?? ["/"];
      return paths.map((path, i) => ({ name: `${node.name}${path}`, held: { id: BigInt(i + 1), address: 0 } }));
    });
  }

  /** The descriptor of a group, `node/path`, which there is. */
  readonly descriptorOf = (name: string): number =>
    FIRST_DESCRIPTOR + this.groups.findIndex((group) => group.name === name);

  /** The group of a descriptor, or -EBADF. */
  readonly at = (descriptor: number): HeldCgroup | number =>
    this.groups[descriptor - FIRST_DESCRIPTOR]?.held ?? -ERRNO.EBADF;
}
