import { EXIT, type ExitCode, fail } from "../errors.ts";
import type { Hook } from "../hooks/hook.ts";
import type { QdiscKind } from "../network/qdisc/qdisc.ts";
import { type Engine, openEngine } from "../programs/engine.ts";
import type { ProgramLanguage } from "../programs/language.ts";
import type { Registry } from "../registry.ts";
import type { StopReason } from "../simulation/simulation.ts";
import type { Topology } from "../topology/model.ts";
import { assemble, type Scene } from "./assemble.ts";
import { checkOptions } from "./check-options.ts";
import { collect } from "./collect.ts";
import { checkConservation } from "./conservation.ts";
import type { RunResult } from "./result.ts";
import type { RunOptions } from "./run-options.ts";
import { formatTime } from "./time.ts";

/** Events between two looks at the outside world: some tens of milliseconds. */
const SLICE = 65_536;

const DEFAULT_ENGINE = "interpreter";

/** Runs checked topologies. */
export class TopologyRunner {
  private readonly hooks: Registry<Hook>;
  private readonly languages: Registry<ProgramLanguage>;
  private readonly qdiscs: Registry<QdiscKind>;
  private readonly engines: Registry<Engine>;

  constructor(
    hooks: Registry<Hook>,
    languages: Registry<ProgramLanguage>,
    engines: Registry<Engine>,
    qdiscs: Registry<QdiscKind>,
  ) {
    this.qdiscs = qdiscs;
    this.hooks = hooks;
    this.languages = languages;
    this.engines = engines;
  }

  /**
   * Runs the topology to its end. Rejects with a NetsimError when a program is refused or a capture cannot be opened;
   * failed expectations are part of the result.
   */
  async run(topology: Topology, options: RunOptions = {}): Promise<RunResult> {
    const scene = await this.assemble(topology, options);
    try {
      const stopped = await loop(scene, options.until ?? topology.until, options);
      scene.oneLiners.finish();
      scene.records?.finish();
      options.lookAtMaps?.(scene.maps);
      const totals = checkConservation(scene);
      options.atEnd?.(scene);
      const engine = options.engine ?? DEFAULT_ENGINE;
      return judge(scene, collect(topology, scene, { totals, stopped, engine }));
    } finally {
      scene.close();
    }
  }

  /** Runs the topology to its end, then lets `look` see what it has become. Rejects as `run` does. */
  async runAndLook<T>(topology: Topology, options: RunOptions, look: (scene: Scene) => T): Promise<T> {
    const scene = await this.assemble(topology, options);
    try {
      await loop(scene, options.until ?? topology.until, options);
      return look(scene);
    } finally {
      scene.close();
    }
  }

  /** Puts a topology together without running it. Rejects with a NetsimError as `run` does; what it gives is to be closed. */
  async assemble(topology: Topology, options: RunOptions = {}): Promise<Scene> {
    checkOptions(options);
    const engineName = options.engine ?? DEFAULT_ENGINE;
    const engine = await openEngine(this.engine(engineName));
    const { hooks, languages, qdiscs } = this;
    try {
      return assemble(topology, { hooks, languages, engine, engineName, qdiscs }, options);
    } catch (error) {
      engine.close?.();
      throw error;
    }
  }

  private engine(name: string): Engine {
    const engine = this.engines.find(name);
    if (engine === undefined)
      fail("usage", `There is no engine '${name}'.`, { hint: `There are: ${this.engines.names.join(", ")}.` });
    return engine;
  }
}

/**
 * Events at one moment of simulated time after which a run is taken to go in circles: this many, and as many again for
 * each packet that traffic has sent, since a burst is no circle.
 */
const STANDING = 1 << 22;
const STANDING_PER_PACKET = 64;

/** Nanoseconds are whole numbers up to here: simulated time goes no further, 104 days from its beginning. */
const LAST_TIME = Number.MAX_SAFE_INTEGER;

/** Runs in slices, so that a signal is heard and progress shown. */
async function loop(scene: Scene, until: number | undefined, options: RunOptions): Promise<StopReason> {
  const { simulation, ledger } = scene.world;
  let time = -1;
  let standing = 0;
  for (;;) {
    if (options.signal?.aborted) simulation.stop("interrupted");
    const stopped = simulation.run(until ?? LAST_TIME, SLICE);
    if (stopped === "until" && until === undefined) failBeyond();
    if (stopped !== undefined) return stopped;
    standing = simulation.now === time ? standing + SLICE : 0;
    time = simulation.now;
    const sent = scene.sources.reduce((sum, source) => sum + source.sent, 0);
    if (standing > STANDING + STANDING_PER_PACKET * sent) failStanding(time);
    options.progress?.({ time, events: simulation.events, packets: ledger.created });
    await new Promise(setImmediate);
  }
}

function failBeyond(): never {
  return fail(
    "unsupported",
    "The run goes on beyond 104 days of simulated time, where nanoseconds cannot be told apart.",
    {
      hint: "Let `until` end it before, or send what comes late earlier; a replay can have a higher `speed`.",
    },
  );
}

function failStanding(time: number): never {
  return fail(
    "bad-topology",
    `The run does not get past ${formatTime(time)} s: packets go in circles without losing time.`,
    {
      hint: "Give the links on their way a delay, or the run a `max-packets`; `--trace` shows which packets they are.",
    },
  );
}

function judge(scene: Scene, run: Omit<RunResult, "expectations" | "exitCode">): RunResult {
  const expectations = [...scene.mapSteps.results, ...scene.expectations.judge(run)];
  const failed = expectations.some(({ passed }) => !passed);
  const corrupt = run.diagnostics.some(({ severity }) => severity === "error");
  return {
    ...run,
    expectations,
    exitCode: exitCodeOf(run.stopped === "interrupted", corrupt, failed),
  };
}

function exitCodeOf(interrupted: boolean, corrupt: boolean, failed: boolean): ExitCode {
  if (interrupted) return EXIT.interrupted;
  if (corrupt) return EXIT.invalidInput;
  return failed ? EXIT.expectationFailed : EXIT.ok;
}
