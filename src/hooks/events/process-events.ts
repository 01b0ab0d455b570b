import type { CurrentTask } from "../../bpf/helpers/surroundings.ts";
import { BODIES, FUNCTION, type FunctionName } from "../../events/functions.ts";
import { PT_REGS } from "./call-frames.ts";
import type { EventPoint } from "./event-point.ts";
import { EventRecord } from "./event-record.ts";
import type { EventPoints, KernelEvents } from "./kernel-events.ts";
import { PRIORITY } from "./task-objects.ts";

const MOST_ARGUMENTS = 6;
const NUMBER = 8;
const ARGUMENTS = 16;
const NAME_BYTES = 16;
/** Where the text of sched_process_exec begins. */
const EXEC_TEXT = 20;
/** PATH_MAX: what is longer is cut. */
const USER_TEXT_BYTES = 4096;

/** A system call of a process. */
export interface TracedCall {
  readonly name: string;
  readonly nr: number;
  readonly args: readonly bigint[];
}

/** What processes do: syscalls:*, raw_syscalls:* and sched:*. To be called only where `KernelEvents.isOn`. */
export class ProcessEvents {
  private readonly events: KernelEvents;
  private points: EventPoints | undefined;
  /** Registers with which tasks came into the kernel, by the addresses of their struct task_struct. */
  private readonly registers = new Map<number, EventRecord>();
  /** What arguments point at, by their places. */
  private readonly userTexts: EventRecord[] = [];
  /** Processes that calls have made, by their numbers. */
  private readonly children = new Map<number, CurrentTask>();

  /** Who takes the signals of tasks. */
  private readonly takers = new WeakMap<CurrentTask, (signal: number) => void>();

  constructor(events: KernelEvents) {
    this.events = events;
  }

  /** Signals that programs send to a task go there. */
  takeSignals(task: CurrentTask, take: (signal: number) => void): void {
    this.takers.set(task, take);
  }

  /** Sends the task that runs a signal; false: it is none of a process, or is about to be gone. */
  signal(signal: number): boolean {
    const { task, schedule } = this.events;
    const take = schedule.isDying ? undefined : this.takers.get(task);
    take?.(signal);
    return take !== undefined;
  }

  find(points: EventPoints): void {
    this.points = points;
  }

  /** A process calls the kernel (do_syscall_64); `end` ends it. */
  begin(node: string, call: TracedCall): void {
    this.events.frames.enter(FUNCTION.do_syscall_64, node, this.fillRegisters(call), call.nr);
  }

  end(node: string): void {
    this.events.frames.leave(FUNCTION.do_syscall_64, node);
  }

  /** A call begins that its filters let run (trace_sys_enter), and its body is entered; `leave` ends that. */
  enter(node: string, call: TracedCall): void {
    const { name, nr, args } = call;
    const registers = this.fillRegisters(call);
    const raw = this.points?.raw("sys_enter");
    if (raw !== undefined) {
      raw.record.set64(0, registers);
      raw.record.set64(8, nr);
      raw.fire(node);
    }
    this.tell(this.points?.tracepoint("raw_syscalls:sys_enter"), node, nr, args, true);
    this.tell(this.points?.tracepoint(`syscalls:sys_enter_${name}`), node, nr, args, false);
    const { frames } = this.events;
    const body = BODIES[name];
    const [a, b, c, d, e, f] = args.map((value) => Number(BigInt.asIntN(53, value)));
    if (body !== undefined) frames.enter(FUNCTION[body], node, a, b, c, d, e, f);
  }

  /** The body of a call that runs is over. */
  leave(node: string, { name }: TracedCall, result: bigint): void {
    const { frames } = this.events;
    const body: FunctionName | undefined = BODIES[name];
    if (body === undefined) return;
    frames.result = Number(result);
    frames.leave(FUNCTION[body], node);
  }

  /** A call is over, whether it ran or not (trace_sys_exit). */
  exit(node: string, call: TracedCall, result: bigint): void {
    const { name, nr } = call;
    const raw = this.points?.raw("sys_exit");
    if (raw !== undefined) {
      const registers = this.fillRegisters(call, result);
      raw.record.set64(0, registers);
      raw.record.setBig(8, result);
      raw.fire(node);
    }
    this.tell(this.points?.tracepoint("raw_syscalls:sys_exit"), node, nr, [result], true);
    this.tell(this.points?.tracepoint(`syscalls:sys_exit_${name}`), node, nr, [result], false);
  }

