import { basename } from "node:path";
import type { ProgramTable } from "../../programs/program-table.ts";
import type { LinkModel, Topology } from "../../topology/model.ts";
import { OF_REDIRECTIONS } from "./lab-entries.ts";
import type { Skipped, SkippedAtNode } from "./skipped.ts";

/** What the lab leaves out of links, by name. */
export function skippedOfLinks(links: readonly LinkModel[]): Skipped[] {
  const skipped: Skipped[] = [];
  for (const { name, directions } of links) {
    const words = [
      directions.some(({ delay, jitter }) => delay > 0 || jitter > 0) && "delay",
      directions.some(({ rate }) => rate > 0) && "rate",
      directions.some(({ loss, duplicate, corrupt }) => loss > 0 || duplicate > 0 || corrupt > 0) && "loss and damage",
    ].filter((word) => word !== false);
    if (words.length > 0)
      skipped.push({
        what: `link ${name}: ${words.join(", ")}`,
        why: "cables of the lab are as fast as can be and lose nothing",
      });
  }
  return skipped;
}

/** What the lab leaves out of nodes: switches, and programs at hooks that it does not attach yet. */
export function skippedOfHooks({ nodes }: Topology): SkippedAtNode[] {
  const skipped: SkippedAtNode[] = [];
  for (const node of nodes.values()) {
    if (node.kind === "ovs")
      skipped.push({ what: `switch ${node.name}`, why: "the lab sets up no Open vSwitch yet", node: node.name });
    if (node.kind === "host") {
      const { name } = node;
      const skip = (what: string) =>
        skipped.push({ what: `${what} of ${name}`, why: "the lab does not set them up yet", node: name });
      if (node.teams !== undefined) skip("team devices");
      if (node.ppp !== undefined) skip("PPP devices");
      for (const [device, { type }] of node.tunnels ?? []) if (type !== "vxlan") skip(`${type} tunnel ${device}`);
    }
  }
  return skipped;
}

/** What the lab leaves out of maps. */
export function skippedOfMaps({ maps }: Topology): Skipped[] {
  return [...maps.values()]
    .filter(({ type, contents }) => type === "user_ringbuf" && contents.length > 0)
    .map(({ name }) => ({ what: `records in map ${name}`, why: "the lab puts no records into user ring buffers" }));
}

/** Types of maps that the lab leaves empty, or fills by devices and programs. */
const NOT_FILLED: readonly string[] = ["user_ringbuf", "cgroup_array", ...OF_REDIRECTIONS];

/** The maps as the lab makes them. */
export function mapsOfLab({ maps }: Topology): Topology["maps"] {
  return new Map(
    [...maps].map(([name, map]) => [name, NOT_FILLED.includes(map.type) ? { ...map, contents: [] } : map]),
  );
}

/** Whether programs at events may write the map of that name. */
export function mapsOfTracing({ tracing, maps }: Topology, programs: ProgramTable): (map: string) => boolean {
  const names = new Set<string>();
  for (const entry of tracing) {
    if (entry.kind !== "program") continue;
    const { loaded } = programs.get(entry.program);
    if (loaded.form !== "extended") continue;
    for (const { map } of loaded.maps) names.add(map);
    // An object's map is called by its file, too, where the topology has one of that name.
    for (const { name } of loaded.object?.content.maps ?? [])
      names.add(maps.has(name) ? `${basename(loaded.object!.file)}/${name}` : name).add(name);
  }
  return (map) => names.has(map);
}

/** The programs at events. */
export function skippedOfTracing({ tracing }: Topology): Skipped[] {
  return tracing.map(({ place }) => ({
    what: `tracing at line ${place.line}`,
    why: "the lab attaches no programs to events, which are the whole machine's",
  }));
}
