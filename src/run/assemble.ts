import { DEVICES_ALONE } from "../bpf/maps/devices-alone.ts";
import { oneCpu } from "../bpf/maps/map-place.ts";
import { BpfSyscall } from "../bpf/syscall.ts";
import { Machine } from "../bpf/vm/machine.ts";
import { LinearMemory } from "../bpf/vm/memory.ts";
import { Contexts } from "../hooks/contexts.ts";
import type { Hook, HookAt } from "../hooks/hook.ts";
import { SocketRecords } from "../hooks/socket-records.ts";
import { Ledger } from "../network/ledger.ts";
import { Network } from "../network/network.ts";
import type { QdiscKind } from "../network/qdisc/qdisc.ts";
import type { World } from "../network/world.ts";
import { SkbPool } from "../packet/skb-pool.ts";
import type { Attach, Attachment } from "../programs/attachment.ts";
import type { ProgramRunner } from "../programs/engine.ts";
import { EntryPrograms } from "../programs/entry-programs.ts";
import type { ProgramLanguage } from "../programs/language.ts";
import { MapTable } from "../programs/map-table.ts";
import { ProgramLoader } from "../programs/program-loader.ts";
import { ProgramTable } from "../programs/program-table.ts";
import type { Registry } from "../registry.ts";
import { Random } from "../simulation/random.ts";
import { Simulation } from "../simulation/simulation.ts";
import type { HistogramModel, Topology } from "../topology/model.ts";
import { createSources } from "../traffic/create-sources.ts";
import { ReplaySource } from "../traffic/replay-source.ts";
import type { TrafficSource } from "../traffic/traffic-source.ts";
import { attachTracing, type TracingAttachment } from "./attach-tracing.ts";
import { Captures } from "./captures.ts";
import { Expectations } from "./expectations.ts";
import { HeldCgroups } from "./held-cgroups.ts";
import { MapSteps } from "./map-steps.ts";
import { OneLiners } from "./one-liners.ts";
import type { Process } from "./processes/process.ts";
import { runProcesses } from "./processes/run-processes.ts";
import { serveSockets } from "./processes/serve-sockets.ts";
import { checkHistogram } from "./read-histogram.ts";
import { MapRecords } from "./records/map-records.ts";
import type { RunOptions } from "./run-options.ts";
import { Steps } from "./steps.ts";
import { type Epoch, UNIX_EPOCH } from "./time.ts";
import { Trace } from "./trace.ts";
import { TracePipe } from "./trace-pipe.ts";

/** Everything that takes part in one run. */
export interface Scene {
  readonly seed: bigint;
  readonly world: World;
  readonly network: Network;
  readonly programs: ProgramTable;
  readonly maps: MapTable;
  readonly mapSteps: MapSteps;
  /** Who reads records of maps; undefined: the maps are an engine's own. */
  readonly records: MapRecords | undefined;
  /** Programs where they are attached, with the name of the place. */
  readonly attachments: readonly { readonly where: string; readonly attachment: Attachment }[];
  readonly sources: readonly TrafficSource[];
  readonly expectations: Expectations;
  /** By node. */
  readonly processes: ReadonlyMap<string, readonly Process[]>;
  /** Programs at events. */
  readonly tracing: readonly TracingAttachment[];
  readonly tracePipe: TracePipe;
  readonly oneLiners: OneLiners;
  /** Maps that are shown as histograms. */
  readonly histograms: readonly HistogramModel[];
  /** Closes files, and what runs programs. */
  close(): void;
}

