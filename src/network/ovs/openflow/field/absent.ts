import { FlowSyntaxError, type Piece } from "../text/syntax-error.ts";

const METADATA = /^(?:tun_metadata|NXM_NX_TUN_METADATA)(\d|[1-5]\d|6[0-3])$/;
const OTHERS = /^(?:tun_erspan_(?:idx|ver|dir|hwid)|tun_gtpu_(?:flags|msgtype))$/;

/** Refuses by name the fields of ovs-fields(7) that are not there, as a switch does whose tunnels have no options mapped. */
export function refuseAbsentField(name: string, place: Piece): void {
  if (METADATA.test(name))
    throw new FlowSyntaxError(
      `${name} has no option mapped to it (NXFMFC_INVALID_TLV_FIELD)`,
      place,
      "Tunnels carry no options here: there is no add-tlv-map.",
    );
  if (OTHERS.test(name))
    throw new FlowSyntaxError(`${name} is not there`, place, "ERSPAN and GTP-U are tunnels that netsim has not.");
}

const ACTIONS: Readonly<Record<string, string>> = {
  delete_field: "Tunnels carry no options here: there are none to delete.",
};

/** Why an action of ovs-actions(7) is not there; undefined for any other word. */
export function whyAbsent(action: string): string | undefined {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
}
