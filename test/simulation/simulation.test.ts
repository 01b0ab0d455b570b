import { describe, expect, it } from "vitest";
import { Simulation } from "../../src/simulation/simulation.ts";

describe("Simulation", () => {
  it("moves time to each event and ends idle", () => {
    const simulation = new Simulation();
    const times: number[] = [];
    const handler = { run: () => void times.push(simulation.now) };
    simulation.after(10, handler);
    simulation.after(5, handler);
    expect(simulation.run()).toBe("idle");
    expect(times).toEqual([5, 10]);
    expect(simulation.events).toBe(2);
  });

  it("does not run an event at the end time, and stands at that time", () => {
    const simulation = new Simulation();
    let ran = 0;
    simulation.at(100, { run: () => void ran++ });
    expect(simulation.run(100)).toBe("until");
    expect({ ran, now: simulation.now }).toEqual({ ran: 0, now: 100 });
  });

  it("stops after the event that asked for it, for the first reason given", () => {
    const simulation = new Simulation();
    let ran = 0;
    const handler = {
      run: () => {
        ran++;
        simulation.stop("max-packets");
        simulation.stop("interrupted");
      },
    };
    simulation.at(1, handler);
    simulation.at(1, handler);
    expect(simulation.run()).toBe("max-packets");
    expect(ran).toBe(1);
  });
});