/** Makes the network, the programs, the traffic and the observers of a run, and schedules what begins. */
export function assemble(
  given: Topology,
  parts: {
    hooks: Registry<Hook>;
    languages: Registry<ProgramLanguage>;
    engine: ProgramRunner;
    engineName: string;
    qdiscs: Registry<QdiscKind>;
  },
  options: RunOptions,
): Scene {
  const oneLiners = new OneLiners(given, options.expressions ?? []);
  const { topology } = oneLiners;
  const seed = options.seed ?? topology.seed;
  const memory = new LinearMemory();
  const world = createWorld(seed, memory, options);
  const machine = new Machine(memory);
  const cgroups = new HeldCgroups(topology);
  const syscall = new BpfSyscall({ ...oneCpu(machine), objects: { ...DEVICES_ALONE, cgroup: cgroups.at } });
  const own = parts.engine.maps === undefined;
  const maps = new MapTable(topology.maps, parts.engine.maps ?? syscall, own ? cgroups.descriptorOf : undefined);
  const { events } = world.ledger;
  const tracePipe = new TracePipe();
  const contexts = new Contexts({
    machine,
    maps: syscall,
    pool: world.pool,
    redirect: world.redirect,
    sockets: new SocketRecords(machine, events.objects),
    flowSeed: world.random("flow hash").uint32(),
    chance: world.random("programs"),
    now: () => world.simulation.now,
    schedule: (nanoseconds, run) => callLater(world.simulation, nanoseconds, run),
    print: (text) => {
      tracePipe.print(text, world.simulation.now, events.task);
      if (world.observer instanceof Trace) world.observer.print(text);
    },
    events,
  });
  const programs = new ProgramTable(
    topology,
    parts.languages,
    new ProgramLoader(parts.engine, machine, maps, syscall),
    contexts,
    maps,
  );
  const attachments: { where: string; attachment: Attachment }[] = [];
  const attach: Attach = (model, _place, start, where) => {
    const attachment = programs.attach(model, parts.hooks.get(model.hook) as HookAt<typeof _place>, start);
    if (attachment !== undefined) attachments.push({ where, attachment: attachment as unknown as Attachment });
    return attachment;
  };
  const nodes = [...topology.nodes.keys()];
  const entries = topology.tracing.filter((entry) => entry.kind === "program");
  const { simulation } = world;
  const tracing = attachTracing([...entries, ...oneLiners.entries], {
    hooks: parts.hooks,
    programs,
    events,
    simulation,
    nodes,
  });
  // What a program is replaced with may look at more than it did.
  if (topology.steps.some((step) => "with" in step)) events.objects.areRead = true;
  const histograms = entries.flatMap(({ histogram }) => histogram ?? []);
  programs.throwProblems();
  const ownRecords = () => new MapRecords(maps, syscall, simulation, (map) => oneLiners.has(map));
  const records = own ? ownRecords() : undefined;
  records?.open();
  for (const histogram of histograms) checkHistogram(histogram, maps);
  oneLiners.begin(maps, events);
  const { processes, topology: opened } = runProcesses(
    topology,
    programs,
    parts.engineName,
    events,
    parts.engine.filters,
  );
  const network = new Network(opened, world, attach, parts.qdiscs);
  serveSockets(processes, network, simulation);
  network.prepare(topology.steps);
  const entryPrograms = new EntryPrograms(maps, attach, world.entryPrograms);
  entryPrograms.fill(topology);
  programs.finish();
  records?.openAll();

  const sources = createSources(topology, network, world);
  const captures = closingOnFailure(sources, () => openCaptures(topology, network, world, sources, options));
  if (world.observer instanceof Trace && world.observer.tracing) traceFrames(network, world.observer);
  const { watcher } = options;
  if (watcher !== undefined)
    for (const { label, readers } of network.sockets)
      readers.push({ read: (skb, bytes, at, length) => watcher.read(label, skb.id, bytes, at, length) });
  const expectations = new Expectations(topology.expect, network.sockets, maps);

  const maxPackets = options.maxPackets ?? topology.maxPackets;
  if (maxPackets !== undefined) world.ledger.watch(maxPackets, () => world.simulation.stop("max-packets"));
  const mapSteps = new MapSteps(maps, (map, entry, flags) =>
    (entry.program === undefined ? programs : entryPrograms).put(map, entry, flags),
  );
  new Steps(network, programs, mapSteps).schedule(topology.steps, world.simulation);
  for (const source of sources) source.start();
  return {
    seed,
    world,
    network,
    programs,
    maps,
    mapSteps,
    records,
    attachments,
    sources,
    expectations,
    processes,
    tracing,
    tracePipe,
    histograms,
    oneLiners,
    close: () => {
      for (const source of sources) source.close();
      captures?.close();
      parts.engine.close?.();
    },
  };
}

/** Runs something once, unless it is called off before. */
function callLater(simulation: Simulation, nanoseconds: number, run: () => void): () => void {
  let isWanted = true;
  simulation.after(nanoseconds, { run: () => (isWanted ? run() : simulation.pass()) });
  return () => {
    isWanted = false;
  };
}

function createWorld(seed: bigint, store: LinearMemory, options: RunOptions): World {
  const simulation = new Simulation();
  const pool = new SkbPool(store);
  const observer = new Trace(simulation, store, options);
  const ledger = new Ledger(pool, observer);
  const redirect = { ifindex: 0, ingress: false };
  const entryPrograms = new Map();
  return {
    simulation,
    store,
    pool,
    ledger,
    observer,
    redirect,
    entryPrograms,
    random: (label) => new Random(seed, label),
  };
}

function closingOnFailure<T>(sources: readonly TrafficSource[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    for (const source of sources) source.close();
    throw error;
  }
}

function openCaptures(
  topology: Topology,
  network: Network,
  world: World,
  sources: readonly TrafficSource[],
  { pcapDirectory, pcapOf }: RunOptions,
): Captures | undefined {
  if (pcapDirectory === undefined) return undefined;
  return new Captures(pcapDirectory, pcapOf, network, world, topology.epoch ?? replayEpoch(sources));
}

/**
 * What simulated time 0 stands for when the topology does not say: with a replay in original timing, the moment that
 * gives its first packet the time at which it was captured.
 */
function replayEpoch(sources: readonly TrafficSource[]): Epoch {
  for (const source of sources) {
    if (!(source instanceof ReplaySource) || source.epoch === undefined) continue;
    return source.epoch;
  }
  return UNIX_EPOCH;
}

function traceFrames(network: Network, trace: Trace): void {
  for (const node of network.nodes.values())
    for (const device of node.interfaces.values())
      device.taps.push({ frame: (skb, direction) => trace.frame(skb, device.label, direction) });
}
