import type { Place } from "../errors.ts";
import type { LoadedProgram } from "../programs/language.ts";
import type { Topology } from "../topology/model.ts";
import type { ProgramFacts } from "./program/program-facts.ts";
import type { MapUse } from "./rule.ts";

/** Maps by what programs do to them; an object's are those of its file. */
export class MapUses {
  private readonly topology: Topology;
  private readonly found = new Map<string, MapUse & { helpers: Set<number> }>();

  constructor(topology: Topology) {
    this.topology = topology;
  }

  get all(): readonly MapUse[] {
    return [...this.found.values()];
  }

  add(loaded: LoadedProgram, calls: ProgramFacts["mapCalls"], place: Place): void {
    const file = loaded.form === "extended" ? loaded.object?.file : undefined;
    for (const { helper, map } of calls) {
      const { name, declared } = map;
      const key = declared === undefined ? name : `${file} ${name}`;
      let use = this.found.get(key);
      if (use === undefined) {
        const model = this.topology.maps.get(name);
        const facts = declared ?? (model && { ...model, keySize: model.key.size });
        if (facts === undefined) continue;
        const { type, keySize, maxEntries } = facts;
        const at = declared === undefined ? (model?.place ?? place) : place;
        use = { name, type, keySize, maxEntries, isSwept: this.isSwept(name), helpers: new Set(), place: at };
        this.found.set(key, use);
      }
      use.helpers.add(helper);
    }
  }

  private isSwept(name: string): boolean {
    return this.topology.steps.some(
      (step) => step.kind === "map" && step.map === name && step.change.kind === "delete",
    );
  }
}
