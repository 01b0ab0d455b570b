import { get16, get32, set32 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";
import { ETHERTYPE } from "../match/protocols.ts";
import { sendToController } from "./controller.ts";
import { isIp, isMpls } from "./fields.ts";
import { LSE } from "./tags.ts";
import type { Translation } from "./translation.ts";

const EXPIRED = { maxLength: 0xffff, reason: "invalid_ttl", meter: undefined } as const;

/** dec_ttl: a packet whose TTL is used up goes to controllers, and nothing more is done to it (compose_dec_ttl). */
export function decrementTtl(t: Translation, controllers: readonly number[]): "stop" | undefined {
  t.wanted[AT.nwTtl] = 0xff;
  t.wanted[AT.nwProto] = 0xff;
  if (!isIp(t.flow)) return undefined;
  const ttl = t.flow[AT.nwTtl]!;
  if (ttl > 1) {
    t.flow[AT.nwTtl] = ttl - 1;
    return undefined;
  }
  for (const controller of controllers) sendToController(t, { ...EXPIRED, controller });
  t.say("warn", `IPv${get16(t.flow, AT.ethType) === ETHERTYPE.ip ? 4 : 6} decrement TTL exception`);
  return "stop";
}

/** dec_nsh_ttl: the same of a network service header (compose_dec_nsh_ttl_action). */
export function decrementNshTtl(t: Translation): "stop" | undefined {
  if (get16(t.flow, AT.ethType) === ETHERTYPE.nsh) {
    t.wanted[AT.nshTtl] = 0xff;
    const ttl = t.flow[AT.nshTtl]!;
    if (ttl > 1) {
      t.flow[AT.nshTtl] = ttl - 1;
      return undefined;
    }
    sendToController(t, { ...EXPIRED, controller: 0 });
  }
  t.say("warn", "NSH decrement TTL exception");
  return "stop";
}

/** dec_mpls_ttl: the same of the outermost label; a packet without labels ends here as well. */
export function decrementMplsTtl(t: Translation): "stop" | undefined {
  if (isMpls(t.flow)) {
    const lse = get32(t.flow, AT.mpls);
    t.wanted[AT.mpls + 3]! |= LSE.ttl;
    if ((lse & LSE.ttl) > 1) {
      set32(t.flow, AT.mpls, lse - 1);
      return undefined;
    }
    sendToController(t, { ...EXPIRED, controller: 0 });
  }
  t.say("warn", "MPLS decrement TTL exception");
  return "stop";
}
