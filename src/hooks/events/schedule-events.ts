import { type CurrentTask, IDLE_TASK } from "../../bpf/helpers/surroundings.ts";
import type { EventPoint } from "./event-point.ts";
import type { EventPoints, KernelEvents } from "./kernel-events.ts";
import { PRIORITY } from "./task-objects.ts";

/** TASK_INTERRUPTIBLE, TASK_DEAD and EXIT_ZOMBIE (include/linux/sched.h). */
const ASLEEP = 1;
const DEAD = 0x80;
const ZOMBIE = 0x20;
const COMMAND_BYTES = 16;

/** Whose turn it is: sched_waking, sched_wakeup, sched_wakeup_new and sched_switch. To be called only where `KernelEvents.isOn`. */
export class ScheduleEvents {
  private readonly events: KernelEvents;
  private points: EventPoints | undefined;
  private isDead = false;

  constructor(events: KernelEvents) {
    this.events = events;
  }

  find(points: EventPoints): void {
    this.points = points;
  }

  /** A task begins to run, which has slept until now; nothing if it runs already. */
  begin(node: string, task: CurrentTask): void {
    const { events } = this;
    if (events.task === task) return;
    this.wake(node, task, "sched_waking");
    this.wake(node, task, "sched_wakeup");
    events.objects.setTaskState(task, 0);
    this.change(node, IDLE_TASK, task, 0, 0);
    events.task = task;
    this.isDead = false;
    events.frames.begin();
  }

  /** The task that runs has ended, and will be gone when it sleeps. */
  die(): void {
    this.isDead = true;
  }

  /** The task that runs has ended, and is not yet gone. */
  get isDying(): boolean {
    return this.isDead;
  }

  /** The task that runs goes to sleep. */
  end(node: string): void {
    const { events, isDead } = this;
    const { task } = events;
    if (task === IDLE_TASK) return;
    events.objects.setTaskState(task, isDead ? DEAD : ASLEEP, isDead ? ZOMBIE : 0);
    this.change(node, task, IDLE_TASK, isDead ? DEAD : ASLEEP, isDead ? ZOMBIE : ASLEEP);
    events.frames.end();
    events.task = IDLE_TASK;
  }

  /** A task can run from now on. */
  wake(node: string, task: CurrentTask, name: "sched_waking" | "sched_wakeup" | "sched_wakeup_new"): void {
    const point = this.points?.tracepoint(`sched:${name}`);
    if (point !== undefined) {
      const { record } = point;
      fillName(point, 8, task);
      record.set32(24, task.thread);
      record.set32(28, PRIORITY);
      record.set32(32, 0);
      point.fire(node);
    }
    const raw = this.points?.raw(name);
    if (raw === undefined) return;
    raw.record.set64(0, this.events.objects.task(task));
    raw.fire(node);
  }

  /** @param state the old task's. @param shown as the tracepoint tells it (__trace_sched_switch_state). */
  private change(node: string, from: CurrentTask, to: CurrentTask, state: number, shown: number): void {
    const point = this.points?.tracepoint("sched:sched_switch");
    if (point !== undefined) {
      const { record } = point;
      fillName(point, 8, from);
      record.set32(24, from.thread);
      record.set32(28, PRIORITY);
      record.set64(32, shown);
      fillName(point, 40, to);
      record.set32(56, to.thread);
      record.set32(60, PRIORITY);
      point.fire(node);
    }
    const raw = this.points?.raw("sched_switch");
    if (raw === undefined) return;
    const { objects } = this.events;
    raw.record.set64(0, 0);
    raw.record.set64(8, objects.task(from));
    raw.record.set64(16, objects.task(to));
    raw.record.set64(24, state);
    raw.fire(node);
  }
}

function fillName({ record }: EventPoint, at: number, { command }: CurrentTask): void {
  record.clear(at, COMMAND_BYTES);
  record.setText(at, command.slice(0, COMMAND_BYTES - 1));
}
