import type { OffloadModel } from "../../topology/model.ts";

/** GSO_LEGACY_MAX_SIZE and GSO_MAX_SEGS */
const MOST_BYTES = 65_536;
const MOST_SEGMENTS = 65_535;

/** A device of which nothing is asked (ethtool -K DEVICE tx off tso off; ip link set dev DEVICE gso_max_segs 1): packets of one segment, their checksums complete. */
export const PLAIN: OffloadModel = {
  device: "veth",
  checksums: false,
  scatterGather: true,
  tcpSegments: false,
  maxSegments: 1,
  maxBytes: MOST_BYTES,
  verifies: false,
  merges: false,
  polls: false,
  stamps: false,
};

/** What devices that have no wire have by themselves (lo, team): nothing is done before somebody needs it. */
export const VIRTUAL: OffloadModel = { ...PLAIN, checksums: true, tcpSegments: true, maxSegments: MOST_SEGMENTS };
