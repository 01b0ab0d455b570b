import { release } from "node:os";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Network } from "../../network/network.ts";
import { MapTable, type ReadableEntry } from "../../programs/map-table.ts";
import type { Scene } from "../../run/assemble.ts";
import { Expectations } from "../../run/expectations.ts";
import type { ExpectationResult } from "../../run/result.ts";
import { Simulation } from "../../simulation/simulation.ts";
import type { ExpectationModel, Topology } from "../../topology/model.ts";
import type { Kernel } from "../kernel.ts";
import { LabCgroups } from "./cgroup/lab-cgroups.ts";
import { Codes } from "./codes.ts";
import { countDevices } from "./devices.ts";
import { LabAttachments } from "./lab-attachments.ts";
import { LabEntries } from "./lab-entries.ts";
import { LabIptables } from "./lab-iptables.ts";
import { LabNetwork } from "./lab-network.ts";
import { LabProcesses } from "./lab-processes.ts";
import { LabRoutes } from "./lab-routes.ts";
import { LabSockets } from "./lab-sockets.ts";
import { LabSteps } from "./lab-steps.ts";
import { LabXdp } from "./lab-xdp.ts";
import {
  mapsOfLab,
  mapsOfTracing,
  skippedOfHooks,
  skippedOfLinks,
  skippedOfMaps,
  skippedOfTracing,
} from "./left-out.ts";
import { reachOf } from "./reach.ts";
import type { LabNode, LabResult, LabTraffic } from "./result.ts";
import type { Skipped, SkippedAtNode } from "./skipped.ts";
import { SwitchedCables } from "./switched-cables.ts";
import { LabTc } from "./tc/lab-tc.ts";
import { type LabSource, labSources } from "./traffic.ts";

/** Nothing has happened for so long, and nothing is due: the lab is done. */
const QUIET_NANOSECONDS = 200e6;
const STEP_WAIT_MILLISECONDS = 1;

/** What a simulation says of calls, and the kernel does not say to those who make them. */
const UNTOLD_OF_CALLS: ReadonlySet<string> = new Set(["answer", "ran", "logged", "coreDump", "times"]);

/** What a caller of the lab may choose. */
export interface LabOptions {
  /** Takes the place of the topology's end, in nanoseconds. */
  readonly until?: number;
  /** Ends the lab early. */
  readonly signal?: AbortSignal;
  /** Real time in milliseconds. */
  readonly clock: () => number;
}

/**
 * Makes a topology out of network namespaces, veth pairs, bridges and sockets, sends its traffic, and reads what came. Traffic goes
 * at the times that the topology gives, or later. Nothing leaves the namespaces, and all of it is gone when this process ends.
 * @param scene the topology put together for the simulation, which gives addresses, encoded packets and loaded programs.
 */
export async function runLab(
  topology: Topology,
  scene: Scene,
  kernel: Kernel,
  options: LabOptions,
): Promise<LabResult> {
  const { libc } = kernel;
  const network = new LabNetwork(libc, topology);
  let sockets: LabSockets | undefined;
  let tc: LabTc | undefined;
  let xdp: LabXdp | undefined;
  let cgroups: LabCgroups | undefined;
  let codes: Codes | undefined;
  let cables: SwitchedCables | undefined;
  let routes: LabRoutes | undefined;
  let iptables: LabIptables | undefined;
  let sources: readonly LabSource[] = [];
  try {
    await network.isUp();
    cables = new SwitchedCables(kernel, topology, network);
    const maps = new MapTable(mapsOfLab(topology), kernel.maps, (name) => cgroups!.descriptorOf(name));
    const processes = new LabProcesses(libc, topology, scene.programs, scene.processes);
    codes = new Codes(kernel, scene.programs, maps);
    cgroups = new LabCgroups(kernel, topology, network, codes);
    sockets = new LabSockets(kernel, topology, cgroups, scene.network, maps, processes, scene.programs);
    tc = new LabTc(kernel, topology, network, codes);
    xdp = new LabXdp(kernel, topology, network, codes);
    const entries = new LabEntries(topology, network, {
      codes,
      programs: scene.programs,
      maps,
      hasGroups: cgroups.skipped.length === 0,
    });
    routes = new LabRoutes(kernel, topology, network, codes);
    iptables = new LabIptables(kernel, topology, network, codes);
    const hooks = [...cgroups.skipped, ...routes.skipped, ...iptables.skipped, ...skippedOfHooks(topology)];
    const skipped = [
      ...skippedOfLinks(topology.links),
      ...tc.skipped,
      ...skippedOfMaps(topology),
      ...entries.skipped,
      ...skippedOfTracing(topology),
      ...hooks,
      ...processes.skipped,
      ...sockets.skipped,
    ];
    const expectations = new Expectations(
      judgeable(topology, sockets, [...tc.skipped, ...hooks], skipped, mapsOfTracing(topology, scene.programs)),
      sockets.watched,
      maps,
    );

    const clock = new Simulation();
    const attached = [sockets, tc, xdp, entries, cgroups, routes, iptables];
    const steps = new LabSteps(
      clock,
      attached,
      { tc, cables, entries, attachments: new LabAttachments(topology, { tc, xdp, sockets, cgroups }) },
      scene.programs,
      maps,
    );
    steps.schedule(topology.steps);
    skipped.push(...steps.skipped);
    const stage = {
      libc,
      topology,
      network: scene.network,
      world: scene.world,
      clock,
      namespaces: network.namespaces,
      cgroups,
    };
    sources = labSources(stage, scene.sources);
    const time = await loop(sources, sockets, clock, topology, options);

    const nodes = nodesOf(topology, network, sockets, tc, scene.network, processes);
    const untold: string[] = [];
    const results = [
      ...steps.results,
      ...expectations.judge({ nodes, maps: mapsOf(maps), untold: UNTOLD_OF_CALLS }, untold),
    ];
    for (const what of untold) skipped.push({ what, why: "the kernel does not tell it" });
    return {
      topology: { name: topology.name, file: topology.file },
      kernel: release(),
      time,
      nodes,
      maps: mapsOf(maps),
      traffic: sources.map(trafficOf),
      expectations: results,
      skipped,
      exitCode: exitCodeOf(results, options),
    };
  } finally {
    for (const source of sources) source.close();
    sockets?.close();
    tc?.close();
    cables?.close();
    xdp?.close();
    routes?.close();
    iptables?.close();
    cgroups?.close();
    codes?.close();
    kernel.maps.release();
    network.close();
  }
}

