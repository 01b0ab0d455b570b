import { socketFilter } from "../../hooks/socket-filter.ts";
import type { Network } from "../../network/network.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import type { MapTable } from "../../programs/map-table.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import type { WatchedSocket } from "../../run/expectations.ts";
import type { ReceivedLog } from "../../run/received-log.ts";
import type { AttachmentModel, HostModel, Topology } from "../../topology/model.ts";
import type { Kernel } from "../kernel.ts";
import { attachProgram } from "./attach-program.ts";
import type { LabCgroups } from "./cgroup/lab-cgroups.ts";
import type { LabProcesses } from "./lab-processes.ts";
import { LabSocket } from "./lab-socket.ts";
import type { Skipped } from "./skipped.ts";

/** A socket, what reads from it, and its program. */
interface Opened extends WatchedSocket {
  readonly readers: ReceivedLog[];
  readonly socket: LabSocket;
  /** Name of the program that is attached; absent: none is. */
  program?: string | undefined;
}

/** A topology's sockets in the kernel, with their programs. */
export class LabSockets {
  readonly skipped: Skipped[] = [];
  private readonly kernel: Kernel;
  private readonly maps: MapTable;
  private readonly programs: ProgramTable;
  private readonly opened: Opened[] = [];
  /** Labels of sockets that a program was left out of. */
  private readonly altered = new Set<string>();

  /** Throws a NetsimError where the kernel refuses a program. @param simulated the same sockets in the simulation. */
  constructor(
    kernel: Kernel,
    topology: Topology,
    cgroups: LabCgroups,
    simulated: Network,
    maps: MapTable,
    processes: LabProcesses,
    programs: ProgramTable,
  ) {
    this.programs = programs;
    this.kernel = kernel;
    this.maps = maps;
    for (const { label, host, model, attachments } of simulated.sockets) {
      if (!processes.hasOpened(host, model.name)) continue;
      const readers: ReceivedLog[] = [];
      const node = topology.nodes.get(host) as HostModel;
      const socket = new LabSocket(kernel.libc, cgroups.at(host, model.cgroup), node, model, (bytes, length) => {
        for (const reader of readers) reader.read(undefined, bytes, 0, length);
      });
      const [first] = attachments;
      for (const [i, { hook, slot }] of attachments.entries()) {
        // The simulation runs all of a socket's programs in turn.
        if (hook !== socketFilter) this.leaveOut(slot.name, label, `Linux has no hook ${hook.name}`);
        else if (i > 0) this.leaveOut(slot.name, label, "Linux has one program to a socket");
      }
      const program = first?.hook === socketFilter ? first.slot : undefined;
      this.opened.push({ label, readers, socket, ...(program && { program: program.name }) });
      if (program !== undefined) attachProgram(kernel, maps, socket, program.loaded);
    }
  }

  get watched(): readonly WatchedSocket[] {
    return this.opened;
  }

  /** The sockets of a host. */
  of(host: string): LabSocket[] {
    return this.opened.map(({ socket }) => socket).filter(({ node }) => node === host);
  }

  /** True where the socket has all its programs. */
  isWhole(label: string): boolean {
    return !this.altered.has(label);
  }

  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const { program, socket } of this.opened)
      if (program === name) attachProgram(this.kernel, this.maps, socket, loaded);
  }

  /** Puts a program at a socket, in the place of the one that is there. Throws a NetsimError where the kernel refuses it. */
  attach(label: string, { hook, program }: AttachmentModel): void {
    if (hook !== socketFilter.name) {
      this.leaveOut(program, label, `Linux has no hook ${hook}`);
      return;
    }
    const opened = this.opened.find((one) => one.label === label);
    if (opened === undefined) return;
    attachProgram(this.kernel, this.maps, opened.socket, this.programs.get(program).loaded);
    opened.program = program;
  }

  /** Takes a hook's program away. */
  detach(label: string, hook: string): void {
    const opened = this.opened.find((one) => one.label === label);
    if (hook !== socketFilter.name || opened === undefined) return;
    opened.socket.detach();
    opened.program = undefined;
  }

  /** Reads all that waits. True when there was something. */
  poll(): boolean {
    let any = false;
    for (const { socket } of this.opened) any = socket.poll() || any;
    return any;
  }

  close(): void {
    for (const { socket } of this.opened) socket.close();
  }

  private leaveOut(program: string, label: string, why: string): void {
    this.altered.add(label);
    this.skipped.push({ what: `program ${program} at ${label}`, why });
  }
}
