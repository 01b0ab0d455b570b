import type { ClassResult, QdiscResult, QueueResult } from "../../../run/result.ts";
import { formatClassid } from "../../../topology/quantity/classid.ts";
import { readAttributes } from "../../netlink/netlink-attributes.ts";
import type { RouteSocket } from "../../netlink/route-socket.ts";
import { readTcMessage, TC_MESSAGE, TCA, tcMessage } from "../../netlink/tc-message.ts";

/** TC_H_ROOT */
const ROOT = 0xffff_ffff;
/** TCA_STATS_BASIC, TCA_STATS_QUEUE */
const [BASIC, QUEUE] = [1, 3];

/** Reads what the root qdisc of a device and its classes have counted; undefined where it has none of its own. */
export function countQdisc(socket: RouteSocket, device: number): QdiscResult | undefined {
  const about = (type: number) =>
    socket
      .dump(type, tcMessage({ index: device }))
      .map(readTcMessage)
      .filter(({ index }) => index === device);
  const root = about(TC_MESSAGE.getQdisc).find(({ parent }) => parent === ROOT);
  if (root === undefined || root.handle === 0) return undefined;
  const classes = about(TC_MESSAGE.getClass)
    .filter(({ handle }) => handle >>> 16 === root.handle >>> 16)
    .map(({ handle, attributes }): ClassResult => ({ classid: formatClassid(handle), ...queueCounts(attributes) }));
  const kind = root.attributes.get(TCA.kind)!.toString("latin1").replace(/\0$/, "");
  return { kind, handle: formatClassid(root.handle), ...queueCounts(root.attributes), classes };
}

/** struct gnet_stats_basic and struct gnet_stats_queue. */
function queueCounts(attributes: Map<number, Buffer>): QueueResult {
  const stats = readAttributes(attributes.get(TCA.stats2)!);
  const [basic, queue] = [stats.get(BASIC)!, stats.get(QUEUE)!];
  return {
    packets: basic.readUInt32LE(8),
    bytes: Number(basic.readBigUInt64LE(0)),
    dropped: queue.readUInt32LE(8),
    overlimits: queue.readUInt32LE(16),
    queued: queue.readUInt32LE(0),
    queuedBytes: queue.readUInt32LE(4),
  };
}
