import { parseIpv4 } from "../../../packet/address.ts";
import type { EndpointRef, InterfaceModel, PortModel, TunnelModel } from "../../model.ts";
import { QuantityError } from "../../quantity/quantity.ts";
import { readAttachment } from "../attachment.ts";
import type { Drafts, NodeDraft } from "../drafts.ts";
import type { Fields } from "../fields.ts";
import type { SwitchScope } from "./scope.ts";

const UDP_PORTS = { vxlan: 4789, geneve: 6081, gre: 0 } as const;
const TUNNEL_KEYS = ["remote", "local", "key", "tos", "ttl", "dst-port", "csum", "df"] as const;
/** The switch's own port: LOCAL in OpenFlow. */
const OWN_NUMBER = 0;
/** VNIs have 24 bits. */
const LARGEST_VNI = 0xff_ffff;

/** The ports of a switch: its interfaces without addresses, by number. */
export function buildPorts(
  draft: NodeDraft,
  interfaces: ReadonlyMap<string, InterfaceModel>,
  scope: SwitchScope,
): Map<string, PortModel> {
  const devices = [...draft.interfaces.values()].filter(
    ({ fields }) => fields?.has("address") !== true || fields.text("type")?.text === "internal",
  );
  const taken = new Map<number, string>();
  for (const { name, fields } of devices) {
    const number = fields?.number("number");
    if (number === undefined) continue;
    const other = taken.get(number);
    if (other === undefined) taken.set(number, name);
    else
      fields!.context.problem(
        "duplicate-name",
        fields!.keySpan("number"),
        `Port ${number} of '${draft.name}' is '${other}' already.`,
      );
  }
  let next = 1;
  const isOwn = (name: string, fields: Fields | undefined) =>
    name === draft.name && fields?.text("type")?.text === "internal" && !fields.has("number");
  return new Map(
    devices.map(({ name, fields }): [string, PortModel] => {
      let number = isOwn(name, fields) ? OWN_NUMBER : fields?.number("number");
      if (number === undefined) {
        while (taken.has(next)) next++;
        number = next;
        taken.set(number, name);
      }
      return [name, buildPort(draft, name, number, fields, interfaces.get(name)!, scope)];
    }),
  );
}

function buildPort(
  node: NodeDraft,
  name: string,
  number: number,
  fields: Fields | undefined,
  { place }: InterfaceModel,
  { drafts, programs, hooks }: SwitchScope,
): PortModel {
  const type = fields?.choice("type", "link", "internal", "patch", "vxlan", "geneve", "gre") ?? "link";
  const isTunnel = type !== "link" && type !== "internal" && type !== "patch";
  if (fields !== undefined) {
    refuseStray(fields, type, isTunnel);
    if (type === "patch" && !fields.has("peer"))
      fields.context.problem(
        "bad-topology",
        fields.span,
        `The patch port '${name}' leads nowhere.`,
        "Give it a `peer`.",
      );
    if (isTunnel && !fields.has("remote"))
      fields.context.problem(
        "bad-topology",
        fields.span,
        `The tunnel '${name}' leads nowhere.`,
        "Give it a `remote` address, or `remote: flow`.",
      );
  }
  return {
    name,
    number,
    type,
    place,
    vlans: readVlans(fields),
    flowMiss: fields && readAttachment(fields, "ovs-port-miss", hooks, programs),
    peer: type === "patch" ? readPeer(fields!, { node: node.name, interface: name }, drafts) : undefined,
    tunnel: isTunnel ? readTunnel(fields!, type) : undefined,
  };
}

/** Access with a tag alone, native-untagged where it trunks as well (port_configure of vswitchd/bridge.c). */
function readVlans(fields: Fields | undefined): PortModel["vlans"] {
  const numbers = (key: string) =>
    fields?.has(key)
      ? fields.items(key).flatMap((one) => (one.kind === "scalar" && typeof one.value === "number" ? [one.value] : []))
      : undefined;
  const tag = fields?.number("tag");
  const trunks = numbers("trunks");
  const usual = tag === undefined ? "trunk" : trunks === undefined ? "access" : "native-untagged";
  const mode = fields?.choice("vlan-mode", "access", "trunk", "native-tagged", "native-untagged", "dot1q-tunnel");
  if (mode !== undefined && mode !== "trunk" && tag === undefined)
    fields!.context.problem(
      "bad-topology",
      fields!.keySpan("vlan-mode"),
      `A port of the mode ${mode} has a VLAN of its own.`,
      "Give it a `tag`.",
    );
  const tpid = fields?.choice("qinq-ethtype", "802.1ad", "802.1q");
  return {
    mode: mode ?? usual,
    tag: mode === "trunk" ? undefined : tag,
    trunks: mode === "access" || mode === "dot1q-tunnel" ? undefined : trunks,
    customerVlans: numbers("cvlans"),
    tpid: tpid && (tpid === "802.1ad" ? 0x88a8 : 0x8100),
    priorityTags: fields?.choice("priority-tags", "never", "if-nonzero", "always") ?? "never",
  };
}

function refuseStray(fields: Fields, type: string, isTunnel: boolean): void {
  const strays = [...(isTunnel ? [] : TUNNEL_KEYS), ...(type === "patch" ? [] : ["peer"])].filter((key) =>
    fields.has(key),
  );
  for (const key of strays)
    fields.context.problem("bad-topology", fields.keySpan(key), `A ${type} port has no \`${key}\`.`);
}

/** The other end, which must lead back here. */
function readPeer(fields: Fields, here: EndpointRef, drafts: Drafts): EndpointRef | undefined {
  const peer = drafts.endpoint(fields.value("peer"));
  if (peer === undefined) return undefined;
  if (peer.node === here.node && peer.interface === here.interface)
    return fields.context.problem("bad-topology", fields.keySpan("peer"), "A patch port cannot be its own peer.");
  const other = drafts.nodes.get(peer.node)?.interfaces.get(peer.interface)?.fields;
  const back = other?.text("peer")?.text;
  if (back === `${here.node}:${here.interface}`) return peer;
  return fields.context.problem(
    "bad-topology",
    fields.keySpan("peer"),
    `'${peer.node}:${peer.interface}' is not a patch port whose peer is '${here.node}:${here.interface}'.`,
  );
}

function readTunnel(fields: Fields, type: "vxlan" | "geneve" | "gre"): TunnelModel {
  const key = fields.value("key");
  const number = key?.kind === "scalar" && typeof key.value === "number" ? key.value : undefined;
  if (type !== "gre" && number !== undefined && number > LARGEST_VNI)
    fields.context.problem("bad-quantity", key!.span, `${number} is no VNI, which has 24 bits.`);
  const isFlow = key?.kind === "scalar" && key.value === "flow";
  if (key !== undefined && number === undefined && !isFlow)
    fields.context.problem("schema-value", key.span, "A tunnel's key is a number, or `flow`.");
  return {
    remote: fields.parsedText("remote", (text) => (text === "flow" ? "flow" : ipv4(text)), "bad-address") ?? "flow",
    local: fields.parsedText("local", ipv4, "bad-address"),
    key: isFlow ? "flow" : number,
    tos: fields.number("tos"),
    ttl: fields.number("ttl"),
    destinationPort: fields.number("dst-port") ?? UDP_PORTS[type],
    csum: fields.flag("csum") ?? false,
    df: fields.flag("df") ?? true,
  };
}

function ipv4(text: string): Uint8Array {
  const address = parseIpv4(text);
  if (address === undefined) throw new QuantityError(`'${text}' is no IPv4 address.`, "Tunnels go over IPv4.");
  return address;
}
