import type { InterfaceModel, OffloadModel } from "../../topology/model.ts";
import type { Interface } from "../interface.ts";
import type { World } from "../world.ts";
import { Arrival, handlesArrival } from "./arrival.ts";
import { PLAIN } from "./features.ts";
import { Merger } from "./merger.ts";
import { Wire } from "./wire.ts";

/** Gives a device what its model says that it and its driver do. */
export function equip(device: Interface, model: InterfaceModel, world: World): void {
  const own = equipArrival(device, model, world);
  if (own.merges) device.merger = new Merger(device, world);
  if (own.device === "nic") device.wire = new Wire(device, world.ledger);
}

/** The part of it that lies in what the driver does with frames as they come in; it follows from the device's programs, too. */
export function equipArrival(
  device: Interface,
  { index, linear, offload }: InterfaceModel,
  world: World,
): OffloadModel {
  const given = offload ?? PLAIN;
  // Receive offload needs polling, and so do programs of XDP in drivers (veth_napi_enable).
  const own = { ...given, polls: given.polls || given.merges || device.xdp !== undefined };
  const { ledger, simulation } = world;
  device.arrival = handlesArrival(own, linear) ? new Arrival(index, own, linear, ledger, simulation) : undefined;
  return own;
}
