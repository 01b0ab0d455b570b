import type { DataStart } from "../bpf/filter/data-start.ts";
import { type Diagnostic, NetsimError } from "../errors.ts";
import type { Contexts } from "../hooks/contexts.ts";
import type { Hook, HookAt } from "../hooks/hook.ts";
import type { HookPlace } from "../hooks/places.ts";
import type { Registry } from "../registry.ts";
import type { AttachmentModel, MapEntryModel, ProgramSource, Topology } from "../topology/model.ts";
import { Attachment } from "./attachment.ts";
import type { LoadedProgram, ProgramLanguage } from "./language.ts";
import type { MapTable } from "./map-table.ts";
import type { ProgramLoader } from "./program-loader.ts";
import { type PreparedProgram, ProgramSlot, type RunPlace } from "./program-slot.ts";

/** A topology's programs: loaded, checked and ready to be attached by name. */
export class ProgramTable {
  private readonly slots = new Map<string, ProgramSlot>();
  private readonly loaded = new Map<ProgramSource, LoadedProgram>();
  private readonly languages: Registry<ProgramLanguage>;
  private readonly loader: ProgramLoader;
  private readonly contexts: Contexts;
  private readonly maps: MapTable;
  private readonly topology: Topology;
  /** Programs that arrays of programs hold. */
  private readonly held: HeldProgram[] = [];
  /** What is wrong with attachments so far. */
  private readonly problems: Diagnostic[] = [];

  /** Reads what the topology names, replacements of later steps included. Throws one NetsimError with all problems. */
  constructor(
    topology: Topology,
    languages: Registry<ProgramLanguage>,
    loader: ProgramLoader,
    contexts: Contexts,
    maps: MapTable,
  ) {
    this.maps = maps;
    this.topology = topology;
    this.languages = languages;
    this.loader = loader;
    this.contexts = contexts;
    const replacements = topology.steps.flatMap((step) => (step.kind === "replace" ? [step.with] : []));
    // Steps may name programs of the topology, which are loaded and complained about once.
    for (const source of new Set([...topology.programs.values(), ...replacements])) this.load(source);
    this.throwProblems();
    for (const [name, source] of topology.programs)
      this.slots.set(name, new ProgramSlot(name, this.loaded.get(source)!));
  }

  /**
   * Attaches a program. Undefined where the hook takes none of its type or it is refused for it: `finish` tells.
   * @param start where the place's data begins.
   */
  attach<P extends HookPlace>(model: AttachmentModel, hook: HookAt<P>, start: DataStart): Attachment<P> | undefined {
    const slot = this.get(model.program);
    const type = typeAt(slot.loaded, hook);
    if (type === undefined || !hook.programTypes.includes(type)) {
      return this.refuse(
        model,
        `The ${hook.name} hook takes ${hook.programTypes.join(" and ")} programs; '${model.program}' is ${type ?? "extended"}.`,
      );
    }
    const loadedFor = slot.loaded.form === "extended" ? slot.loaded.attachType : undefined;
    if (loadedFor !== undefined && hook.takesAttachType?.(loadedFor) === false) {
      return this.refuse(
        model,
        `Linux refuses '${model.program}' at the ${hook.name} hook with EINVAL: it was loaded for another place (attach type ${loadedFor}).`,
      );
    }
    const most = hook.mostInstructions;
    if (most !== undefined && slot.loaded.form === "classic" && slot.instructions > most) {
      return this.refuse(
        model,
        `The ${hook.name} hook takes classic programs of at most ${most} instructions; '${model.program}' has ${slot.instructions}.`,
      );
    }
    return this.attempt(() => {
      const context = this.contexts.of(hook as unknown as Hook, type);
      const place = {
        context,
        start: hook.dataStart ?? start,
        trims: hook.place === "socket",
        attachType: hook.attachType ?? 0,
      };
      const prepared = slot.at(place, () => this.loader.prepare(slot.loaded, place));
      return new Attachment(hook, slot, prepared, model.options);
    });
  }

  private refuse({ place }: AttachmentModel, message: string): undefined {
    this.problems.push({ code: "bad-topology", severity: "error", message, place });
    return undefined;
  }

  /** To be called when all is attached: verifies what later steps put there. Throws one NetsimError with all problems. */
  finish(): void {
    this.throwProblems();
    this.fillArrays();
    for (const step of this.topology.steps) {
      if (step.kind !== "replace") continue;
      const slot = this.get(step.program);
      for (const place of slot.prepared) this.attempt(() => this.checkReplacement(slot, step.with, place));
    }
    this.throwProblems();
  }

