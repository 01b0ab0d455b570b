import type { QdiscResult, QueueResult } from "../../run/result.ts";
import type { Paint } from "../paint.ts";
import { formatTable } from "../table.ts";
import { count, plural, size } from "../words.ts";

/** A device's queue, and its classes as far as they have seen packets. */
export function describeQdisc(device: string, { kind, handle, classes, ...own }: QdiscResult, paint: Paint): string[] {
  const used = classes.filter(({ packets, dropped, queued }) => packets + dropped + queued > 0);
  const unused = classes.length - used.length;
  return [
    `  ${paint.cyan(`qdisc ${device}`)}  ${kind} ${handle}, ${describeQueue(own).join(", ")}`,
    ...formatTable(used.map(({ classid, ...queue }) => [`  class ${classid}`, ...describeQueue(queue)])),
    ...(unused > 0 && used.length > 0 ? [`    ${plural(unused, "class", "classes")} without packets`] : []),
  ];
}

function describeQueue({ packets, bytes, dropped, queued }: QueueResult): string[] {
  const waiting = queued === 0 ? [] : [`${count(queued)} waiting`];
  return [`sent ${count(packets)} (${size(bytes)})`, `dropped ${count(dropped)}`, ...waiting];
}
