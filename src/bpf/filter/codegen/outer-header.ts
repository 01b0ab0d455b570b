import { type Condition, not, test } from "../ir/condition.ts";
import { JUMP, OP, SOURCE_X } from "../ir/opcode.ts";
import { statement } from "../ir/statement.ts";
import { LINK_TYPES } from "../names/link-types.ts";
import type { Context } from "./context.ts";
import { equals } from "./load.ts";

/** What begins an ATM LAN emulation frame that controls and carries no data. */
const LANE_CONTROL = 0xff00;

/** What has to be so before a link-layer header inside another one is looked at; undefined where nothing has. */
export function outerHeaderCheck(c: Context): Condition | undefined {
  if (c.inTunnel) return tunnelCarriesEthernet(c);
  if (c.previousLinkType !== LINK_TYPES.SUNATM) return undefined;
  return not(equals(c, "previous-header", c.layout.atm!.payload, 2, LANE_CONTROL));
}

/** A tunnel without Ethernet in it is noted by a payload that begins where the header does. */
function tunnelCarriesEthernet(c: Context): Condition {
  return not(test([statement(OP.LD_MEM, c.header.slot), statement(OP.LDX_MEM, c.payload.slot)], JUMP.EQ | SOURCE_X));
}
