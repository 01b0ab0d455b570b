import { type Prototype, prototypeFrom } from "../../bpf/helpers/prototype.ts";
import { ERRNO } from "../../bpf/maps/errno.ts";
import { helper32 } from "../helpers/helper32.ts";
import { OVS_FLOW_KEYS_BYTES } from "./flow-keys.ts";
import type { OwnHelpers } from "./ovs-context.ts";

/** Its number lies where Linux will not get to. */
const FLOW_PUT = 0x4f01;

const PROTOTYPE: Prototype = {
  ...prototypeFrom([FLOW_PUT, "integer", `context memory:in:${OVS_FLOW_KEYS_BYTES} any any`]),
  name: "bpf_ovs_flow_put",
};

/**
 * bpf_ovs_flow_put(ctx, mask, ifindex, flags), which Linux does not have: installs a flow for the packet's key that sends to the
 * port of that interface index. -EOPNOTSUPP where there is no datapath.
 */
export const FLOW_PUT_HELPER: OwnHelpers = {
  prototypes: new Map([[FLOW_PUT, PROTOTYPE]]),
  make: (running, memory) =>
    new Map([
      helper32(
        FLOW_PUT,
        PROTOTYPE.name,
        4,
        "signed",
        (_context, mask, ifindex, flags) =>
          running.site.putFlow?.(memory.bytes, mask! >>> 0, ifindex! >>> 0, flags! >>> 0) ?? -ERRNO.EOPNOTSUPP,
      ),
    ]),
};
