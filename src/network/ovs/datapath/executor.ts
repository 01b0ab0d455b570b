import type { DropReason } from "../../../packet/drop-reason.ts";
import type { Skb } from "../../../packet/skb.ts";
import { get32, set16, set32 } from "../../../packet/wire.ts";
import type { Random } from "../../../simulation/random.ts";
import type { World } from "../../world.ts";
import type { Tracker } from "../conntrack/tracker.ts";
import { AT, VLAN_PRESENT } from "../flow/layout.ts";
import { applySet } from "../flow/rewrite.ts";
import type { BpfAction, DatapathAction, SampleAction, UserspaceAction } from "./action.ts";
import { flowHash } from "./flow-hash.ts";
import { popEthernet, popMpls, popNsh, popVlan, pushEthernet, pushMpls, pushNsh, pushVlan } from "./header-actions.ts";
import type { Meter } from "./meter.ts";
import { PacketState, WHOLE } from "./packet-state.ts";
import type { SendingPort } from "./port.ts";
import { tracedAction, tracedFlow } from "./traced.ts";

/** OVS_RECURSION_LIMIT, OVS_DEFERRED_ACTION_THRESHOLD, and what the queue of deferred actions holds (net/openvswitch/actions.c). */
const RECURSION_LIMIT = 5;
const DEFERRED_THRESHOLD = RECURSION_LIMIT - 2;
const DEFERRED_LIMIT = 9;
const ETHERNET_HEADER = 14;
const ALWAYS = 0xffff_ffff;

/** What is said of packets whose translation failed, by the error's number; 0 is none. */
const ERRORS: Readonly<Record<number, DropReason>> = {
  0: "OVS_DROP_EXPLICIT",
  2: "OVS_RECURSION_TOO_DEEP",
  3: "OVS_TOO_MANY_RESUBMITS",
};

/** The datapath that actions are executed in. */
export interface Actor {
  readonly name: string;
  readonly ports: ReadonlyMap<number, SendingPort>;
  readonly meters: ReadonlyMap<number, Meter>;
  readonly tracker: Tracker;
  /**
   * Makes the packet's key anew from its bytes, with as many tags as flows may see, or `tags` of them where that is more;
   * false: the packet has been dropped.
   */
  readKey(state: PacketState, tags?: number): boolean;
  /** Looks a packet up and executes its flow; the packet is the datapath's. */
  process(state: PacketState): void;
  /** Sends a copy of the packet up. */
  sendUp(state: PacketState, action: UserspaceAction): void;
  /** Runs a flow-hit program; false: the packet has ended or gone elsewhere. */
  runProgram(state: PacketState, action: BpfAction): boolean;
}

/** A packet whose actions wait until those under way are done. */
interface Deferred {
  readonly state: PacketState;
  /** Undefined: it is looked up instead. */
  actions: readonly DatapathAction[] | undefined;
}

/** Executes lists of actions on packets (do_execute_actions). States and queue are used again and again. */
export class Executor {
  private readonly actor: Actor;
  private readonly world: World;
  private readonly chance: Random;
  private level = 0;
  private readonly states: PacketState[] = [];
  private free = 0;
  private deferred: Deferred[] = [];
  private head = 0;
  private tail = 0;

  constructor(actor: Actor, world: World, chance: Random) {
    this.actor = actor;
    this.world = world;
    this.chance = chance;
  }

  /** A state for one more packet; give it back with `giveBack`, last taken first. */
  take(): PacketState {
    const state = this.states[this.free] ?? new PacketState();
    this.states[this.free++] = state;
    return state;
  }

  giveBack(): void {
    this.free--;
  }

  /** Executes a flow's actions; the packet is used up (ovs_execute_actions). */
  execute(state: PacketState, actions: readonly DatapathAction[]): void {
    if (this.level >= RECURSION_LIMIT) {
      this.drop(state, "OVS_DROP_RECURSION_LIMIT");
      return;
    }
    this.level++;
    this.run(state, actions);
    if (this.level === 1) this.runDeferred();
    this.level--;
  }

