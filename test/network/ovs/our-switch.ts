import { TRUNK } from "../../../src/network/ovs/datapath/port.ts";
import { Switch } from "../../../src/network/ovs/switch.ts";
import type { Skb } from "../../../src/packet/skb.ts";
import type { PortModel, SwitchModel } from "../../../src/topology/model.ts";
import { hex } from "../frames.ts";
import { Stage } from "../stage.ts";

const PLACE = { file: "test" };

/** Frames in hexadecimal that left by ports, in the order of each port's own. */
export type Sent = Readonly<Record<string, readonly string[]>>;

/** A switch of netsim's that frames go through one by one, with what leaves by each port. */
export class OurSwitch {
  readonly stage = new Stage();
  readonly node: Switch;
  private left: Record<string, string[]> = {};

  /** Lines in ovs-ofctl's syntax, and ports by name, numbered from 1. */
  constructor(
    ports: readonly string[],
    lines: {
      readonly flows: readonly string[];
      readonly groups?: readonly string[];
      readonly meters?: readonly string[];
    },
    more: Partial<SwitchModel> = {},
  ) {
    const { flows, groups = [], meters = [] } = lines;
    const model: SwitchModel = {
      kind: "ovs",
      name: "br0",
      place: PLACE,
      interfaces: new Map(
        ports.map((name, i) => [
          name,
          { name, index: i + 2, mac: Uint8Array.of(2, 0xbb, 0, 0, 0, i), mtu: 1500, addresses: [], place: PLACE },
        ]),
      ),
      ports: new Map(ports.map((name, i) => [name, linkPort(name, i + 1)])),
      routes: [],
      flows: flows.map(line),
      groups: groups.map(line),
      meters: meters.map(line),
      parser: undefined,
      flowHit: new Map(),
      flowMiss: undefined,
      contract: "opcodes",
      upcall: { queue: 1024, time: 0 },
      vlanLimit: 1,
      flowLimit: 1000,
      ...more,
    };
    this.node = new Switch(model, this.stage.world, () => undefined);
    for (const [name, device] of this.node.interfaces)
      if (this.node.ports.get(name)?.kind === "link") device.link = { send: (skb) => this.take(name, skb) };
    this.node.connect();
  }

  /** What leaves because of a frame that comes in by a port. */
  send(port: string, frame: string): Sent {
    this.left = {};
    this.stage.receive(this.node.interfaces.get(port)!, Buffer.from(frame, "hex"));
    this.stage.run();
    return this.left;
  }

  /** Credits flows with what their megaflows have seen. */
  settle(): void {
    this.node.datapath.settle();
  }

  /** Lets so many milliseconds pass. */
  wait(milliseconds: number): void {
    this.stage.wait(milliseconds * 1e6);
  }

  private take(port: string, skb: Skb): void {
    this.left[port] ??= [];
    this.left[port].push(hex(this.stage.store.bytes.slice(skb.data, skb.data + skb.length)));
    this.stage.ledger.deliver(skb, port, "the test");
  }
}

function linkPort(name: string, number: number): PortModel {
  return {
    name,
    number,
    type: "link",
    vlans: TRUNK,
    peer: undefined,
    tunnel: undefined,
    flowMiss: undefined,
    place: PLACE,
  };
}

function line(text: string): SwitchModel["flows"][number] {
  return { text, place: PLACE };
}
