import type { DatapathAction } from "../../../src/network/ovs/datapath/action.ts";
import { Datapath, type DatapathSettings } from "../../../src/network/ovs/datapath/datapath.ts";
import type { PacketState } from "../../../src/network/ovs/datapath/packet-state.ts";
import { newCounters, type SendingPort, TRUNK } from "../../../src/network/ovs/datapath/port.ts";
import type { FlowTraffic, SlowPath, TranslationRequest } from "../../../src/network/ovs/datapath/slow-path.ts";
import { AT, blankKey } from "../../../src/network/ovs/flow/layout.ts";
import type { Skb } from "../../../src/packet/skb.ts";
import { Stage } from "../stage.ts";
import { described, frameOf } from "./packets.ts";

/** What a slow path of these tests says to a packet: actions, and the bytes of the key that they depend on. */
export interface Said {
  readonly actions: readonly DatapathAction[];
  readonly mask?: Uint8Array;
  readonly isCacheable?: boolean;
}

/** A port that keeps what is sent through it. */
class KeepingPort implements SendingPort {
  readonly number: number;
  readonly name: string;
  readonly label: string;
  readonly kind = "link";
  readonly mac = new Uint8Array(6);
  readonly isUp = true;
  readonly vlans = TRUNK;
  readonly tunnel = undefined;
  readonly counters = newCounters();
  readonly mtu: number;
  readonly ifindex: number;
  readonly sent: { frame: Uint8Array; tunnel: Uint8Array | undefined }[] = [];
  private readonly stage: Stage;

  constructor(stage: Stage, number: number, mtu: number) {
    this.stage = stage;
    this.number = number;
    this.name = `p${number}`;
    this.label = `s1:p${number}`;
    this.mtu = mtu;
    this.ifindex = number + 1;
  }

  send(skb: Skb, state: PacketState): void {
    this.sent.push({
      frame: frameOf(this.stage.pool, skb),
      tunnel: state.hasTunnel ? state.tunnel.slice() : undefined,
    });
    this.stage.ledger.deliver(skb, this.label, "the test");
  }
}

/** A datapath with ports 1, 2, ... and a slow path that a function plays. */
export class SwitchStage implements SlowPath {
  readonly stage = new Stage();
  readonly datapath: Datapath;
  readonly ports: KeepingPort[] = [];
  readonly requests: { key: Uint8Array; hasEffects: boolean }[] = [];
  readonly received: string[] = [];
  readonly credited: FlowTraffic[] = [];
  generation = 0;
  readonly nextExpiry = Number.POSITIVE_INFINITY;
  say: (key: Uint8Array) => Said;

  constructor(say: (key: Uint8Array) => Said, settings: Partial<DatapathSettings> = {}, mtu = 1500) {
    this.say = say;
    this.datapath = new Datapath(
      { name: "s1", upcall: { queue: 8, time: 1000 }, vlanLimit: 1, flowLimit: 1000, ...settings },
      this.stage.world,
    );
    for (let number = 1; number <= 4; number++) {
      const port = new KeepingPort(this.stage, number, mtu);
      this.ports.push(port);
      this.datapath.ports.set(number, port);
    }
    this.datapath.connect(this);
  }

  translate({ key, hasEffects }: TranslationRequest) {
    this.requests.push({ key: key.slice(), hasEffects });
    const { actions, mask, isCacheable = true } = this.say(key);
    return {
      actions,
      mask: mask ?? everything(),
      isCacheable,
      credit: (traffic: FlowTraffic) => this.credited.push(traffic),
    };
  }

  receive({ action }: { action: { cookie: unknown } }): readonly DatapathAction[] {
    this.received.push(String(action.cookie));
    return [];
  }

  expire(): void {}

  /** A packet comes in, and everything that follows from it happens. */
  send(port: number, have: unknown): void {
    this.sendFrame(port, described(have));
    this.stage.simulation.run();
  }

  sendFrame(port: number, frame: Uint8Array): void {
    const { pool, ledger } = this.stage;
    this.datapath.receive(this.ports[port - 1]!, ledger.enter(pool.from(frame, 0, frame.length)));
  }

  /** How many frames each port has sent. */
  get sent(): number[] {
    return this.ports.map(({ sent }) => sent.length);
  }

  /** Drops by reason. */
  get drops(): Record<string, number> {
    return Object.fromEntries(this.stage.ledger.drops.map(({ reason, packets }) => [reason, packets]));
  }
}

/** A mask of all that a datapath knows of a packet. */
export function everything(): Uint8Array {
  return blankKey().fill(255, 0, AT.metadata);
}

/** A mask of some bytes: where they begin, and how many. */
export function wanting(...ranges: readonly (readonly [number, number])[]): Uint8Array {
  const mask = blankKey();
  for (const [at, length] of ranges) mask.fill(255, at, at + length);
  return mask;
}