  /** The slot of that name, which the topology's checks have found to exist. */
  get(name: string): ProgramSlot {
    return this.slots.get(name)!;
  }

  /** What was read of a program of the topology or of one of its steps. */
  loadedFrom(source: ProgramSource): LoadedProgram {
    return this.loaded.get(source)!;
  }

  /** Puts another program under the name, everywhere it is attached, between two packets. */
  replace(name: string, source: ProgramSource): void {
    const loaded = this.loadedFrom(source);
    this.get(name).replace(
      loaded,
      (place) => this.loader.prepare(loaded, place),
      (prepared) => {
        for (const { map, entry, program } of this.held)
          if (program === prepared && this.maps.holds(map, entry, name))
            this.maps.putProgram(map, entry, { name, slot: prepared.program.slot! });
      },
    );
  }

  /** BPF_MAP_UPDATE_ELEM by a user. Returns 0 or a negative error number. */
  put(map: string, entry: MapEntryModel, flags: number): number {
    if (entry.value instanceof Uint8Array || entry.value.kind !== "program") return this.maps.update(map, entry, flags);
    const program = this.preparedFor(map, entry.value.name);
    if (program === undefined) return 0;
    const held = { name: entry.value.name, slot: program.program.slot! };
    const errno = this.maps.putProgram(map, entry, held, flags);
    if (errno === 0) this.held.push({ map, entry, program });
    return errno;
  }

  [Symbol.iterator](): Iterator<ProgramSlot> {
    return this.slots.values();
  }

  /** Fills the arrays of programs, those first that the attached programs use. */
  private fillArrays(): void {
    const waiting = new Set([...this.maps.models].filter(({ type }) => type === "prog_array"));
    for (let before = -1; before !== waiting.size; ) {
      before = waiting.size;
      for (const map of waiting) {
        if (this.userOf(map.name) === undefined) continue;
        waiting.delete(map);
        for (const entry of map.contents) this.attempt(() => this.put(map.name, entry, 0));
      }
    }
  }

  /** A program in the context of those that use the array; undefined where nobody uses it. */
  private preparedFor(map: string, name: string): PreparedProgram | undefined {
    const user = this.userOf(map);
    const slot = this.get(name);
    return user && slot.at(user, () => this.loader.prepare(slot.loaded, user));
  }

  /** Where a program runs that uses the map. */
  userOf(map: string): RunPlace | undefined {
    for (const { loaded, prepared } of this.slots.values())
      if (loaded.form === "extended" && loaded.maps.some((use) => use.map === map) && prepared.length > 0)
        return prepared[0];
    return undefined;
  }

  /** Refuses what cannot run where the slot's program does. */
  private checkReplacement(slot: ProgramSlot, source: ProgramSource, place: RunPlace): void {
    const { context } = place;
    const loaded = this.loaded.get(source)!;
    const type = context.kind === "classic" ? "classic" : context.programType.name;
    if (loaded.form !== context.kind || (loaded.type !== undefined && loaded.type !== type))
      throw new NetsimError({
        code: "bad-topology",
        severity: "error",
        message: `Program '${slot.name}' is attached as ${type}; what takes its place is ${loaded.type ?? "extended"}.`,
        place: source.place,
      });
    this.loader.check(loaded, place);
  }

  private load(source: ProgramSource): void {
    this.attempt(() => this.loaded.set(source, this.languages.get(source.language).load(source, this.topology)));
  }

  /** Keeps a NetsimError's problems for later. */
  private attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof NetsimError)) throw error;
      this.problems.push(...error.diagnostics);
      return undefined;
    }
  }

  /** Throws one NetsimError with all problems so far. */
  throwProblems(): void {
    if (this.problems.length > 0) throw new NetsimError(this.problems);
  }
}

/** An entry of an array of programs. */
interface HeldProgram {
  readonly map: string;
  readonly entry: MapEntryModel;
  readonly program: PreparedProgram;
}

/** The type that a program has where it is attached; undefined where the hook takes nothing of its form. */
function typeAt(
  loaded: LoadedProgram,
  { programTypes }: { readonly programTypes: readonly string[] },
): string | undefined {
  return loaded.type ?? programTypes.find((type) => type !== "classic");
}
