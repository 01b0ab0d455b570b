import type { EventSite, EventSubject } from "../places.ts";
import type { EventRecord } from "./event-record.ts";

/** A program at an event. */
export interface EventProgram {
  run(subject: EventSubject, site: EventSite): unknown;
}

/** One event of the simulated kernels, with the programs at it. */
export class EventPoint implements EventSubject {
  readonly record: EventRecord;
  private readonly programs: EventProgram[] = [];
  /** By program: the only node whose events it gets; undefined: it gets all. */
  private readonly nodes: (string | undefined)[] = [];
  private readonly site: EventSite = { node: "" };

  constructor(record: EventRecord) {
    this.record = record;
  }

  /** What programs are given. */
  get address(): number {
    return this.record.address;
  }

  attach(program: EventProgram, node: string | undefined): void {
    this.programs.push(program);
    this.nodes.push(node);
  }

  /** The event has come, and its record is filled: runs the programs in the order in which they were attached. */
  fire(node: string): void {
    const { programs, nodes, site } = this;
    site.node = node;
    for (let i = 0; i < programs.length; i++)
      if (nodes[i] === undefined || nodes[i] === node) programs[i]!.run(this, site);
  }
}