function exitCodeOf(results: readonly ExpectationResult[], { signal }: LabOptions): ExitCode {
  if (signal?.aborted) return EXIT.interrupted;
  return results.some(({ passed }) => !passed) ? EXIT.expectationFailed : EXIT.ok;
}

/** The expectations that the kernel has something to compare with; the others are added to what was left out. */
function judgeable(
  topology: Topology,
  sockets: LabSockets,
  hooks: readonly SkippedAtNode[],
  skipped: Skipped[],
  isTraced: (map: string) => boolean,
): ExpectationModel[] {
  return topology.expect.filter(({ subject, place }) => {
    let why: string | undefined;
    if (subject.kind === "socket" && !sockets.isWhole(`${subject.node}/${subject.socket}`))
      why = "a program of the socket was left out";
    // What a missing program would have done to a packet can be seen wherever cables lead, but not by calls, which come before the first.
    const near = subject.kind === "call" ? undefined : hooks.find((it) => isNear(topology, it.node, subject));
    if (near !== undefined) why = `${near.what} was left out`;
    if (subject.kind === "map" && isTraced(subject.map)) why = "a tracing program may have written the map";
    if (!["socket", "interface", "map", "class", "qdisc", "call"].includes(subject.kind))
      why = `the kernel does not tell what it is about (${subject.kind})`;
    if (why !== undefined) skipped.push({ what: `expectation at line ${place.line}`, why });
    return why === undefined;
  });
}

/** Packets of the node can come to what an expectation is about; maps are everybody's. */
const isNear = (topology: Topology, node: string, subject: ExpectationModel["subject"]): boolean =>
  !("node" in subject) || reachOf(topology, node).has(subject.node);

function mapsOf(maps: MapTable): { name: string; entries: readonly ReadableEntry[] }[] {
  return [...maps.models].map(({ name }) => ({ name, entries: [...maps.entries(name)] }));
}

/** Sends what is due and reads what came until the topology's end, or until all is sent and it is quiet. */
async function loop(
  sources: readonly LabSource[],
  sockets: LabSockets,
  clock: Simulation,
  topology: Topology,
  options: LabOptions,
): Promise<number> {
  const begun = options.clock();
  const elapsed = () => Math.max(1, Math.round((options.clock() - begun) * 1e6));
  const until = options.until ?? topology.until ?? Number.POSITIVE_INFINITY;
  for (const source of sources) source.start();
  let busy = 0;
  for (;;) {
    const now = Math.min(elapsed(), until);
    const before = clock.events;
    const isSent = clock.run(now) === "idle";
    let any = clock.events > before;
    any = sockets.poll() || any;
    for (const source of sources) any = source.poll() || any;
    if (any) busy = now;
    if (now >= until || options.signal?.aborted) return now;
    if (isSent && now - busy > QUIET_NANOSECONDS) return busy;
    await new Promise((resolve) => (any ? setImmediate(resolve) : setTimeout(resolve, STEP_WAIT_MILLISECONDS)));
  }
}

function trafficOf({ kind, description, sent, answered, expectsAnswer, refused }: LabSource): LabTraffic {
  return {
    kind,
    description,
    sent,
    ...(expectsAnswer ? { answered } : {}),
    refused: [...refused].map(([errno, items]) => ({ errno, items })),
  };
}

function nodesOf(
  topology: Topology,
  network: LabNetwork,
  sockets: LabSockets,
  tc: LabTc,
  simulated: Network,
  processes: LabProcesses,
): LabNode[] {
  return [...topology.nodes.values()].map(({ name, kind, interfaces }) => {
    const own = processes.results.get(name);
    const counts = countDevices(network.namespaces.get(name)!);
    return {
      name,
      kind,
      interfaces: [...interfaces.keys()].map((device) => {
        const qdisc = tc.countsOf(name, device);
        return { name: device, ...counts.get(device)!, ...(qdisc && { qdisc }) };
      }),
      sockets: sockets.of(name).map(({ model, received, receivedBytes }) => ({
        name: model.name,
        kind: model.kind,
        programs: simulated.sockets
          .find(({ label }) => label === `${name}/${model.name}`)!
          .attachments.map(({ slot }) => slot.name),
        ...(model.kind === "tcp" ? {} : { received }),
        receivedBytes,
      })),
      ...(own && { processes: own }),
    };
  });
}
