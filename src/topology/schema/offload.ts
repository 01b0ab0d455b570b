import type { JsonSchema } from "../../json-schema.ts";
import { integer, mapping, ref } from "./shape.ts";

const flag = (description: string): JsonSchema => ({ type: "boolean", description: `${description} Default false.` });

/** `offload` of an interface: names of features are those of `ethtool -K`. */
export const offload: JsonSchema = {
  ...mapping("offload", {
    device: {
      enum: ["nic", "veth"],
      description:
        "nic: what it sends is cut and complete on the wire. veth: packets go over to the other end as they are. Default nic.",
    },
    tx: flag("It completes checksums."),
    sg: flag("It takes packets that are not in one piece."),
    tso: flag("It takes packets of many TCP segments; needs `tx` and `sg`."),
    rx: flag("It knows right checksums of TCP and UDP of what comes in."),
    gro: flag("TCP segments that come in at one time are put together."),
    napi: flag("What comes in has a napi_id; with `gro` it always has."),
    hwtstamp: flag("It says when a packet came in."),
    "max-segs": integer(1, 65_535, "Most segments that hosts send as one packet (gso_max_segs). Default 65535."),
    "max-size": ref("size", "Bytes that such a packet stays below (gso_max_size), at most 65536. Default 65536."),
  }),
  description: "What hosts leave to the device. Absent: nothing; packets have one segment, and are complete.",
};