  /** A packet comes from another switch while actions are executed here: it has levels and a queue of its own. */
  executeInside(work: () => void): void {
    const { level, deferred, head, tail } = this;
    this.level = 0;
    this.deferred = [];
    this.head = 0;
    this.tail = 0;
    work();
    this.level = level;
    this.deferred = deferred;
    this.head = head;
    this.tail = tail;
  }

  private runDeferred(): void {
    while (this.tail < this.head) {
      const { state, actions } = this.deferred[this.tail++]!;
      if (actions === undefined) this.actor.process(state);
      else this.run(state, actions);
    }
    this.head = 0;
    this.tail = 0;
  }

  private run(state: PacketState, actions: readonly DatapathAction[]): void {
    const last = actions.length - 1;
    const { events } = this.world.ledger;
    const isTold = events.isOn && events.switches.watchesActions;
    for (let i = 0; i <= last; i++) {
      if (isTold) this.tell(state, actions[i]!, i === last);
      if (!this.act(state, actions[i]!, i === last)) return;
    }
    this.drop(state, "OVS_DROP_LAST_ACTION");
  }

  private tell(state: PacketState, action: DatapathAction, isLast: boolean): void {
    const { name, ports } = this.actor;
    const port = ports.get(get32(state.key, AT.inPort));
    if (port === undefined) return;
    const { switches } = this.world.ledger.events;
    switches.act(name, tracedFlow(name, state, port), tracedAction(action, isLast));
  }

  /** Executes one action; false: the packet has been used up. */
  private act(state: PacketState, action: DatapathAction, isLast: boolean): boolean {
    const { pool, store } = this.world;
    const skb = state.skb!;
    switch (action.type) {
      case "output":
        this.output(state, isLast ? skb : this.world.ledger.copy(skb), action.port);
        state.cutLength = WHOLE;
        return !isLast;
      case "trunc":
        state.cutLength = action.length;
        return true;
      case "userspace":
        this.actor.sendUp(state, action);
        state.cutLength = WHOLE;
        if (isLast) this.world.ledger.deliver(skb, this.actor.name, "the slow path");
        return !isLast;
      case "set":
        if (action.group === "tunnel") this.setTunnel(state, action.value);
        else {
          if (!this.refreshKey(state, state.tags)) return false;
          applySet(store.bytes, skb, state.key, action);
        }
        return true;
      case "push_vlan":
        if (skb.vlanPresent === 1) state.isKeyValid = false;
        else {
          set16(state.key, AT.vlanTpid, action.tpid);
          set16(state.key, AT.vlanTci, action.tci | VLAN_PRESENT);
        }
        pushVlan(pool, skb, action.tpid, action.tci);
        state.tags++;
        return true;
      case "pop_vlan":
        popVlan(pool, skb);
        if (state.tags > 0) state.tags--;
        if (skb.vlanPresent === 1) state.isKeyValid = false;
        else set32(state.key, AT.vlanTpid, 0);
        return true;
      case "push_mpls":
        pushMpls(pool, skb, action.ethertype, action.lse);
        state.isKeyValid = false;
        return true;
      case "pop_mpls":
        state.isKeyValid = false;
        return popMpls(pool, skb, action.ethertype) || this.fail(state);
      case "push_eth":
        pushEthernet(pool, skb, action.source, action.destination);
        state.isKeyValid = false;
        return true;
      case "pop_eth":
        state.isKeyValid = false;
        return popEthernet(skb) || this.fail(state);
      case "push_nsh":
        pushNsh(pool, skb, action);
        state.isKeyValid = false;
        return true;
      case "pop_nsh":
        state.isKeyValid = false;
        return popNsh(pool, skb) || this.fail(state);
      case "hash":
        if (!this.refreshKey(state, state.tags)) return false;
        set32(state.key, AT.dpHash, flowHash(state.key, action.algorithm, action.basis));
        return true;
      case "recirc":
        if (!this.refreshKey(state)) return false;
        this.branch(state, undefined, action.id, isLast);
        return !isLast;
      case "sample":
        return this.sample(state, action, isLast);
      case "clone":
        this.branch(state, action.actions, 0, isLast);
        return !isLast;
      case "check_pkt_len":
        this.branch(state, skb.length <= action.length ? action.lessEqual : action.greater, 0, isLast);
        return !isLast;
      case "ct": {
        if (!this.refreshKey(state, state.tags)) return false;
        if (this.actor.tracker.execute(state, action)) return true;
        this.drop(state, "OVS_DROP_CONNTRACK");
        return false;
      }
      case "ct_clear":
        this.actor.tracker.clear(state);
        return true;
      case "meter": {
        const meter = this.actor.meters.get(action.id);
        if (meter === undefined || !meter.exceeds(skb.length, this.world.simulation.now)) return true;
        this.drop(state, "OVS_DROP_METER");
        return false;
      }
      case "drop":
        this.drop(state, ERRORS[action.reason] ?? "OVS_DROP_EXPLICIT_WITH_ERROR");
        return false;
      case "bpf":
        return this.actor.runProgram(state, action);
    }
  }

