import { errnoName } from "../../bpf/maps/errno.ts";
import { fail } from "../../errors.ts";
import { entryAttachment } from "../../programs/entry-programs.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import type { MapTable } from "../../programs/map-table.ts";
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

interface Held {
  readonly map: string;
  readonly entry: MapEntryModel;
}

/** What topologies put into devmaps and cpumaps, in the kernel: devices as their hosts number them, and programs behind redirections. */
export class LabEntries {
  readonly skipped: Skipped[] = [];
  private readonly network: LabNetwork;
  private readonly codes: Codes;
  private readonly maps: MapTable;
  private readonly held = new Map<string, Held>();

  /** Fills the maps. Throws a NetsimError where the kernel refuses an entry. */
  constructor(topology: Topology, network: LabNetwork, codes: Codes, maps: MapTable) {
    this.network = network;
    this.codes = codes;
    this.maps = maps;
    for (const { name, type, contents } of topology.maps.values()) {
      if (!OF_REDIRECTIONS.includes(type)) continue;
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
    const update = () =>
      program === undefined
        ? this.maps.update(map, entry, flags)
        : this.putProgram(map, entry, this.descriptor(map, entry), flags);
    return node === undefined ? update() : this.network.namespaces.get(node)!.within(update);
  }

  /** Puts another program wherever one of that name is held. */
  replace(name: string, loaded: LoadedProgram): void {
    for (const { map, entry } of this.held.values()) {
      if (entry.program !== name) continue;
      const put = () => this.putProgram(map, entry, this.codes.descriptor(loaded, XDP, this.attachType(map, entry)), 0);
      const { node } = entry;
      if (node === undefined) put();
      else this.network.namespaces.get(node)!.within(put);
    }
  }

  private putProgram(map: string, entry: MapEntryModel, slot: number, flags: number): number {
    const errno = this.maps.putProgram(map, entry, { name: entry.program!, slot }, flags);
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
