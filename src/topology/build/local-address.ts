import { formatAddress, isMulticast, isUnspecified, parseAddress } from "../address-with-prefix.ts";
import { namesHint } from "../check/hints.ts";
import type { AddressModel, InterfaceModel } from "../model.ts";
import type { Fields } from "./fields.ts";

/**
 * The address under `address` that a socket is bound to, checked as bind(2) does: one of the host, or one that
 * several hosts receive by.
 * @param knowsAddresses all addresses of the interfaces could be read.
 */
export function readLocalAddress(
  fields: Fields,
  interfaces: ReadonlyMap<string, InterfaceModel>,
  knowsAddresses: boolean,
): AddressModel | undefined {
  const address = fields.parsedText("address", parseAddress, "bad-address");
  if (address === undefined) return undefined;
  const { context } = fields;
  const { span } = fields.value("address")!;
  const text = formatAddress(address);
  if (isUnspecified(address))
    return context.problem(
      "bad-address",
      span,
      `'${text}' stands for all addresses.`,
      "Leave `address` out for all of them.",
    );
  const own = [...interfaces.values()]
    .flatMap(({ addresses }) => addresses)
    .filter(({ family }) => family === address.family);
  const isLocal = own.some((candidate) => formatAddress(candidate) === text) || isLoopback(address);
  const isShared =
    isMulticast(address) || text === "255.255.255.255" || own.some((candidate) => broadcastOf(candidate) === text);
  if (knowsAddresses && !isLocal && !isShared)
    context.problem(
      "bad-address",
      span,
      `The host has no address ${text} that a socket could be bound to.`,
      namesHint(text, own.map(formatAddress)),
    );
  return address;
}

/** 127.0.0.0/8 or ::1. */
function isLoopback({ family, address }: AddressModel): boolean {
  return family === 4 ? address[0] === 127 : address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

/** The directed broadcast address of the network (RFC 919), where it has one. */
function broadcastOf({ family, address, prefix }: AddressModel): string | undefined {
  if (family !== 4 || prefix > 30) return undefined;
  return formatAddress({
    family,
    address: address.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefix - 8 * i)))),
  });
}