  /** do_output: the tunnel that the flow has chosen goes along. */
  output(state: PacketState, skb: Skb, number: number): void {
    const port = this.actor.ports.get(number);
    if (port === undefined || !port.isUp) {
      this.world.ledger.drop(skb, port?.label ?? this.actor.name, "DEV_READY");
      return;
    }
    if (state.cutLength < skb.length) {
      const cut = skb.length - Math.max(state.cutLength, ETHERNET_HEADER);
      skb.length -= cut;
      skb.originalLength -= cut;
    }
    if (skb.segmentSize === 0 && skb.length - ETHERNET_HEADER > port.mtu) {
      port.counters.tooBig++;
      this.world.ledger.drop(skb, port.label, "PKT_TOO_BIG");
      return;
    }
    port.counters.sent++;
    port.counters.sentBytes += skb.length;
    port.send(skb, state);
  }

  private setTunnel(state: PacketState, value: Uint8Array): void {
    for (let i = 0; i < state.tunnel.length; i++) state.tunnel[i] = value[AT.tunId + i]!;
    state.hasTunnel = true;
  }

  private sample(state: PacketState, { probability, actions }: SampleAction, isLast: boolean): boolean {
    const isChosen = probability === ALWAYS || (probability > 0 && this.chance.uint32() <= probability);
    if (isChosen) this.branch(state, actions, 0, isLast);
    else if (isLast) this.world.ledger.deliver(state.skb!, this.actor.name, "sampling");
    return !isLast;
  }

  /** Actions, or a new look-up under a recirculation id, for a copy of the packet, or for itself where nothing follows (clone_execute). */
  private branch(
    state: PacketState,
    actions: readonly DatapathAction[] | undefined,
    recircId: number,
    isLast: boolean,
  ): void {
    const skb = isLast ? state.skb! : this.world.ledger.copy(state.skb!);
    if (this.level > DEFERRED_THRESHOLD) {
      this.defer(state, skb, actions, recircId);
      return;
    }
    const branch = this.take();
    branch.copyFrom(state, skb);
    if (actions === undefined) {
      set32(branch.key, AT.recircId, recircId);
      this.actor.process(branch);
    } else {
      this.level++;
      this.run(branch, actions);
      this.level--;
    }
    this.giveBack();
  }

  private defer(state: PacketState, skb: Skb, actions: readonly DatapathAction[] | undefined, recircId: number): void {
    if (this.head >= DEFERRED_LIMIT) {
      this.world.ledger.drop(skb, this.actor.name, "OVS_DROP_DEFERRED_LIMIT");
      return;
    }
    this.deferred[this.head] ??= { state: new PacketState(), actions: undefined };
    const entry = this.deferred[this.head++]!;
    entry.state.copyFrom(state, skb);
    entry.actions = actions;
    if (actions === undefined) set32(entry.state.key, AT.recircId, recircId);
  }

  /** Reads the key anew after an action that has changed the packet's shape (ovs_flow_key_update). */
  private refreshKey(state: PacketState, tags = 0): boolean {
    return state.isKeyValid || this.actor.readKey(state, tags);
  }

  private fail(state: PacketState): false {
    this.drop(state, "OVS_DROP_ACTION_ERROR");
    return false;
  }

  private drop(state: PacketState, reason: Parameters<World["ledger"]["drop"]>[2]): void {
    this.world.ledger.drop(state.skb!, this.actor.name, reason);
  }
}
