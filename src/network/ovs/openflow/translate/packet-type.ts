import { get32 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";

/** Namespace and type of packets as `packet_type` has them (include/openflow/openflow-common.h). */
export const PACKET_TYPE = { ethernet: 0, ipv4: 0x1_0800, ipv6: 0x1_86dd, nsh: 0x1_894f } as const;

export const isEthernet = (key: Uint8Array): boolean => get32(key, AT.packetType) === PACKET_TYPE.ethernet;
