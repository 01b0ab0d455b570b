import type { ClassicPacket } from "../../bpf/classic/packet.ts";
import type { Environment } from "../../bpf/vm/environment.ts";
import type { FilterWitness } from "../../hooks/seccomp/seen.ts";
import type { ProgramRunner, VerifiedProgram } from "../../programs/engine.ts";
import type { LoadedClassicProgram } from "../../programs/language.ts";
import type { MapCommands } from "../../programs/map-commands.ts";
import type { RunnableProgram } from "../../programs/program-slot.ts";
import type { Kernel } from "../kernel.ts";
import { KernelFilters } from "../seccomp/kernel-filters.ts";
import { ClassicInKernel } from "./classic-in-kernel.ts";
import { DeviceIndexes } from "./device-indexes.ts";
import { SkBuffInKernel } from "./sk-buff-in-kernel.ts";
import { XdpInKernel } from "./xdp-in-kernel.ts";

/** Runs the programs of one run in the kernel, one packet after another. */
export class KernelRunner implements ProgramRunner {
  readonly maps: MapCommands;
  readonly filters: FilterWitness;
  private readonly kernel: Kernel;
  private readonly devices: DeviceIndexes;
  private readonly open = new Set<{ close(): void }>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.maps = kernel.maps;
    this.filters = new KernelFilters(kernel.libc);
    this.devices = new DeviceIndexes(kernel.libc);
    this.open.add(this.devices);
  }

  prepare(program: LoadedClassicProgram, view: ClassicPacket, _: unknown, trims: boolean): RunnableProgram {
    const classic = this.keep(new ClassicInKernel(this.kernel.libc, program, trims));
    return { run: () => classic.run(view), release: () => this.release(classic) };
  }

  load(_: Uint8Array, environment: Environment, verified: VerifiedProgram): RunnableProgram {
    const InKernel = verified.type.name === "xdp" ? XdpInKernel : SkBuffInKernel;
    const program = this.keep(new InKernel(this.kernel, verified, environment, this.devices));
    return {
      run: (context) => program.run(context),
      slot: program.descriptor,
      release: () => this.release(program),
    };
  }

  close(): void {
    for (const one of this.open) one.close();
    this.open.clear();
    this.kernel.maps.release();
  }

  private keep<T extends { close(): void }>(one: T): T {
    this.open.add(one);
    return one;
  }

  private release(one: { close(): void }): void {
    this.open.delete(one);
    one.close();
  }
}
