import type { DataStart } from "../bpf/filter/data-start.ts";
import type { HookAt } from "../hooks/hook.ts";
import { BLANK_VERDICTS, type HookPlace, type HookPlaces } from "../hooks/places.ts";
import type { AttachmentModel } from "../topology/model.ts";
import type { PreparedProgram, ProgramSlot } from "./program-slot.ts";

/**
 * Attaches a program that a topology attaches to a place. Undefined where that is a problem, which whoever attaches tells.
 * @param start where the place's data begins.
 * @param where what reports call the place.
 */
export type Attach = <P extends HookPlace>(
  model: AttachmentModel,
  place: P,
  start: DataStart,
  where: string,
) => Attachment<P> | undefined;

/** A program at the place where it is attached. One context and one verdict serve all that it is run on. */
export class Attachment<P extends HookPlace = HookPlace> {
  readonly hook: HookAt<P>;
  readonly slot: ProgramSlot;
  runs = 0;
  /** How often each of the hook's outcomes came, by index. */
  readonly outcomes: number[];
  /** What the last run decided; overwritten by the next. */
  readonly verdict: HookPlaces[P]["verdict"];
  /** Index of its outcome. */
  outcome = 0;
  /** Return value of the last run, unsigned. */
  returnValue = 0;
  private readonly options: unknown;
  private readonly prepared: PreparedProgram;

  /** @param prepared what runs there under the slot's name. */
  constructor(hook: HookAt<P>, slot: ProgramSlot, prepared: PreparedProgram, options: unknown) {
    this.hook = hook;
    this.slot = slot;
    this.prepared = prepared;
    this.options = options;
    this.outcomes = hook.outcomes.map(() => 0);
    this.verdict = BLANK_VERDICTS[hook.place]();
  }

  /** Number in the machine's table of functions of the program that runs there now; undefined: it is classic. */
  get executable(): number | undefined {
    return this.prepared.program.slot;
  }

  /** Runs the program; what it decides is in `verdict` and stays there until the next run. */
  run(subject: HookPlaces[P]["subject"], site: HookPlaces[P]["site"]): HookPlaces[P]["verdict"] {
    const { hook, verdict } = this;
    const { context, program } = this.prepared;
    const address = context.enter(subject, site);
    this.returnValue = program.run(address) >>> 0;
    context.leave(subject, site);
    this.outcome = hook.interpret(this.returnValue, site, verdict, this.options, subject);
    this.runs++;
    this.outcomes[this.outcome]!++;
    return verdict;
  }

  /** How often each outcome came, by its name, those within it included. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    this.hook.outcomes.forEach(({ name }) => {
      counts[name] = 0;
    });
    this.hook.outcomes.forEach(({ name, within }, i) => {
      counts[name]! += this.outcomes[i]!;
      if (within !== undefined) counts[within]! += this.outcomes[i]!;
    });
    return counts;
  }
}
