import type { DropReason } from "../../../packet/drop-reason.ts";
import type { Skb } from "../../../packet/skb.ts";
import { get16, get32, set32 } from "../../../packet/wire.ts";
import type { World } from "../../world.ts";
import { Tracker } from "../conntrack/tracker.ts";
import { extractHeaders, extractMetadata } from "../flow/extract.ts";
import { AT, NO_PORT, VLAN_PRESENT } from "../flow/layout.ts";
import type { BpfAction, UserspaceAction } from "./action.ts";
import { type Actor, Executor } from "./executor.ts";
import { FlowTable } from "./flow-table.ts";
import type { Megaflow } from "./megaflow.ts";
import { Meter, type MeterConfig } from "./meter.ts";
import type { PacketState } from "./packet-state.ts";
import type { SendingPort } from "./port.ts";
import type { DatapathPrograms, ProgramVerdict } from "./programs.ts";
import { Revalidator } from "./revalidator.ts";
import type { SlowPath } from "./slow-path.ts";
import { wantTags } from "./tag-mask.ts";
import { tracedFlow } from "./traced.ts";
import { type Upcall, UpcallQueue, type UpcallSettings } from "./upcall-queue.ts";

/** How often programs may have one packet looked up again. */
const MAX_RECLASSIFIED = 4;
/** Ports that programs may have one packet come in by, one after another (XMIT_RECURSION_LIMIT). */
const MAX_REDIRECTS = 8;
/** OVS_PACKET_CMD_MISS and OVS_PACKET_CMD_ACTION */
const MISS = 1;
const ACTION = 2;

export interface DatapathSettings {
  readonly name: string;
  readonly upcall: UpcallSettings;
  /** other_config:vlan-limit. */
  readonly vlanLimit: 1 | 2;
  /** other_config:flow-limit: no more megaflows than these. */
  readonly flowLimit: number;
}

/** A switch's fast path (net/openvswitch/datapath.c): ports, megaflows, actions, and the way up to a slow path. */
export class Datapath implements Actor {
  readonly name: string;
  readonly ports = new Map<number, SendingPort>();
  readonly meters = new Map<number, Meter>();
  readonly table = new FlowTable();
  readonly tracker: Tracker;
  readonly upcalls: UpcallQueue;
  readonly executor: Executor;
  programs: DatapathPrograms | undefined;
  /** Packets that a flow was found for, and that none was (struct dp_stats). */
  hit = 0;
  missed = 0;
  /** Packets that programs have come in by ports, which wait for one another. */
  private injected = 0;
  private readonly settings: DatapathSettings;
  private readonly world: World;
  private slowPath: SlowPath | undefined;
  private revalidator: Revalidator | undefined;

  constructor(settings: DatapathSettings, world: World) {
    this.name = settings.name;
    this.settings = settings;
    this.world = world;
    this.tracker = new Tracker(world);
    this.executor = new Executor(this, world, world.random(`datapath ${settings.name}`));
    this.upcalls = new UpcallQueue(settings.upcall, world.simulation, (upcall) => this.answer(upcall));
  }

  /** Puts a slow path behind it; without one, packets without a flow are lost. */
  connect(slowPath: SlowPath): void {
    this.slowPath = slowPath;
    this.revalidator = new Revalidator(this.table, slowPath);
  }

  /** Puts a meter there, takes its place, or takes it away. */
  setMeter(id: number, config: MeterConfig | undefined): void {
    if (config === undefined) this.meters.delete(id);
    else this.meters.set(id, new Meter(config, this.world.simulation.now));
  }

  get revalidation(): { readonly expired: number; readonly invalid: number } {
    return this.revalidator ?? { expired: 0, invalid: 0 };
  }

  /** Tells the slow path what all flows have carried so far. */
  settle(): void {
    this.revalidator?.settle();
  }

  /**
   * A frame comes in by a port, its data at its MAC header (ovs_vport_receive); it is the datapath's from now on.
   * @param tunnel what it came through: the key's bytes from AT.tunId on.
   * @param patches patch ports that it has come through.
   */
  receive(port: SendingPort, skb: Skb, tunnel?: Uint8Array, patches = 0): void {
    port.counters.received++;
    port.counters.receivedBytes += skb.length;
    this.revalidator?.catchUp(this.world.simulation.now);
    const state = this.executor.take();
    state.reset(skb);
    state.patches = patches;
    extractMetadata(skb, port.number, state.key);
    if (tunnel !== undefined) state.key.set(tunnel, AT.tunId);
    if (this.readKey(state)) this.process(state);
    this.executor.giveBack();
  }

  readKey(state: PacketState, tags = 0): boolean {
    const { key } = state;
    const { vlanLimit } = this.settings;
    const isWhole = extractHeaders(this.world.store.bytes, state.skb!, key, Math.max(tags, vlanLimit));
    // With more tags than flows may see it is no key for a look-up.
    state.isKeyValid = tags <= vlanLimit;
    if (tags === 0) state.tags = tagsIn(key);
    const verdict = this.programs?.parse(state) ?? "continue";
    if (verdict !== "continue" && verdict !== "parsed") {
      this.drop(state, this.programs!.reason);
      return false;
    }
    if (!isWhole && verdict === "continue") {
      this.drop(state, "OVS_BAD_KEY");
      return false;
    }
    this.tracker.fillTuple(state);
    return true;
  }

