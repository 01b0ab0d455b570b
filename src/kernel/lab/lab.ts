import { release } from "node:os";
import { EXIT } from "../../errors.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { Scene } from "../../run/assemble.ts";
import { Expectations, type WatchedSocket } from "../../run/expectations.ts";
import { Simulation } from "../../simulation/simulation.ts";
import type { ExpectationModel, HostModel, Topology } from "../../topology/model.ts";
import type { Kernel } from "../kernel.ts";
import { attachProgram } from "./attach-program.ts";
import { countDevices } from "./devices.ts";
import { LabNetwork } from "./lab-network.ts";
import { LabSocket } from "./lab-socket.ts";
import { type Skipped, skippedOfLinks } from "./plan.ts";
import type { LabNode, LabResult } from "./result.ts";
import { type LabSource, labSources } from "./traffic.ts";

/** Nothing has happened for so long, and nothing is due: the lab is done. */
const QUIET_NANOSECONDS = 200e6;
const STEP_WAIT_MILLISECONDS = 1;

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
  const skipped: Skipped[] = [...skippedOfLinks(topology.links), ...skippedSteps(topology)];
  const network = new LabNetwork(libc, topology);
  const sockets: LabSocket[] = [];
  try {
    await network.isUp();
    const watched: WatchedSocket[] = [];
    const altered = new Set<string>();
    for (const { label, model, attachments, host } of scene.network.sockets) {
      const node = topology.nodes.get(host) as HostModel;
      const watch: WatchedSocket = { label, readers: [] };
      const socket = new LabSocket(libc, network.namespaces.get(host)!, node, model, (bytes, length) => {
        for (const reader of watch.readers) reader.read(undefined as never, bytes, 0, length, length);
      });
      sockets.push(socket);
      watched.push(watch);
      const left = attachAll(kernel, socket, attachments as readonly Attachment[], label);
      if (left.length > 0) altered.add(label);
      skipped.push(...left);
    }
    const judgeable = topology.expect.filter((model) => {
      const why = whyNotJudged(model, altered);
      if (why !== undefined) skipped.push({ what: `expectation at line ${model.place.line}`, why });
      return why === undefined;
    });
    const expectations = new Expectations(judgeable, watched);

    const clock = new Simulation();
    const stage = { libc, topology, network: scene.network, world: scene.world, clock, namespaces: network.namespaces };
    const sources = labSources(stage, scene.sources);
    const time = await loop(sources, sockets, clock, topology, options);

    const nodes = nodesOf(topology, network, sockets, scene);
    const untold: string[] = [];
    const results = expectations.judge({ nodes }, untold);
    for (const what of untold) skipped.push({ what, why: "the kernel does not tell it" });
    return {
      topology: { name: topology.name, file: topology.file },
      kernel: release(),
      time,
      nodes,
      traffic: sources.map(({ kind, description, sent, answered, expectsAnswer, refused }) => ({
        kind,
        description,
        sent,
        ...(expectsAnswer ? { answered } : {}),
        refused: [...refused].map(([errno, items]) => ({ errno, items })),
      })),
      expectations: results,
      skipped,
      exitCode: options.signal?.aborted
        ? EXIT.interrupted
        : results.some(({ passed }) => !passed)
          ? EXIT.expectationFailed
          : EXIT.ok,
    };
  } finally {
    for (const socket of sockets) socket.close();
    network.close();
  }
}

/** Sends what is due and reads what came until the topology's end, or until all is sent and it is quiet. */
async function loop(
  sources: readonly LabSource[],
  sockets: readonly LabSocket[],
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
    for (const socket of sockets) any = socket.poll() || any;
    for (const source of sources) any = source.poll() || any;
    if (any) busy = now;
    if (now >= until || options.signal?.aborted) return now;
    if (isSent && now - busy > QUIET_NANOSECONDS) return busy;
    await new Promise((resolve) => (any ? setImmediate(resolve) : setTimeout(resolve, STEP_WAIT_MILLISECONDS)));
  }
}

/** Attaches a socket's programs, and gives those that the lab leaves out. */
function attachAll(kernel: Kernel, socket: LabSocket, attachments: readonly Attachment[], label: string): Skipped[] {
  const skipped: Skipped[] = [];
  // Linux has one filter to a socket; the simulation runs all in turn.
  for (const [i, attachment] of attachments.entries()) {
    const why = i > 0 ? "Linux has one program to a socket" : attachProgram(kernel, socket, attachment);
    if (why !== undefined) skipped.push({ what: `program ${attachment.slot.name} at ${label}`, why });
  }
  return skipped;
}

/** Why the kernel has nothing to compare with an expectation. @param altered sockets that a program was left out of. */
function whyNotJudged({ subject }: ExpectationModel, altered: ReadonlySet<string>): string | undefined {
  switch (subject.kind) {
    case "socket":
      return altered.has(`${subject.node}/${subject.socket}`) ? "a program of the socket was left out" : undefined;
    case "interface":
      return undefined;
    default:
      return `the kernel does not tell what it is about (${subject.kind})`;
  }
}

function skippedSteps({ steps }: Topology): Skipped[] {
  return steps.map(({ kind, at }) => ({ what: `step ${kind} at ${at / 1e9} s`, why: "the lab does no steps" }));
}

function nodesOf(topology: Topology, network: LabNetwork, sockets: readonly LabSocket[], scene: Scene): LabNode[] {
  return [...topology.nodes.values()].map(({ name, kind, interfaces }) => {
    const counts = countDevices(network.namespaces.get(name)!);
    return {
      name,
      kind,
      interfaces: [...interfaces.keys()].map((device) => ({ name: device, ...counts.get(device)! })),
      sockets: sockets
        .filter(({ node }) => node === name)
        .map(({ model, received, receivedBytes }) => ({
          name: model.name,
          kind: model.kind,
          programs: scene.network.sockets
            .find(({ label }) => label === `${name}/${model.name}`)!
            .attachments.map(({ slot }) => slot.name),
          ...(model.kind === "tcp" ? {} : { received }),
          receivedBytes,
        })),
    };
  });
}
