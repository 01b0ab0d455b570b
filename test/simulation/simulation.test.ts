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

  it("pauses when its budget of events is used up, and goes on from there", () => {
    const simulation = new Simulation();
    const times: number[] = [];
    for (const time of [1, 2, 3]) simulation.at(time, { run: () => void times.push(time) });
    expect(simulation.run(10, 2)).toBeUndefined();
    expect(times).toEqual([1, 2]);
    expect(simulation.run(10, 2)).toBe("idle");
    expect({ times, now: simulation.now, events: simulation.events }).toEqual({ times: [1, 2, 3], now: 3, events: 3 });
  });

  it("is idle at once with an exact budget", () => {
    const simulation = new Simulation();
    simulation.at(1, { run: () => {} });
    expect(simulation.run(undefined, 1)).toBe("idle");
  });

  it("lets a handler go on to its own next event only where nothing else is due before or at that time", () => {
    const simulation = new Simulation();
    const order: string[] = [];
    simulation.at(50, { run: () => void order.push("other") });
    simulation.at(10, {
      run: () => {
        const steps = [40, 50, 60].map((time) => simulation.advance(time));
        order.push(`${simulation.now} ${steps}`);
      },
    });
    expect(simulation.run()).toBe("idle");
    expect(order).toEqual(["40 true,false,false", "other"]);
    expect(simulation.events).toBe(3);
  });

  it.each([
    { name: "the end of the run", have: [20, undefined], want: "10 true false" },
    { name: "the budget", have: [undefined, 2], want: "10 true false" },
  ] as const)("does not let a handler go on past $name", ({ have: [until, budget], want }) => {
    const simulation = new Simulation();
    const seen: string[] = [];
    simulation.at(5, {
      run: () => {
        const first = simulation.advance(10);
        seen.push(`${simulation.now} ${first} ${simulation.advance(20)}`);
      },
    });
    simulation.run(until, budget);
    expect(seen).toEqual([want]);
  });

  it("ends with the last event that did something, whatever stale timers come after it", () => {
    const simulation = new Simulation();
    const stale = { run: () => simulation.pass() };
    simulation.at(5, stale);
    simulation.at(10, { run: () => {} });
    simulation.at(20, stale);
    simulation.at(30, stale);
    expect(simulation.run()).toBe("idle");
    expect(simulation.now).toBe(10);
  });
});
