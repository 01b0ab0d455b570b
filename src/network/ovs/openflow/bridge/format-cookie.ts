import type { UserspaceAction } from "../../datapath/action.ts";
import type { PacketIn } from "../translate/controller.ts";

/** Reasons by their numbers (enum ofp_packet_in_reason). */
const REASONS: Readonly<Record<PacketIn["reason"], number>> = {
  no_match: 0,
  action: 1,
  invalid_ttl: 2,
  action_set: 3,
  group: 4,
  packet_out: 5,
  explicit_miss: 6,
};

/** What ovs-dpctl shows of the cookie of a copy for controllers (format_odp_userspace_action of lib/odp-util.c). */
export function formatCookie({ reason, cookie }: UserspaceAction): string {
  if (reason !== "controller") return reason;
  const { maxLength, reason: why, controller, cookie: rule } = cookie as PacketIn;
  const parts = [
    `reason=${REASONS[why]}`,
    "dont_send=0",
    "continuation=0",
    "recirc_id=0",
    `rule_cookie=${rule === 0n ? "0" : `0x${rule.toString(16)}`}`,
    `controller_id=${controller}`,
    `max_len=${maxLength}`,
  ];
  return `controller(${parts.join(",")})`;
}