  /** A process has made another. */
  fork(node: string, parent: CurrentTask, child: number): void {
    this.tellFork(node, parent, child);
    const raw = this.points?.raw("sched_process_fork");
    const forked = this.childOf(parent, child);
    if (raw !== undefined) {
      raw.record.set64(0, this.events.objects.task(parent));
      raw.record.set64(8, this.events.objects.task(forked));
      raw.fire(node);
    }
    this.events.schedule.wake(node, forked, "sched_wakeup_new");
  }

  private tellFork(node: string, parent: CurrentTask, child: number): void {
    const point = this.points?.tracepoint("sched:sched_process_fork");
    if (point === undefined) return;
    const { record } = point;
    const length = record.setText(24, parent.command);
    const second = 24 + Math.ceil(length / 4) * 4;
    record.set32(8, (length << 16) | 24);
    record.set32(12, parent.process);
    record.setText(second, parent.command);
    record.set32(16, (length << 16) | second);
    record.set32(20, child);
    point.fire(node);
  }

  private childOf(parent: CurrentTask, child: number): CurrentTask {
    let task = this.children.get(child);
    if (task === undefined || task.command !== parent.command) {
      task = { ...parent, thread: child, process: child };
      this.children.set(child, task);
    }
    return task;
  }

  /** A process runs another program (trace_sched_process_exec). @param filename as far as it is known. */
  exec(node: string, task: CurrentTask, filename = ""): void {
    const raw = this.points?.raw("sched_process_exec");
    if (raw !== undefined) {
      raw.record.set64(0, this.events.objects.task(task));
      raw.record.set64(8, task.thread);
      raw.fire(node);
    }
    const point = this.points?.tracepoint("sched:sched_process_exec");
    if (point === undefined) return;
    const { record } = point;
    record.set32(8, (record.setText(EXEC_TEXT, filename) << 16) | EXEC_TEXT);
    record.set32(12, task.thread);
    record.set32(16, task.thread);
    point.fire(node);
  }

  /** A call's arguments, of which those that are texts point at them in memory, until the next call that has any. */
  pointingAt(texts: readonly (string | undefined)[] | undefined, args: readonly bigint[]): readonly bigint[] {
    if (texts === undefined) return args;
    return args.map((value, i) => {
      const text = texts[i];
      if (text === undefined) return value;
      this.userTexts[i] ??= new EventRecord(this.events.objects.memory, USER_TEXT_BYTES);
      const record = this.userTexts[i]!;
      record.setText(0, text);
      return BigInt(record.address);
    });
  }

  /** A thread ends. @param isLast of its process. */
  die(node: string, task: CurrentTask, isLast: boolean): void {
    this.events.schedule.die();
    const raw = this.points?.raw("sched_process_exit");
    if (raw !== undefined) {
      raw.record.set64(0, this.events.objects.task(task));
      raw.record.set64(8, isLast ? 1 : 0);
      raw.fire(node);
    }
    const point = this.points?.tracepoint("sched:sched_process_exit");
    if (point === undefined) return;
    const { record } = point;
    record.clear(8, NAME_BYTES);
    record.setText(8, task.command);
    record.set32(24, task.thread);
    record.set32(28, PRIORITY);
    record.set8(32, isLast ? 1 : 0);
    point.fire(node);
  }

  private tell(
    point: EventPoint | undefined,
    node: string,
    nr: number,
    values: readonly bigint[],
    isRaw: boolean,
  ): void {
    if (point === undefined) return;
    const { record } = point;
    if (isRaw) record.set64(NUMBER, nr);
    else record.set32(NUMBER, nr);
    for (let i = 0; i < MOST_ARGUMENTS && ARGUMENTS + 8 * i + 8 <= record.size; i++)
      record.setBig(ARGUMENTS + 8 * i, values[i] ?? 0n);
    point.fire(node);
  }

  /** Address of the struct pt_regs of a task, whose struct task_struct is at an address: zeroes until it makes a call. */
  registersAt(task: number): number {
    return this.registersOf(task).address;
  }

  private registersOf(task: number): EventRecord {
    let record = this.registers.get(task);
    if (record === undefined) {
      record = new EventRecord(this.events.objects.memory, PT_REGS.bytes);
      this.registers.set(task, record);
    }
    return record;
  }

  /** struct pt_regs of the task that runs, at the entry of system calls: r10 has the fourth argument. */
  private fillRegisters({ nr, args }: TracedCall, result = -38n): number {
    const registers = this.registersOf(this.events.objects.task(this.events.task));
    for (let i = 0; i < MOST_ARGUMENTS; i++) registers.setBig(i === 3 ? FOURTH : PT_REGS.arguments[i]!, args[i] ?? 0n);
    registers.setBig(PT_REGS.result, result);
    registers.set64(PT_REGS.originalResult, nr);
    return registers.address;
  }
}

/** r10 in struct pt_regs. */
const FOURTH = 56;
