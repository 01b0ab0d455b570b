import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { World } from "../network/world.ts";
import { CapturePoint } from "./capture-point.ts";
import type { Epoch } from "./time.ts";

/** Captures what sockets receive and what passes interfaces, a file for each, in one directory. */
export class Captures {
  private readonly points: CapturePoint[] = [];
  private readonly taken = new Set<string>();
  private readonly directory: string;
  private readonly world: World;
  private readonly epoch: Epoch;

  /**
   * Opens the files. Throws a NetsimError where one cannot be written or `only` names nothing.
   * @param only names of sockets and interfaces as in the report; absent: all of them.
   */
  constructor(directory: string, only: readonly string[] | undefined, network: Network, world: World, epoch: Epoch) {
    this.directory = directory;
    this.world = world;
    this.epoch = epoch;
    refuseUnknown(only, network);
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      fail("file-unwritable", `The directory '${directory}' cannot be made: ${(error as NodeJS.ErrnoException).code}.`);
    }
    const wanted = (label: string) => only === undefined || only.includes(label);
    try {
      for (const node of network.nodes.values())
        for (const device of node.interfaces.values())
          if (wanted(device.label)) device.taps.push(this.open(device.label, "frame"));
      for (const socket of network.sockets)
        if (wanted(socket.label)) socket.readers.push(this.open(socket.label, socket.content));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const point of this.points) point.close();
  }

  private open(label: string, content: CapturePoint["content"]): CapturePoint {
    const base = label.replace(":", ".").replace(/[^\w.-]/g, "-");
    let name = base;
    for (let i = 2; this.taken.has(name); i++) name = `${base}-${i}`;
    this.taken.add(name);
    const point = new CapturePoint(join(this.directory, name), content, this.world, this.epoch);
    this.points.push(point);
    return point;
  }
}

function refuseUnknown(only: readonly string[] | undefined, network: Network): void {
  const interfaces = [...network.nodes.values()].flatMap((node) => [...node.interfaces.values()]);
  const labels = [...interfaces, ...network.sockets].map(({ label }) => label);
  for (const label of only ?? [])
    if (!labels.includes(label))
      fail("usage", `There is no socket or interface '${label}' to capture.`, {
        hint: `There are: ${labels.join(", ")}.`,
      });
}
