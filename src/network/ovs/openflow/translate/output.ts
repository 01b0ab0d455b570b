import { set32 } from "../../../../packet/wire.ts";
import { AT } from "../../flow/layout.ts";
import { readSubfield, type Subfield } from "../field/subfield.ts";
import { formatPort, OFPP } from "../ports.ts";
import { sendToController } from "./controller.ts";
import { wantSubfield } from "./fields.ts";
import { copyPart } from "./key-access.ts";
import { lookUpIn } from "./lookup.ts";
import { normal } from "./normal.ts";
import { inPort, send } from "./send.ts";
import type { Translation } from "./translation.ts";

/** The action output, reserved ports included (xlate_output_action). */
export function output(t: Translation, port: number, isLast: boolean, maxLength = 0xffff): void {
  switch (port) {
    case OFPP.IN_PORT:
      send(t, inPort(t), isLast);
      return;
    case OFPP.TABLE:
      lookUpIn(t, 0, { isFirst: true, isLast: false });
      return;
    case OFPP.NORMAL:
      normal(t);
      return;
    case OFPP.FLOOD:
    case OFPP.ALL:
      flood(t, port === OFPP.ALL, isLast);
      return;
    case OFPP.CONTROLLER:
      sendToController(t, {
        maxLength,
        reason: "action",
        controller: 0,
        meter: undefined,
      });
      return;
    case OFPP.NONE:
      return;
    default:
      if (port === inPort(t)) t.say("warn", "skipping output to input port");
      else send(t, port, isLast);
  }
}

/** output:FIELD. */
export function outputField(t: Translation, source: Subfield, isLast: boolean): void {
  const port = readSubfield(t.flow, source);
  if (port > 0xffffn) {
    t.say("warn", `output port ${port} is out of range`);
    return;
  }
  t.say("detail", `output port is ${port}`);
  wantSubfield(t.wanted, source);
  output(t, Number(port), isLast);
}

/** output(port=...,max_len=...). */
export function outputTruncated(t: Translation, port: number, length: number, isLast: boolean): void {
  const isReserved = port >= OFPP.TABLE && port !== OFPP.LOCAL;
  if (isReserved) {
    t.say("warn", `output_trunc does not support port: ${formatPort(port)}`);
    return;
  }
  if (port === inPort(t)) {
    t.say("warn", "skipping output to input port");
    return;
  }
  const to = t.bridge.ports.get(port === OFPP.IN_PORT ? inPort(t) : port);
  if (to === undefined || to.kind === "patch") {
    t.say("error", `output_trunc does not support patch port ${formatPort(port)}`);
    return;
  }
  t.out.push({ type: "trunc", length });
  output(t, port, isLast);
}

function flood(t: Translation, isAll: boolean, isLast: boolean): void {
  const ports = [...t.bridge.ports.values()].filter(
    ({ ofport, isFlooded }) => ofport !== inPort(t) && (isAll || isFlooded),
  );
  for (const [i, { ofport }] of ports.entries()) send(t, ofport, isLast && i === ports.length - 1);
}

/** enqueue: outputs with a priority that stands for the queue, and puts the old one back. */
export function enqueue(t: Translation, port: number, queue: number, isLast: boolean): void {
  t.wanted.fill(0xff, AT.skbPriority, AT.skbPriority + 4);
  const to = port === OFPP.IN_PORT ? inPort(t) : port;
  if (port !== OFPP.IN_PORT && port === inPort(t)) return;
  const before = t.flow.slice();
  setQueue(t, queue);
  send(t, to, isLast);
  copyPart(t.flow, before, AT.skbPriority, 4);
}

/** The major number of Linux's HTB qdisc as Open vSwitch sets it up: queue N is class 1:N+1 (tc_add_policer of lib/netdev-linux.c). */
const QUEUE_HANDLE = 0x10000;

/** set_queue. */
export function setQueue(t: Translation, queue: number): void {
  t.wanted.fill(0xff, AT.skbPriority, AT.skbPriority + 4);
  set32(t.flow, AT.skbPriority, QUEUE_HANDLE | (queue + 1));
}

/** pop_queue: the priority that the packet came with. */
export function popQueue(t: Translation): void {
  t.wanted.fill(0xff, AT.skbPriority, AT.skbPriority + 4);
  copyPart(t.flow, t.original, AT.skbPriority, 4);
}
