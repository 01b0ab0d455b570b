import { get32, set32 } from "../../../packet/wire.ts";
import type { DatapathAction } from "../datapath/action.ts";
import type { MeterConfig } from "../datapath/meter.ts";
import { LOCAL_PORT, OFPP_LOCAL } from "../datapath/port.ts";
import type {
  Translation as Answer,
  FlowTraffic,
  SlowPath,
  TranslationRequest,
  UserspacePacket,
} from "../datapath/slow-path.ts";
import { AT } from "../flow/layout.ts";
import type { Bridge } from "./bridge/bridge.ts";
import { translate } from "./translate/translate.ts";
import type { Translation } from "./translate/translation.ts";

/** A bridge's tables as the slow path of a datapath whose ports have the numbers of the bridge's. */
export class OpenFlowSlowPath implements SlowPath {
  readonly bridge: Bridge;
  /** Packets that flows sent to controllers. */
  packetsIn = 0;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
  }

  get generation(): number {
    return this.bridge.generation;
  }

  get nextExpiry(): number {
    return this.bridge.nextExpiry;
  }

  expire(now: number): void {
    this.bridge.expire(now);
  }

  translate({ key, skb, hasEffects, now }: TranslationRequest): Answer {
    const { bridge } = this;
    const flow = key.slice();
    if (get32(flow, AT.inPort) === LOCAL_PORT) set32(flow, AT.inPort, OFPP_LOCAL);
    const t = translate({ bridge, key: flow, skb, hasEffects, now, entersPatches: false });
    if (bridge.hasPeers) this.#followPatches(t, flow, now);
    // The flow that is made of it keeps these, and nothing else of the translation.
    const { wanted: mask, out: actions, rules, learnt, lessons } = t;
    return {
      mask,
      actions,
      isCacheable: t.isCacheable && !t.isSlow,
      credit: (traffic) => this.credit(rules, learnt, lessons, traffic),
    };
  }

  /**
   * Open vSwitch translates through patch ports at once, and drops the packet where that goes too deep or on for too long. Here each
   * switch translates for itself; so the whole way is looked at before, and what it depends on is part of the mask.
   */
  #followPatches(t: Translation, key: Uint8Array, now: number): void {
    const whole = translate({ bridge: this.bridge, key, skb: undefined, hasEffects: false, now });
    if (whole.error === undefined || whole.error === t.error) return;
    t.out = whole.out;
    for (let i = 0; i < t.wanted.length; i++) t.wanted[i]! |= whole.wanted[i]!;
  }

  /** Controllers are not simulated: their packets are counted, and end there. */
  receive({ action }: UserspacePacket): readonly DatapathAction[] {
    if (action.reason === "controller") this.packetsIn++;
    return [];
  }

  /** Meters by the datapath's numbers. */
  *meters(): Iterable<readonly [number, MeterConfig]> {
    for (const [id, { unit, bands }] of this.bridge.meters) yield [this.bridge.meterNumber(id)!, { unit, bands }];
  }

  private credit(
    rules: Translation["rules"],
    learnt: Translation["learnt"],
    lessons: Translation["lessons"],
    { packets, bytes, used }: FlowTraffic,
  ): void {
    for (const rule of rules) {
      rule.packets += BigInt(packets);
      rule.bytes += BigInt(bytes);
      rule.used = Math.max(rule.used, used);
    }
    for (const { bridge, vlan, address, port } of learnt) bridge.learnAddress(vlan, address, port, used);
    for (const { bridge, entry, limit } of lessons) bridge.learnFlow(entry, limit, used);
  }
}
