import type { DataStart } from "../bpf/filter/data-start.ts";
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
  /** By the program's name, and by where the data begins where it is attached. */
  private readonly slots = new Map<string, Map<DataStart, ProgramSlot>>();
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
    for (const name of topology.programs.keys()) this.slots.set(name, new Map());
  }

  /**
   * The slot of a program that an attachment names; adds a problem when the hook takes no programs of its type.
   * @param start where the data begins that the program sees there.
   */
  slotFor(attachment: AttachmentModel, hook: Hook, start: DataStart, problems: Diagnostic[]): ProgramSlot {
    const slot = this.slot(attachment.program, start);
    if (!hook.programTypes.includes(slot.loaded.type))
      problems.push({
        code: "bad-topology",
        severity: "error",
        message: `The ${hook.name} hook takes ${hook.programTypes.join(" and ")} programs; '${attachment.program}' is ${slot.loaded.type}.`,
        place: attachment.place,
      });
    return slot;
  }

  /** Puts another program under the name, everywhere it is attached, between two packets. */
  replace(name: string, source: ProgramSource): void {
    const slots = this.slots.get(name)!;
    if (slots.size === 0) this.slot(name, "link");
    for (const [start, slot] of slots) {
      const loaded = this.loadedFor(source, start);
      slot.replace(loaded, this.engine.prepare(loaded, this.machine));
    }
  }

  /** All programs by name, in the order of the file. Each has a slot for every start of data where it is attached. */
  *[Symbol.iterator](): Iterator<{ name: string; loaded: LoadedProgram; slots: readonly ProgramSlot[] }> {
    for (const [name, byStart] of this.slots) {
      const slots = [...byStart.values()];
      yield { name, loaded: slots[0]?.loaded ?? this.loaded.get(this.topology.programs.get(name)!)!, slots };
    }
  }

  private slot(name: string, start: DataStart): ProgramSlot {
    const slots = this.slots.get(name)!;
    const known = slots.get(start);
    if (known !== undefined) return known;
    const loaded = this.loadedFor(this.topology.programs.get(name)!, start);
    const made = new ProgramSlot(loaded, this.engine.prepare(loaded, this.machine));
    slots.set(start, made);
    return made;
  }

  private loadedFor(source: ProgramSource, start: DataStart): LoadedProgram {
    const loaded = this.loaded.get(source)!;
    return start === "link" ? loaded : (loaded.forDataStart?.(start) ?? loaded);
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
