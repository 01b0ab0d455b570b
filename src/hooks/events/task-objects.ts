import type { CurrentTask } from "../../bpf/helpers/surroundings.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import { EventRecord } from "./event-record.ts";
import type { Layouts } from "./layouts.ts";

/** Default of a task (MAX_RT_PRIO + 20). */
export const PRIORITY = 120;

/** Tasks as the kernel has them: each a struct task_struct and its struct cred. */
export class TaskObjects {
  private readonly memory: ByteStore;
  private readonly records = new WeakMap<CurrentTask, EventRecord>();

  constructor(memory: ByteStore) {
    this.memory = memory;
  }

  addressOf(task: CurrentTask, layouts: Layouts): number {
    let record = this.records.get(task);
    if (record === undefined) {
      record = new EventRecord(this.memory, layouts.bytes.task_struct);
      this.records.set(task, record);
      this.describe(record, task, layouts);
    }
    return record.address;
  }

  /** What a task does now: TASK_ and EXIT_ values. */
  setState(task: CurrentTask, layouts: Layouts, state: number, exitState: number): void {
    this.addressOf(task, layouts);
    const record = this.records.get(task)!;
    record.set32(layouts.task.__state, state);
    record.set32(layouts.task.exit_state, exitState);
  }

  private describe(record: EventRecord, task: CurrentTask, { task: places, cred, bytes }: Layouts): void {
    record.set32(places.pid, task.thread);
    record.set32(places.tgid, task.process);
    for (const place of [places.prio, places.static_prio, places.normal_prio]) record.set32(place, PRIORITY);
    record.setText(places.comm, task.command);
    record.set64(places.group_leader, record.address);
    const credentials = new EventRecord(this.memory, bytes.cred);
    for (const place of [cred.uid, cred.suid, cred.euid, cred.fsuid]) credentials.set32(place, task.user);
    for (const place of [cred.gid, cred.sgid, cred.egid, cred.fsgid]) credentials.set32(place, task.group);
    record.set64(places.real_cred, credentials.address);
    record.set64(places.cred, credentials.address);
  }
}