  /** Sends a packet that programs have made by a port. */
  send(port: SendingPort, skb: Skb): void {
    const state = this.executor.take();
    state.reset(skb);
    // Tunnels tell flows apart.
    extractMetadata(skb, NO_PORT, state.key);
    extractHeaders(this.world.store.bytes, skb, state.key, this.settings.vlanLimit);
    this.executor.output(state, skb, port.number);
    this.executor.giveBack();
  }

  /** Has a packet come in by a port that programs have chosen; so often at most within one another. */
  inject(port: SendingPort, skb: Skb): void {
    if (this.injected >= MAX_REDIRECTS) {
      this.world.ledger.drop(skb, port.label, "REDIRECT_LOOP");
      return;
    }
    this.injected++;
    this.executor.executeInside(() => this.receive(port, skb));
    this.injected--;
  }

  /** ovs_dp_process_packet */
  process(state: PacketState): void {
    const flow = this.table.lookup(state.words);
    const { observer, simulation } = this.world;
    const skb = state.skb!;
    if (flow === undefined) {
      this.missed++;
      if (observer.tracing) observer.trace(skb, this.name, "no flow");
      this.miss(state);
      return;
    }
    this.hit++;
    flow.count(skb.length, simulation.now, (state.key[AT.tcpFlags]! << 8) | state.key[AT.tcpFlags + 1]!);
    if (observer.tracing) observer.trace(skb, this.name, "a flow found");
    this.executor.execute(state, flow.actions);
  }

  sendUp(state: PacketState, action: UserspaceAction): void {
    this.tellUpcall(state, ACTION);
    const skb = this.world.ledger.copy(state.skb!);
    if (state.cutLength < skb.length) skb.length = state.cutLength;
    if (!this.upcalls.push(skb, state, action)) this.world.ledger.drop(skb, this.name, "OVS_UPCALL_LOST");
  }

  runProgram(state: PacketState, action: BpfAction): boolean {
    const verdict = this.programs?.hit(state, action) ?? "continue";
    return verdict === "continue" || this.obey(state, verdict);
  }

  /** Installs a flow that a program asks for. */
  put(key: Uint8Array, mask: Uint8Array, port: number): Megaflow {
    const actions = [{ type: "output", port }] as const;
    return this.table.install(key, mask, actions, undefined, this.world.simulation.now);
  }

  private miss(state: PacketState): void {
    const verdict = this.programs?.miss(state) ?? "continue";
    if (verdict !== "continue") {
      this.obey(state, verdict);
      return;
    }
    this.tellUpcall(state, MISS);
    if (this.slowPath === undefined || !this.upcalls.push(state.skb!, state, undefined))
      this.drop(state, "OVS_UPCALL_LOST");
  }

  private tellUpcall(state: PacketState, command: 1 | 2): void {
    const { events } = this.world.ledger;
    if (!events.isOn || !events.switches.watchesUpcalls) return;
    const port = this.ports.get(get32(state.key, AT.inPort));
    if (port !== undefined) events.switches.upcall(this.name, tracedFlow(this.name, state, port), command);
  }

  /** Does what a program wants done; the packet is used up. */
  private obey(state: PacketState, verdict: Exclude<ProgramVerdict, "continue">): false {
    const programs = this.programs!;
    switch (verdict) {
      case "done":
        break;
      case "stolen":
        this.world.ledger.deliver(state.skb!, this.name, "a program");
        break;
      case "redirect":
        this.executor.output(state, state.skb!, programs.port);
        break;
      case "inject":
        this.inject(this.ports.get(programs.port)!, state.skb!);
        break;
      case "again":
        if (++state.reclassified > MAX_RECLASSIFIED) this.drop(state, "OVS_RECLASSIFY_LOOP");
        else {
          set32(state.key, AT.skbPriority, state.skb!.priority);
          set32(state.key, AT.skbMark, state.skb!.mark);
          if (this.readKey(state)) this.process(state);
        }
        break;
      default:
        this.drop(state, programs.reason);
    }
    return false;
  }

  /** The slow path's turn with a packet (handle_upcalls). */
  private answer({ state, action }: Upcall): void {
    const { now } = this.world.simulation;
    const slowPath = this.slowPath!;
    const skb = state.skb!;
    if (action !== undefined) {
      const actions = slowPath.receive({ action, key: state.key, skb, now });
      if (actions.length === 0) this.world.ledger.deliver(skb, this.name, "the slow path");
      else this.executor.execute(state, actions);
      return;
    }
    const answer = slowPath.translate({ key: state.key, skb, hasEffects: true, now });
    wantTags(answer.mask);
    if (answer.isCacheable && this.table.size < this.settings.flowLimit)
      this.table.install(state.key, answer.mask, answer.actions, answer, now);
    const tcpFlags = (state.key[AT.tcpFlags]! << 8) | state.key[AT.tcpFlags + 1]!;
    answer.credit({ packets: 1, bytes: skb.length, used: now, tcpFlags });
    this.executor.execute(state, answer.actions);
  }

  private drop(state: PacketState, reason: DropReason): void {
    this.world.ledger.drop(state.skb!, this.name, reason);
  }
}

function tagsIn(key: Uint8Array): number {
  return tagAt(key, AT.vlanTci) + tagAt(key, AT.innerVlanTci);
}

const tagAt = (key: Uint8Array, tci: number): number => ((get16(key, tci) & VLAN_PRESENT) === 0 ? 0 : 1);
