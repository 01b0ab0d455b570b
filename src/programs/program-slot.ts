import type { DataStart } from "../bpf/filter/data-start.ts";
import type { AnyContext } from "../hooks/contexts.ts";
import type { LoadedProgram } from "./language.ts";

/** A program ready to run in one context. */
export interface RunnableProgram {
  /** @param context R1 of an extended program. Returns the low 32 bits of the return value, of either sign. */
  run(context: number): number;
  /** Of extended programs: their number in the machine's function table, which arrays of programs hold. */
  readonly slot?: number;
  /** Gives back what it holds of the machine; called once it has been replaced. */
  release?(): void;
}

/** Where a program runs: what it is given, and where its data begins there. */
export interface RunPlace {
  readonly context: AnyContext;
  readonly start: DataStart;
  /** What classic programs return there is a number of bytes. */
  readonly trims: boolean;
  /** `enum bpf_attach_type` that extended programs are verified for there where they do not say. */
  readonly attachType: number;
}

/** What runs now at places of one kind under a program's name. */
export interface PreparedProgram extends RunPlace {
  program: RunnableProgram;
}

/**
 * A program's name and what runs under it now. All attachments of a name share the slot, so that replacing the
 * program on live traffic takes effect everywhere at once, between two packets.
 */
export class ProgramSlot {
  readonly name: string;
  loaded: LoadedProgram;
  /** How often it was replaced. */
  replaced = 0;
  /** One for each kind of places where it is attached. */
  readonly prepared: PreparedProgram[] = [];

  constructor(name: string, loaded: LoadedProgram) {
    this.name = name;
    this.loaded = loaded;
  }

  /** As it says itself, or as it is attached; `extended` where neither tells. */
  get type(): string {
    const context = this.prepared[0]?.context;
    return this.loaded.type ?? (context?.kind === "extended" ? context.programType.name : "extended");
  }

  /** Instructions of 8 bytes. */
  get instructions(): number {
    const { loaded } = this;
    return loaded.form === "classic" ? loaded.instructions.length : loaded.bytes.length / 8;
  }

  /** What runs at such places; `prepare` makes it where nothing does yet. */
  at({ context, start, trims, attachType }: RunPlace, prepare: () => RunnableProgram): PreparedProgram {
    let found = this.prepared.find((one) => one.context === context && one.start === start && one.trims === trims);
    if (found === undefined) {
      found = { context, start, trims, attachType, program: prepare() };
      this.prepared.push(found);
    }
    return found;
  }

  /** Puts another program there, at all places. @param replaced told of each before the program of before is given up. */
  replace(
    loaded: LoadedProgram,
    prepare: (place: RunPlace) => RunnableProgram,
    replaced: (prepared: PreparedProgram) => void,
  ): void {
    this.loaded = loaded;
    this.replaced++;
    for (const prepared of this.prepared) {
      const before = prepared.program;
      prepared.program = prepare(prepared);
      replaced(prepared);
      before.release?.();
    }
  }
}
