import { fail } from "../../errors.ts";
import { entryHook } from "../../programs/entry-programs.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import { type MapTable, refusedEntry } from "../../programs/map-table.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import type { MapEntryModel, Topology } from "../../topology/model.ts";
import type { Codes } from "./codes.ts";
import type { LabNetwork } from "./lab-network.ts";
import type { Skipped } from "./skipped.ts";

/** BPF_PROG_TYPE_XDP */
const XDP = 6;

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
          fail("program-rejected", refusedEntry(this.maps.modelOf(name)!, entry, errno).message, {
            place: entry.place,
          });
      }
    }
  }

  /** BPF_MAP_UPDATE_ELEM by a user, of a map of any type. Returns 0 or a negative error number. */
  put(map: string, entry: MapEntryModel, flags: number): number {
    const { type } = this.maps.modelOf(map)!;
    if (type.startsWith("devmap") && entry.node === undefined) {
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
    const program = nameIn(entry);
    return this.within(entry, () =>
      program === ""
        ? this.maps.update(map, entry, flags)
        : this.putProgram(map, entry, this.programs.get(program).loaded, flags),
    );
  }

  /** Puts another program wherever one of that name is held. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const { map, entry } of this.held.values())
      if (nameIn(entry) === name && this.maps.holds(map, entry, name))
        this.within(entry, () => this.putProgram(map, entry, loaded, 0));
  }

  /** Does something where the device is that an entry names; entries of other maps have no place. */
  private within<T>({ node }: MapEntryModel, act: () => T): T {
    return node === undefined ? act() : this.network.namespaces.get(node)!.within(act);
  }

  /** Nothing where nobody uses an array of programs. */
  private putProgram(map: string, entry: MapEntryModel, loaded: LoadedProgram, flags: number): number {
    const kind = this.kindOf(map, entry);
    if (kind === undefined) return 0;
    const held = { name: nameIn(entry), slot: this.codes.descriptor(loaded, kind.type, kind.attachType) };
    const errno = this.maps.putProgram(map, entry, held, flags);
    if (errno === 0) this.held.set(`${map} ${entry.keyText}`, { map, entry });
    return errno;
  }

  /** What an entry's program is loaded as: an XDP program behind a redirection, or as those are that call it. */
  private kindOf(map: string, { program }: MapEntryModel): { type: number; attachType: number } | undefined {
    if (program !== undefined) return { type: XDP, attachType: entryHook(this.maps.modelOf(map)!).attachType! };
    const user = this.programs.userOf(map);
    if (user?.context.kind !== "extended") return undefined;
    const { number, name } = user.context.programType;
    // Only of these does the lab load programs for an attach type.
    return { type: number, attachType: name === "cgroup_skb" ? user.attachType : 0 };
  }
}

/** The program that an entry holds or names; "" where there is none. */
const nameIn = ({ program, value }: MapEntryModel): string =>
  program ?? (value instanceof Uint8Array || value.kind !== "program" ? "" : value.name);
