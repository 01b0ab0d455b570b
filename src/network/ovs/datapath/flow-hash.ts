import { hashFields, hashOfTuple } from "../flow/hash-fields.ts";
import { hashTwo } from "../flow/hash-functions.ts";

/**
 * dp_hash of a packet's flow (OVS_ACTION_ATTR_HASH): over addresses, protocol and ports; `sym_l4` gives both directions of a
 * connection the same. The numbers are those of Open vSwitch's datapath in user space (odp_execute_actions of
 * lib/odp-execute.c), since the kernel's depend on a secret drawn at boot.
 */
export function flowHash(key: Uint8Array, algorithm: "l4" | "sym_l4", basis: number): number {
  return algorithm === "l4" ? hashTwo(hashOfTuple(key), basis) : hashFields(key, "symmetric_l3l4", basis);
}
