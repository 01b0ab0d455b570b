import { formatPort, OFPP, parsePort } from "../ports.ts";
import { FlowSyntaxError, pieceOf } from "../text/syntax-error.ts";
import { enqueue, setQueue } from "../translate/output.ts";
import type { Action, ActionFamily } from "./action.ts";
import { queue } from "./tables.ts";

/** Outputs through a queue of a port. */
export interface EnqueueAction extends Action {
  readonly kind: "enqueue";
  readonly port: number;
  readonly queue: number;
}

/** Chooses the queue of the outputs that follow. */
export interface SetQueueAction extends Action {
  readonly kind: "set_queue";
  readonly queue: number;
}

export const ENQUEUE: ActionFamily<EnqueueAction> = {
  kind: "enqueue",
  names: {
    enqueue: ({ value, whole }, { ports }) => {
      const match = /^([^:,]+)[:,](.+)$/.exec(value.text);
      if (match === null)
        throw new FlowSyntaxError('"enqueue" syntax is "enqueue:PORT:QUEUE" or "enqueue(PORT,QUEUE)"', whole);
      const name = pieceOf(value, 0, match[1]!.length);
      return {
        kind: "enqueue",
        port: parsePort(name, ports, `${name.text}: enqueue to unknown port`),
        queue: queue(pieceOf(value, match[1]!.length + 1)),
      };
    },
  },
  format: ({ port, queue }) => `enqueue:${formatPort(port)}:${queue}`,
  // Ports that mean several have no queues.
  ports: ({ port }) => [port >= OFPP.TABLE && port !== OFPP.LOCAL ? OFPP.NONE : port],
  translate: ({ port, queue }, translation, isLast) => enqueue(translation, port, queue, isLast),
  needsNoLayer3: () => true,
};

export const SET_QUEUE: ActionFamily<SetQueueAction> = {
  kind: "set_queue",
  names: { set_queue: ({ value }) => ({ kind: "set_queue", queue: queue(value) }) },
  format: ({ queue }) => `set_queue:${queue}`,
  translate: ({ queue }, translation) => setQueue(translation, queue),
  needsNoLayer3: () => true,
};
