import type { LoadedProgram } from "../../programs/language.ts";
import type { MapTable } from "../../programs/map-table.ts";
import type { ProgramTable } from "../../programs/program-table.ts";
import { MapSteps, type PutEntry } from "../../run/map-steps.ts";
import type { ExpectationResult } from "../../run/result.ts";
import type { EventHandler } from "../../simulation/event-queue.ts";
import type { Simulation } from "../../simulation/simulation.ts";
import type { StepModel, TcChange } from "../../topology/model.ts";
import type { Skipped } from "./skipped.ts";

/** What steps change beside programs and maps. */
interface Changeable {
  readonly tc: { change(host: string, change: TcChange): void };
  readonly cables: { cut(link: number): void; mend(link: number): void };
  /** Puts entries into maps. */
  readonly entries: { readonly put: PutEntry };
  readonly attachments: { change(step: Extract<StepModel, { kind: "attach" | "detach" }>): void };
}

/** Something that programs are attached to. */
interface Replaceable {
  /** Puts another program wherever one of that name is attached. */
  replace(name: string, loaded: LoadedProgram): void;
}

/** Does a topology's steps in the kernel when their time comes. */
export class LabSteps implements EventHandler {
  readonly skipped: Skipped[] = [];
  private readonly clock: Simulation;
  private readonly attached: readonly Replaceable[];
  private readonly programs: ProgramTable;
  private readonly changeable: Changeable;
  private readonly maps: MapSteps;
  private readonly table: MapTable;

  /** @param attached where programs are. */
  constructor(
    clock: Simulation,
    attached: readonly Replaceable[],
    changeable: Changeable,
    programs: ProgramTable,
    maps: MapTable,
  ) {
    this.clock = clock;
    this.changeable = changeable;
    this.attached = attached;
    this.programs = programs;
    this.table = maps;
    this.maps = new MapSteps(maps, (map, entry, flags) => changeable.entries.put(map, entry, flags));
  }

  /** Checks of maps, and changes that ended otherwise than they should. */
  get results(): readonly ExpectationResult[] {
    return this.maps.results;
  }

  schedule(steps: readonly StepModel[]): void {
    for (const step of steps) {
      const why = whyNot(step, (map) => this.table.modelOf(map)?.type === "user_ringbuf");
      if (why === undefined) this.clock.at(step.at, this, 0, step);
      else this.skipped.push({ what: `step ${step.kind} at ${step.at / 1e9} s`, why });
    }
  }

  /** Does one step; run by the clock. */
  run(_: number, operand: unknown): void {
    const step = operand as StepModel;
    const { tc, cables } = this.changeable;
    switch (step.kind) {
      case "replace":
        for (const one of this.attached) one.replace(step.program, this.programs.loadedFrom(step.with));
        return;
      case "attach":
      case "detach":
        this.changeable.attachments.change(step);
        return;
      case "map":
        this.maps.run(step.map, step.change, this.clock.now, step.place);
        return;
      case "tc":
        for (const change of step.changes) tc.change(step.node, change);
        return;
      case "cut":
      case "mend":
        cables[step.kind](step.link);
    }
  }
}

/** @param takesRecords whether a map is a user ring buffer. */
function whyNot(step: StepModel, takesRecords: (map: string) => boolean): string | undefined {
  if (step.kind === "impair") return "cables of the lab are as fast as can be and lose nothing";
  if (step.kind === "ofctl") return "the lab sets up no Open vSwitch";
  if (step.kind !== "map") return undefined;
  if (step.change.kind !== "update") return undefined;
  if (takesRecords(step.map)) return "the lab puts no records into user ring buffers";
  const { value } = step.change.entry;
  return value instanceof Uint8Array || value.kind !== "map" ? undefined : "the lab puts no maps into maps on the way";
}
