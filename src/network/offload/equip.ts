import type { InterfaceModel } from "../../topology/model.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { Arrival, handlesArrival } from "./arrival.ts";
import { PLAIN } from "./features.ts";
import { Merger } from "./merger.ts";
import { Wire } from "./wire.ts";

/** Gives a device what its model says that it and its driver do. */
export function equip(device: Interface, { index, linear, offload }: InterfaceModel, world: World): void {
  const given = offload ?? PLAIN;
  // Receive offload needs polling, and so do programs of XDP in drivers (veth_napi_enable).
  const own = { ...given, polls: given.polls || given.merges || device.xdp !== undefined };
  const { ledger, simulation } = world;
  if (handlesArrival(own, linear)) device.arrival = new Arrival(index, own, linear, ledger, simulation);
  if (own.merges) device.merger = new Merger(device, world);
  if (own.device === "nic") device.wire = new Wire(device, ledger);
}
