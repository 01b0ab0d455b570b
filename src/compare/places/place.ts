import type { Hook } from "../../hooks/hook.ts";
import { SEES_PACKETS } from "../../hooks/places.ts";
import type { Skb } from "../../packet/skb.ts";
import type { HookSettings } from "../../testing/model.ts";

/** A hook as it may be configured where programs are attached. */
export interface Place {
  /** As in `tc-filter direct-action`. */
  readonly name: string;
  readonly hook: Hook;
  readonly settings: HookSettings;
  /** False for packets that never come here. */
  receives(skb: Skb, bytes: Uint8Array): boolean;
}

/** The class that filters are configured with here, and what actions are. */
export const FLOWID = 0x1_0010;
const PIPE = 3;
const [ICMP, TCP, UDP] = [1, 6, 17];
const [ETH_P_IP, ETH_P_IPV6] = [0x0800, 0x86dd];
/** Bytes of headers that socket filters cannot cut off (sk_filter_trim_cap's callers). */
const [UDP_HEADER, TCP_HEADER] = [8, 20];

const SETTINGS: HookSettings = {
  dataStart: "link",
  directAction: false,
  classid: FLOWID,
  configured: PIPE,
  minimum: 0,
};
const always = (): boolean => true;

/** How hooks of a place are configured; of other places there is one way. */
const VARIANTS: Readonly<Record<string, (hook: Hook) => Place[]>> = {
  socket: (hook) => [
    { name: `${hook.name} packet raw`, hook, settings: SETTINGS, receives: always },
    { name: `${hook.name} packet dgram`, hook, settings: { ...SETTINGS, dataStart: "network" }, receives: always },
    {
      name: `${hook.name} raw icmp`,
      hook,
      settings: { ...SETTINGS, dataStart: "network", minimum: 1 },
      receives: (skb, bytes) => skb.protocol === ETH_P_IP && transportOf(skb, bytes) === ICMP,
    },
    {
      name: `${hook.name} udp`,
      hook,
      settings: { ...SETTINGS, dataStart: "transport", minimum: UDP_HEADER },
      receives: (skb, bytes) => transportOf(skb, bytes) === UDP,
    },
    {
      name: `${hook.name} tcp`,
      hook,
      settings: { ...SETTINGS, dataStart: "transport", minimum: TCP_HEADER },
      receives: (skb, bytes) => transportOf(skb, bytes) === TCP,
    },
  ],
  "tc-filter": (hook) => [
    { name: hook.name, hook, settings: SETTINGS, receives: always },
    { name: `${hook.name} direct-action`, hook, settings: { ...SETTINGS, directAction: true }, receives: always },
  ],
};

/** All ways in which hooks that see packets can be configured, in the order of the registry. */
export function placesOf(hooks: Iterable<Hook>): Place[] {
  const seeing = [...hooks].filter(({ place }) => SEES_PACKETS[place]);
  return seeing.flatMap((hook) => VARIANTS[hook.place]?.(hook) ?? [onlyWay(hook)]);
}

/** Hooks whose data begins at the network header see IP alone. */
function onlyWay(hook: Hook): Place {
  const { name, dataStart = "link" } = hook;
  const receives =
    dataStart === "link" ? always : ({ protocol }: Skb) => protocol === ETH_P_IP || protocol === ETH_P_IPV6;
  return { name, hook, settings: { ...SETTINGS, dataStart }, receives };
}

/** The transport of a whole IP packet; undefined where it has none that sockets would get. */
function transportOf({ protocol, networkHeader: at, data, length }: Skb, bytes: Uint8Array): number | undefined {
  const left = data + length - at;
  if (protocol === ETH_P_IP && left >= 20) return left >= (bytes[at]! & 15) * 4 + 8 ? bytes[at + 9] : undefined;
  if (protocol === ETH_P_IPV6 && left >= 48) return bytes[at + 6];
  return undefined;
}
