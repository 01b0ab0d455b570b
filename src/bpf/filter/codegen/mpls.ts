import { and, type Condition } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { linkProtocol } from "./link-protocol.ts";
import { equals } from "./load.ts";
import { ETHERTYPE, PPP } from "./protocol-numbers.ts";

const LABEL_SIZE = 4;
const LARGEST_LABEL = 0xf_ffff;

/** `mpls`: a label (RFC 3032), with that number if one is given. What stands behind it is meant behind the label. */
export function mpls(c: Context, label: number | undefined): Condition {
  const isLabelled = hasLabel(c);
  if (label !== undefined && label > LARGEST_LABEL) return c.fail(`MPLS labels go up to ${LARGEST_LABEL}.`);
  const found =
    label === undefined ? isLabelled : and(isLabelled, equals(c, "network", 0, 4, label << 12, 0xffff_f000));
  c.networkWithoutSnap += LABEL_SIZE;
  c.network += LABEL_SIZE;
  c.mplsDepth++;
  return found;
}

function hasLabel(c: Context): Condition {
  // The label before is not the bottom of the stack.
  if (c.mplsDepth > 0) return equals(c, "mpls-label-before", 2, 1, 0, 0x01);
  if (c.on("C_HDLC", "HDLC", "EN10MB", "NETANALYZER", "NETANALYZER_TRANSPARENT"))
    return linkProtocol(c, ETHERTYPE.MPLS);
  return c.on("PPP") ? linkProtocol(c, PPP.MPLS) : c.fail(`MPLS labels cannot be told on link type ${c.linkTypeName}.`);
}
