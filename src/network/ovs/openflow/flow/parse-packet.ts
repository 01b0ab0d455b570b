import { get16, set16 } from "../../../../packet/wire.ts";
import { AT, VLAN_PRESENT } from "../../flow/layout.ts";
import type { Match } from "../match/match.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import type { PortNames } from "../ports.ts";
import type { Piece } from "../text/syntax-error.ts";
import { parseMatch } from "./parse-flow.ts";

/** Reads a packet as ofproto/trace takes it: the fields of a match, all others zero. */
export function parsePacket(text: Piece, ports: PortNames): Match {
  const match = parseMatch(text, ports);
  for (const at of [AT.vlanTpid, AT.innerVlanTpid])
    if ((get16(match.key, at + 2) & VLAN_PRESENT) !== 0 && get16(match.key, at) === 0)
      set16(match.key, at, ETHERTYPE.vlan);
  return match;
}
