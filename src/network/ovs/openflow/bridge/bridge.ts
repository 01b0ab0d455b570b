import { formatActions } from "../action/registry.ts";
import type { FlowEntry } from "../flow/flow.ts";
import type { Group } from "../group/group.ts";
import { formatMatch } from "../match/format-match.ts";
import type { Meter } from "../meter/meter.ts";
import type { PortNames } from "../ports.ts";
import type { Lesson } from "../translate/translation.ts";
import { Expiries } from "./expiries.ts";
import { FlowRule, type FlowTable, flowTable } from "./flow-table.ts";
import { MacTable } from "./mac-table.ts";
import type { OpenFlowPort } from "./port.ts";
import { Recirculations } from "./recirculations.ts";

/** An OpenFlow switch: its ports, tables, groups and meters, and what it has learnt. */
export class Bridge {
  readonly name: string;
  /** By OpenFlow number. */
  readonly ports = new Map<number, OpenFlowPort>();
  readonly tables = new Map<number, FlowTable>();
  readonly groups = new Map<number, Group>();
  readonly meters = new Map<number, Meter>();
  readonly macs: MacTable;
  readonly recirculations = new Recirculations();
  /** Changes whenever what was translated may no longer hold. */
  generation = 0;
  /** Whether patch ports lead to other bridges. */
  hasPeers = false;
  #portNames: PortNames | undefined;
  readonly #meterNumbers = new Map<number, number>();
  readonly #expiries = new Expiries();
  /** How many flows there are of a cookie in a table, by both in one text: learn may be limited to so many. */
  readonly #cookies = new Map<string, number>();

  constructor(name: string, macs = new MacTable()) {
    this.name = name;
    this.macs = macs;
  }

  get portNames(): PortNames {
    this.#portNames ??= new Map([...this.ports.values()].map(({ name, ofport }) => [name, ofport]));
    return this.#portNames;
  }

  addPort(port: OpenFlowPort): void {
    this.ports.set(port.ofport, port);
    this.#portNames = undefined;
    this.generation++;
  }

  /** Every rule, table by table in the order in which they came. */
  *rules(): Iterable<FlowRule> {
    for (const table of [...this.tables.keys()].sort((a, b) => a - b)) yield* this.tables.get(table)!.rules;
  }

  /** Adds a flow in the place of one with the same match and priority. */
  addFlow(entry: FlowEntry, now: number): FlowRule {
    let table = this.tables.get(entry.table);
    if (table === undefined) {
      table = flowTable();
      this.tables.set(entry.table, table);
    }
    const rule = new FlowRule(entry, now);
    const replaced = table.insert(rule);
    if (replaced !== undefined) this.#forget(replaced);
    this.#count(rule, 1);
    this.#expiries.add(rule);
    this.generation++;
    return rule;
  }

  /** A flow does something else from now on; what it has seen, and since when it is there, stays. */
  modifyFlow(
    rule: FlowRule,
    changes: Partial<Pick<FlowEntry, "actions" | "cookie">>,
    now: number,
    { resetCounts }: { readonly resetCounts: boolean },
  ): void {
    const changed = this.addFlow({ ...rule.entry, ...changes }, now);
    changed.takeOver(rule, resetCounts);
    this.#expiries.add(changed);
  }

  removeFlow(rule: FlowRule): void {
    this.tables.get(rule.entry.table)?.remove(rule);
    this.#forget(rule);
    this.generation++;
  }

  #forget(rule: FlowRule): void {
    this.#expiries.remove(rule);
    this.#count(rule, -1);
  }

  #count({ entry }: FlowRule, change: 1 | -1): void {
    const name = `${entry.table} ${entry.cookie}`;
    this.#cookies.set(name, (this.#cookies.get(name) ?? 0) + change);
  }

  /** Puts another bridge's port behind a patch port. */
  connectPatch(ofport: number, peer: NonNullable<OpenFlowPort["peer"]>): void {
    this.ports.set(ofport, { ...this.ports.get(ofport)!, peer });
    this.hasPeers = true;
    this.generation++;
  }

  setGroup(group: Group): void {
    this.groups.set(group.id, group);
    this.generation++;
  }

  /** Tells whether there was one. */
  deleteGroup(id: number): boolean {
    const found = this.groups.delete(id);
    if (found) this.generation++;
    return found;
  }

  /** Adds a meter; the datapath numbers meters from 0 in the order in which they come. */
  setMeter(meter: Meter): void {
    if (!this.#meterNumbers.has(meter.id)) this.#meterNumbers.set(meter.id, this.#meterNumbers.size);
    this.meters.set(meter.id, meter);
    this.generation++;
  }

  /** Tells whether there was one. */
  deleteMeter(id: number): boolean {
    const found = this.meters.delete(id);
    if (found) this.generation++;
    return found;
  }

  /** The datapath's number of a meter. */
  meterNumber(id: number): number | undefined {
    return this.#meterNumbers.get(id);
  }

  /** Learns where an address is; true where that is news. */
  learnAddress(vlan: number, address: number, port: number, now: number): boolean {
    const isNews = this.macs.learn(vlan, address, port, now);
    if (isNews) this.generation++;
    return isNews;
  }

  /** Whether a table has room for a flow that a packet teaches, once it has those that the packet has taught before. */
  mayLearn({ entry, limit }: Lesson, before: readonly Lesson[]): boolean {
    if (limit === 0) return true;
    const others = before.filter(({ bridge, entry: other }) => bridge === this && other.table === entry.table);
    const isThere = others.some(({ entry: other }) => sameFlow(other, entry));
    if (isThere || this.tables.get(entry.table)?.findExactly(entry) !== undefined) return true;
    return this.#countOf(entry) + others.filter(({ entry: other }) => other.cookie === entry.cookie).length < limit;
  }

  /**
   * Adds a flow that a packet taught, unless its table holds `limit` flows of its cookie already. One that is there lives as
   * long again as its hard timeout says (ofproto_flow_mod_learn_refresh).
   */
  learnFlow(entry: FlowEntry, limit: number, now: number): void {
    const known = this.tables.get(entry.table)?.findExactly(entry);
    if (known !== undefined && known.entry.cookie === entry.cookie && sameActions(known.entry, entry))
      known.modified = Math.max(known.modified, now);
    else if (limit === 0 || known !== undefined || this.#countOf(entry) < limit) this.addFlow(entry, now);
  }

  #countOf({ table, cookie }: FlowEntry): number {
    return this.#cookies.get(`${table} ${cookie}`) ?? 0;
  }

  /** When the next flow or address may go by itself, in nanoseconds; Infinity: none. */
  get nextExpiry(): number {
    return Math.min(this.macs.nextExpiry, this.#expiries.next);
  }

  /** Takes away flows and addresses whose time is over. */
  expire(now: number): void {
    if (this.macs.expire(now)) this.generation++;
    for (const rule of this.#expiries.take(now)) this.removeFlow(rule);
  }

  /** A flow's timeouts have become shorter (fin_timeout). */
  timeoutsChanged(rule: FlowRule): void {
    this.#expiries.add(rule);
  }
}

/** The same match and priority, by which one takes the other's place. */
function sameFlow(a: FlowEntry, b: FlowEntry): boolean {
  return a.priority === b.priority && formatMatch(a.match) === formatMatch(b.match);
}

function sameActions(a: FlowEntry, b: FlowEntry): boolean {
  return a.actions === b.actions || formatActions(a.actions) === formatActions(b.actions);
}
