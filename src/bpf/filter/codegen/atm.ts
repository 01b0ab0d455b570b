import { and, type Condition, or } from "../ir/condition.ts";
import { atmCircuit, atmField, atmMessage } from "./atm-field.ts";
import type { Context } from "./context.ts";
import { headerOffset } from "./header-offset.ts";

/** Message types of Q.2931 that set a connection up and take it down, in the order in which libpcap joins them. */
const CONNECT_ACKNOWLEDGE = 0x0f;
const CONNECTION_MESSAGES: readonly number[] = [0x05, 0x02, 0x07, CONNECT_ACKNOWLEDGE, 0x4d, 0x5a];
/** libpcap leaves the acknowledgement out on the meta-signalling channel. */
const META_MESSAGES = CONNECTION_MESSAGES.filter((type) => type !== CONNECT_ACKNOWLEDGE);

/** Circuits that are known by their channel on path 0. */
const CHANNELS: Readonly<Record<string, number>> = { metac: 1, bcc: 2, oamf4sc: 3, oamf4ec: 4, sc: 5, ilmic: 16 };

/** `lane`, `oam`, `connectmsg` and the like: what an ATM cell or frame carries. */
export function atmType(c: Context, name: string): Condition {
  if (c.layout.atm === undefined)
    return c.fail(`'${name}' is there on raw ATM only (SUNATM), not on link type ${c.linkTypeName}.`);
  const channel = CHANNELS[name];
  if (channel !== undefined) return circuit(c, channel);
  switch (name) {
    case "oam":
    case "oamf4": {
      const segmentOrEnd = or(atmCircuit(c, "vci", 3), atmCircuit(c, "vci", 4));
      return and(atmCircuit(c, "vpi", 0), segmentOrEnd);
    }
    case "connectmsg":
      return signalling(c, CHANNELS.sc!, CONNECTION_MESSAGES);
    case "metaconnect":
      return signalling(c, CHANNELS.metac!, META_MESSAGES);
    default:
      return lane(c);
  }
}

function circuit(c: Context, channel: number): Condition {
  return and(atmCircuit(c, "vpi", 0), atmCircuit(c, "vci", channel));
}

function signalling(c: Context, channel: number, types: readonly number[]): Condition {
  const [first, second, ...others] = types.map((type) => atmMessage(c, type));
  const isOneOf = others.reduce((before, message) => or(message, before), or(first!, second!));
  return and(circuit(c, channel), isOneOf);
}

/** LAN emulation: an Ethernet frame behind two bytes, in which everything that stands behind is meant. */
function lane(c: Context): Condition {
  const found = atmField(c, "lane");
  const start = c.layout.atm!.payload + 2;
  c.enter("EN10MB", headerOffset(start));
  c.typeField.constant = start + 12;
  c.payload.constant = start + 14;
  c.network = 0;
  c.networkWithoutSnap = 3;
  return found;
}
