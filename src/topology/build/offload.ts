import type { OffloadModel } from "../model.ts";
import { QuantityError } from "../quantity/quantity.ts";
import { parseSize } from "../quantity/size.ts";
import type { Fields } from "./fields.ts";

/** GSO_MAX_SEGS, GSO_LEGACY_MAX_SIZE, and the least that TCP makes of it. */
const MOST_SEGMENTS = 65_535;
const SIZE = { least: 1024, most: 65_536 };

/** What hosts leave to the device of an interface; undefined where its entry does not say. */
export function buildOffload(fields: Fields | undefined): OffloadModel | undefined {
  const own = fields?.fields("offload");
  if (own === undefined) return undefined;
  const isOn = (key: string) => own.flag(key) === true;
  const model: OffloadModel = {
    device: own.choice("device", "nic", "veth") ?? "nic",
    checksums: isOn("tx"),
    scatterGather: isOn("sg"),
    tcpSegments: isOn("tso"),
    maxSegments: own.number("max-segs") ?? MOST_SEGMENTS,
    maxBytes: own.parsed("max-size", parseMaxSize) ?? SIZE.most,
    verifies: isOn("rx"),
    merges: isOn("gro"),
    polls: isOn("napi") || isOn("gro"),
    stamps: isOn("hwtstamp"),
  };
  if (model.tcpSegments && !(model.checksums && model.scatterGather))
    own.context.problem(
      "bad-topology",
      own.keySpan("tso"),
      "A device that takes packets of many TCP segments completes their checksums and takes them in pieces (netdev_fix_features).",
      "Add `tx: true` and `sg: true`.",
    );
  return model;
}

function parseMaxSize(text: string): number {
  const size = parseSize(text);
  if (size >= SIZE.least && size <= SIZE.most) return size;
  throw new QuantityError(
    `'${text}' is not a size from ${SIZE.least} to ${SIZE.most} bytes.`,
    "Linux's default is 65536.",
  );
}
