import type { Hook, OutcomeRow } from "../hooks/hook.ts";
import type { Registry } from "../registry.ts";
import type { RunWatcher } from "../run/run-options.ts";
import type { ProgramWay } from "./program-way.ts";
import type { RecordingRunner } from "./recording-runner.ts";

/** A packet's whole way through a run. */
export interface PacketWay {
  /** Its number in the run. */
  readonly packet: number;
  readonly steps: readonly WayStep[];
}

export interface WayStep {
  /** Simulated nanoseconds. */
  readonly time: number;
  readonly where: string;
  readonly what: string;
  /** The program that was run there. */
  readonly run?: ProgramWay;
  /** The row of the hook's table that its answer is in. */
  readonly row?: OutcomeRow;
}

/** A step at which a program ran: hook, program, return value and the outcome. */
const RAN = /^(\S+) (\S+) returned (-?\d+): (.*)$/;

/** Keeps the ways of some packets. */
export class PacketWatch implements RunWatcher {
  readonly ways: ReadonlyMap<number, PacketWay & { readonly steps: WayStep[] }>;
  private readonly runner: RecordingRunner;
  private readonly hooks: Registry<Hook>;

  constructor(packets: Iterable<number>, runner: RecordingRunner, hooks: Registry<Hook>) {
    this.ways = new Map([...packets].map((packet) => [packet, { packet, steps: [] }]));
    this.runner = runner;
    this.hooks = hooks;
  }

  step(time: number, packet: number, where: string, what: string): void {
    const runs = this.runner.take();
    const way = this.ways.get(packet);
    if (way === undefined) return;
    const [, hook = "", program, returned, outcome] = RAN.exec(what) ?? [];
    const run = runs.findLast((one) => one.program === program && one.returned === Number(returned) >>> 0);
    const row = this.hooks.find(hook)?.outcomes.find(({ name }) => name === outcome)?.row;
    way.steps.push({ time, where, what, ...(run && { run }), ...(row && { row }) });
  }

  read(socket: string, packet: number, _bytes: Uint8Array, _at: number, length: number): void {
    const steps = this.ways.get(packet)?.steps;
    const time = steps?.at(-1)?.time ?? 0;
    steps?.push({ time, where: socket, what: `read by user space, ${length} bytes` });
  }
}

/** Finds the packets of a run some frame of which a filter accepts. */
export class PacketSearch implements RunWatcher {
  readonly found = new Set<number>();
  private readonly most: number;
  private readonly accepts: (bytes: Uint8Array, at: number, length: number, linkType: number) => boolean;

  /** @param most packets that are looked for. */
  constructor(most: number, accepts: PacketSearch["accepts"]) {
    this.most = most;
    this.accepts = accepts;
  }

  step(): void {}

  read(): void {}

  frame(packet: number, bytes: Uint8Array, at: number, length: number, linkType: number): void {
    if (this.found.size >= this.most || this.found.has(packet)) return;
    if (this.accepts(bytes, at, length, linkType)) this.found.add(packet);
  }
}
