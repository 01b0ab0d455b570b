import type { Network } from "../network/network.ts";
import type { ProgramTable } from "../programs/program-table.ts";
import type { EventHandler } from "../simulation/event-queue.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { StepModel } from "../topology/model.ts";
import type { MapSteps } from "./map-steps.ts";

/** Does the topology's steps when their time comes; steps of one time in the order of the file. */
export class Steps implements EventHandler {
  private readonly network: Network;
  private readonly maps: MapSteps;
  private readonly programs: ProgramTable;

  constructor(network: Network, programs: ProgramTable, maps: MapSteps) {
    this.network = network;
    this.maps = maps;
    this.programs = programs;
  }

  schedule(steps: readonly StepModel[], simulation: Simulation): void {
    for (const step of steps) simulation.at(step.at, this, 0, step);
  }

  /** Does one step; run by the simulation. */
  run(_: number, operand: unknown): void {
    const step = operand as StepModel;
    switch (step.kind) {
      case "replace":
        this.programs.replace(step.program, step.with);
        return;
      case "attach":
      case "detach":
        this.network.changeAttachment(step);
        return;
      case "map":
        this.maps.run(step.map, step.change, step.at, step.place);
        return;
      case "tc":
        this.network.changeTc(step.node, step.changes);
        return;
      case "ofctl":
        this.network.changeFlows(step.node, step.commands);
        return;
      case "cut":
        this.network.cut(step.link);
        return;
      case "mend":
        this.network.mend(step.link);
        return;
      case "impair":
        this.network.impair(step.link, step.directions);
    }
  }
}
