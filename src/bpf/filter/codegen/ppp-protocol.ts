import { type Condition, or } from "../ir/condition.ts";
import type { Context } from "./context.ts";
import { equals } from "./load.ts";
import { PPP, SAP, ETHERTYPE as TYPE } from "./protocol-numbers.ts";

const NUMBERS: ReadonlyMap<number, number> = new Map([
  [TYPE.IP, PPP.IP],
  [TYPE.IPV6, PPP.IPV6],
  [TYPE.DECNET, PPP.DECNET],
  [TYPE.ATALK, PPP.APPLETALK],
  [TYPE.NS, PPP.NS],
  [SAP.ISO, PPP.OSI],
  [SAP.SPANNING_TREE, PPP.BRIDGE],
  [SAP.IPX, PPP.IPX],
]);

/** PPP's number for an EtherType or service access point; what has none is taken for PPP's number itself. */
export function pppProtocol(protocol: number): number {
  return NUMBERS.get(protocol) ?? protocol;
}

/** The protocol in BSD/OS's PPP: TCP/IP may have compressed headers there. */
export function pppBsdosProtocol(c: Context, protocol: number): Condition {
  const carries = (number: number) => equals(c, "type", 0, 2, number);
  if (protocol !== TYPE.IP) return carries(pppProtocol(protocol));
  return or(carries(PPP.IP), carries(PPP.COMPRESSED_TCP), carries(PPP.UNCOMPRESSED_TCP));
}
