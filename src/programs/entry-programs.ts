import { type Diagnostic, NetsimError } from "../errors.ts";
import { xdpCpumap, xdpDevmap } from "../hooks/xdp/entry-hooks.ts";
import type { AttachmentModel, MapEntryModel, MapModel, Topology } from "../topology/model.ts";
import type { Attach, Attachment } from "./attachment.ts";
import { type MapTable, refusedEntry } from "./map-table.ts";

/** A program that stands in a value of a devmap or cpumap. */
export type EntryAttachment = Attachment<"xdp-devmap" | "xdp-cpumap">;

/** BPF_PROG_TYPE_XDP */
const XDP = 6;

/** Programs in values of maps, which frames pass behind a redirection to the entry. */
export class EntryPrograms {
  private readonly maps: MapTable;
  private readonly attach: Attach;
  private readonly byId: Map<number, EntryAttachment>;
  /** By map, key and program. */
  private readonly attachments = new Map<string, EntryAttachment | undefined>();

  /** @param byId takes the programs of entries, by their ids. */
  constructor(maps: MapTable, attach: Attach, byId: Map<number, EntryAttachment>) {
    this.maps = maps;
    this.attach = attach;
    this.byId = byId;
  }

  /**
   * Attaches the programs of a topology's entries, those of later steps included, and fills the maps. Throws a NetsimError
   * with all entries that Linux refuses; what is wrong with the programs their table tells.
   */
  fill({ maps, steps }: Topology): void {
    const problems: Diagnostic[] = [];
    for (const { name, contents } of maps.values())
      for (const entry of contents) {
        const errno = entry.program === undefined ? 0 : this.put(name, entry, 0);
        if (errno < 0) problems.push(refusedEntry(this.maps.modelOf(name)!, entry, errno));
      }
    if (problems.length > 0) throw new NetsimError(problems);
    for (const step of steps)
      if (step.kind === "map" && step.change.kind === "update" && step.change.entry.program !== undefined)
        this.at(this.maps.modelOf(step.map)!, step.change.entry);
  }

  /** BPF_MAP_UPDATE_ELEM by a user, of a value with a program. Returns 0 or a negative error number. */
  put(map: string, entry: MapEntryModel, flags: number): number {
    const attachment = this.at(this.maps.modelOf(map)!, entry);
    if (attachment === undefined) return 0;
    const { slot, hook, executable } = attachment;
    const kind = { type: XDP, attachType: hook.attachType!, flags: 0 };
    const errno = this.maps.putProgram(map, entry, { name: slot.name, slot: executable!, kind }, flags);
    if (errno === 0) this.byId.set(this.maps.programIn(map, entry.key!), attachment);
    return errno;
  }

  private at(map: MapModel, entry: MapEntryModel): EntryAttachment | undefined {
    const { program, keyText } = entry;
    const known = `${map.name} ${keyText} ${program}`;
    if (!this.attachments.has(known)) {
      const where = `map ${map.name} key ${keyText}`;
      const attachment = this.attach(entryAttachment(map, entry), entryHook(map).place, "link", where);
      this.attachments.set(known, attachment as EntryAttachment | undefined);
    }
    return this.attachments.get(known);
  }
}

/** The hook of programs in values of a map. */
export const entryHook = ({ type }: MapModel): typeof xdpDevmap | typeof xdpCpumap =>
  type === "cpumap" ? xdpCpumap : xdpDevmap;

/** How the program of an entry is attached. */
export const entryAttachment = (map: MapModel, { program, place }: MapEntryModel): AttachmentModel => ({
  program: program!,
  hook: entryHook(map).name,
  options: undefined,
  place,
});
