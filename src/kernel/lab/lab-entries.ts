import { errnoName } from "../../bpf/maps/errno.ts";
import { fail } from "../../errors.ts";
import { entryAttachment } from "../../programs/entry-programs.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import type { MapTable } from "../../programs/map-table.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import type { MapEntryModel, Topology } from "../../topology/model.ts";
import type { Codes } from "./codes.ts";
import type { LabNetwork } from "./lab-network.ts";
import type { Skipped } from "./skipped.ts";

/** BPF_PROG_TYPE_XDP */
const XDP = 6;
/** `enum bpf_attach_type` by hook. */
const ATTACH_TYPE: Readonly<Record<string, number>> = { "xdp-devmap": 33, "xdp-cpumap": 35 };

/** Types of maps whose entries are made here. */
export const OF_REDIRECTIONS: readonly string[] = ["devmap", "devmap_hash", "cpumap"];

/** Types of maps whose entries are other things of the topology. */
const NAMING: readonly string[] = ["prog_array", "cgroup_array", ...OF_REDIRECTIONS];

interface Held {
  readonly map: string;
  readonly entry: MapEntryModel;
}

/** What topologies put into maps of devices, processors, programs and control groups, in the kernel: devices as their hosts number them. */
export class LabEntries {
  readonly skipped: Skipped[] = [];
  private readonly network: LabNetwork;
  private readonly codes: Codes;
  private readonly hasGroups: boolean;
  private readonly programs: ProgramTable;
  private readonly maps: MapTable;
  private readonly held = new Map<string, Held>();

  /** Fills the maps. Throws a NetsimError where the kernel refuses an entry. */
  constructor(
    topology: Topology,
    network: LabNetwork,
    { codes, programs, maps, hasGroups }: { codes: Codes; programs: ProgramTable; maps: MapTable; hasGroups: boolean },
  ) {
    this.network = network;
    this.codes = codes;
    this.hasGroups = hasGroups;
    this.programs = programs;
    this.maps = maps;
    for (const { name, type, contents } of topology.maps.values()) {
      if (!NAMING.includes(type)) continue;
      for (const entry of contents) {
        const errno = this.put(name, entry, 0);
        if (errno < 0)
          fail("program-rejected", `Linux refuses key ${entry.keyText} of map '${name}' with ${errnoName(errno)}.`, {
            place: entry.place,
          });
      }
    }
  }

  /** BPF_MAP_UPDATE_ELEM by a user, of a map of any type. Returns 0 or a negative error number. */
  put(map: string, entry: MapEntryModel, flags: number): number {
    const { type } = this.maps.modelOf(map)!;
    const { node, program } = entry;
    if (type.startsWith("devmap") && node === undefined) {
      this.skipped.push({
        what: `key ${entry.keyText} of map ${map}`,
        why: "hosts number their own devices, and a number alone does not say whose it is",
      });
      return 0;
    }
    if (type === "cgroup_array" && !this.hasGroups) {
      this.skipped.push({ what: `key ${entry.keyText} of map ${map}`, why: "there are no control groups" });
      return 0;
    }
    if (type === "prog_array") return this.call(map, entry, this.programs.get(nameIn(entry)).loaded, flags);
    const update = () =>
      program === undefined
        ? this.maps.update(map, entry, flags)
        : this.putProgram(map, entry, this.descriptor(map, entry), flags);
    return node === undefined ? update() : this.network.namespaces.get(node)!.within(update);
  }

  /** Puts another program wherever one of that name is held. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const { map, entry } of this.held.values()) {
      if (nameIn(entry) !== name || !this.maps.holds(map, entry, name)) continue;
      if (entry.program === undefined) {
        this.call(map, entry, loaded, 0);
        continue;
      }
      const put = () => this.putProgram(map, entry, this.codes.descriptor(loaded, XDP, this.attachType(map, entry)), 0);
      const { node } = entry;
      if (node === undefined) put();
      else this.network.namespaces.get(node)!.within(put);
    }
  }

  /** Puts a program there that others call, for the place that they run at; nothing where nobody uses the array. */
  private call(map: string, entry: MapEntryModel, loaded: LoadedProgram, flags: number): number {
    const user = this.programs.userOf(map);
    if (user?.context.kind !== "extended") return 0;
    const { number, name } = user.context.programType;
    // Only of these does the lab load programs for an attach type.
    const attachType = name === "cgroup_skb" ? user.attachType : 0;
    return this.putProgram(map, entry, this.codes.descriptor(loaded, number, attachType), flags);
  }

  private putProgram(map: string, entry: MapEntryModel, slot: number, flags: number): number {
    const errno = this.maps.putProgram(map, entry, { name: nameIn(entry), slot }, flags);
    if (errno === 0) this.held.set(`${map} ${entry.keyText}`, { map, entry });
    return errno;
  }

  private descriptor(map: string, entry: MapEntryModel): number {
    return this.codes.descriptorOf(entry.program!, XDP, this.attachType(map, entry));
  }

  private attachType(map: string, entry: MapEntryModel): number {
    return ATTACH_TYPE[entryAttachment(this.maps.modelOf(map)!, entry).hook]!;
  }
}

/** The program that an entry holds or names; "" where there is none. */
const nameIn = ({ program, value }: MapEntryModel): string =>
  program ?? (value instanceof Uint8Array || value.kind !== "program" ? "" : value.name);
