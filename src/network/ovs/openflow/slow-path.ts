import type { DatapathAction } from "../datapath/action.ts";
import type { MeterConfig } from "../datapath/meter.ts";
import type {
  Translation as Answer,
  FlowTraffic,
  SlowPath,
  TranslationRequest,
  UserspacePacket,
} from "../datapath/slow-path.ts";
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

  translate({ key, skb, hasEffects, now }: TranslationRequest): Answer {
    this.bridge.expire(now);
    const t = translate({ bridge: this.bridge, key: key.slice(), skb, hasEffects, now });
    // The flow that is made of it keeps these, and nothing else of the translation.
    const { wanted: mask, out: actions, rules, learnt } = t;
    return {
      mask,
      actions,
      isCacheable: t.isCacheable && !t.isSlow,
      credit: (traffic) => this.credit(rules, learnt, traffic),
    };
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
    { packets, bytes, used }: FlowTraffic,
  ): void {
    for (const rule of rules) {
      rule.packets += BigInt(packets);
      rule.bytes += BigInt(bytes);
      rule.used = Math.max(rule.used, used);
    }
    for (const { bridge, vlan, address, port } of learnt) bridge.learnAddress(vlan, address, port, used);
  }
}
