import type { Machine } from "../bpf/vm/machine.ts";
import { type Diagnostic, NetsimError } from "../errors.ts";
import type { Hook } from "../hooks/hook.ts";
import type { Registry } from "../registry.ts";
import type { AttachmentModel, ProgramSource, Topology } from "../topology/model.ts";
import type { Engine } from "./engine.ts";
import type { LoadedProgram, ProgramLanguage } from "./language.ts";
import { ProgramSlot } from "./program-slot.ts";

/** A topology's programs: loaded, checked and ready to be attached by name. */
export class ProgramTable {
  private readonly slots = new Map<string, ProgramSlot>();
  private readonly loaded = new Map<ProgramSource, LoadedProgram>();
  private readonly languages: Registry<ProgramLanguage>;
  private readonly engine: Engine;
  private readonly machine: Machine;
  private readonly topology: Topology;

  /**
   * Loads what the topology names, replacements of later steps included. Throws one NetsimError with all problems.
   * @param machine what the programs run on.
   */
  constructor(topology: Topology, languages: Registry<ProgramLanguage>, engine: Engine, machine: Machine) {
    this.topology = topology;
    this.languages = languages;
    this.engine = engine;
    this.machine = machine;
    const problems: Diagnostic[] = [];
    for (const source of topology.programs.values()) this.load(source, problems);
    for (const step of topology.steps) if (step.kind === "replace") this.load(step.with, problems);
    if (problems.length > 0) throw new NetsimError(problems);
    for (const [name, source] of topology.programs) this.slots.set(name, this.prepared(this.loaded.get(source)!));
  }

  /** The slot of a program that an attachment names; adds a problem when the hook takes no programs of its type. */
  slotFor(attachment: AttachmentModel, hook: Hook, problems: Diagnostic[]): ProgramSlot {
    const slot = this.get(attachment.program);
    if (!hook.programTypes.includes(slot.loaded.type))
      problems.push({
        code: "bad-topology",
        severity: "error",
        message: `The ${hook.name} hook takes ${hook.programTypes.join(" and ")} programs; '${attachment.program}' is ${slot.loaded.type}.`,
        place: attachment.place,
      });
    return slot;
  }

  /** The slot of that name, which the topology's checks have found to exist. */
  get(name: string): ProgramSlot {
    return this.slots.get(name)!;
  }

  /** Puts another program under the name, everywhere it is attached, between two packets. */
  replace(name: string, source: ProgramSource): void {
    const loaded = this.loaded.get(source)!;
    this.get(name).replace(loaded, this.engine.prepare(loaded, this.machine));
  }

  [Symbol.iterator](): Iterator<ProgramSlot> {
    return this.slots.values();
  }

  private prepared(loaded: LoadedProgram): ProgramSlot {
    return new ProgramSlot(loaded, this.engine.prepare(loaded, this.machine));
  }

  private load(source: ProgramSource, problems: Diagnostic[]): void {
    try {
      this.loaded.set(source, this.languages.get(source.language).load(source, this.topology));
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      problems.push(...error.diagnostics);
    }
  }
}
