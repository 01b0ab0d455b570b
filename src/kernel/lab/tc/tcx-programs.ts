import { fail } from "../../../errors.ts";
import { Attributes } from "../../bpf/attributes.ts";
import { COMMAND } from "../../bpf/commands.ts";
import type { Kernel } from "../../kernel.ts";
import type { NetNamespace } from "../../socket/net-namespace.ts";

/** BPF_TCX_INGRESS, BPF_TCX_EGRESS */
const SIDE = { ingress: 46, egress: 47 } as const;
const BPF_F_REPLACE = 4;

interface Attached {
  readonly namespace: NetNamespace;
  readonly program: string;
  readonly side: keyof typeof SIDE;
  readonly device: number;
  descriptor: number;
}

/** Programs at the tcx hooks of devices, which run one after another. */
export class TcxPrograms {
  private readonly kernel: Kernel;
  private readonly attached: Attached[] = [];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Attaches one behind those that are there. Throws a NetsimError where the kernel refuses it. */
  attach(namespace: NetNamespace, program: string, side: keyof typeof SIDE, device: number, descriptor: number): void {
    const made: Attached = { namespace, program, side, device, descriptor };
    this.call(made, descriptor, 0);
    this.attached.push(made);
  }

  /** Takes a program of a device away. Throws a NetsimError where the kernel does not. */
  detach(namespace: NetNamespace, program: string, side: keyof typeof SIDE, device: number): void {
    const i = this.attached.findIndex(
      (one) => one.namespace === namespace && one.program === program && one.side === side && one.device === device,
    );
    const [one] = i < 0 ? [] : this.attached.splice(i, 1);
    if (one === undefined) return;
    const result = namespace.within(() =>
      new Attributes(this.kernel.libc).words(0, device, one.descriptor, SIDE[side]).call(COMMAND.programDetach),
    );
    if (result < 0)
      fail("program-rejected", `Linux does not detach program '${program}' from tcx ${side}: errno ${-result}.`);
  }

  has(program: string): boolean {
    return this.attached.some((one) => one.program === program);
  }

  replace(program: string, descriptor: number): void {
    for (const one of this.attached) {
      if (one.program !== program) continue;
      this.call(one, descriptor, one.descriptor);
      one.descriptor = descriptor;
    }
  }

  close(): void {
    this.attached.length = 0;
  }

  /** BPF_PROG_ATTACH. */
  private call({ namespace, program, side, device }: Attached, descriptor: number, replaced: number): void {
    const flags = replaced === 0 ? 0 : BPF_F_REPLACE;
    const result = namespace.within(() =>
      new Attributes(this.kernel.libc)
        .words(0, device, descriptor, SIDE[side], flags, replaced)
        .call(COMMAND.programAttach),
    );
    if (result < 0)
      fail("program-rejected", `Linux refuses program '${program}' at tcx ${side} with errno ${-result}.`);
  }
}
