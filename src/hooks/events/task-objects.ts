import { type CurrentTask, IDLE_TASK } from "../../bpf/helpers/surroundings.ts";
import type { ByteStore } from "../../packet/bytestore.ts";
import { EventRecord } from "./event-record.ts";
import type { Layouts } from "./layouts.ts";

/** Default of a task (MAX_RT_PRIO + 20). */
export const PRIORITY = 120;

/** Where a process has its program: a page that it reads and runs. */
const PROGRAM = { start: 0x40_0000, bytes: 4096 } as const;
/** VM_READ, VM_EXEC, and that it may be made to be read, written and run. */
const READ_AND_RUN = 0x75;

/** Tasks as the kernel has them: each a struct task_struct and its struct cred; and processes' only mappings, of their programs. */
export class TaskObjects {
  private readonly memory: ByteStore;
  private readonly records = new WeakMap<CurrentTask, EventRecord>();
  /** Of those that have a process, by their addresses: the struct vm_area_struct once somebody asked for it. */
  private readonly mappings = new Map<number, EventRecord | undefined>();

  constructor(memory: ByteStore) {
    this.memory = memory;
  }

  addressOf(task: CurrentTask, layouts: Layouts): number {
    let record = this.records.get(task);
    if (record === undefined) {
      record = new EventRecord(this.memory, layouts.bytes.task_struct);
      this.records.set(task, record);
      if (task.process !== IDLE_TASK.process) this.mappings.set(record.address, undefined);
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

  /** Address of the struct vm_area_struct of what a task, whose struct is at an address, has at one of its own; 0: nothing. */
  mappingAt(task: number, address: bigint, layouts: Layouts): number {
    const { start, bytes } = PROGRAM;
    if (!this.mappings.has(task) || address < BigInt(start) || address >= BigInt(start + bytes)) return 0;
    let mapping = this.mappings.get(task);
    if (mapping === undefined) {
      mapping = new EventRecord(this.memory, layouts.bytes.vm_area_struct);
      this.mappings.set(task, mapping);
      mapping.set64(layouts.mapping.vm_start, start);
      mapping.set64(layouts.mapping.vm_end, start + bytes);
      mapping.set64(layouts.mapping.vm_flags, READ_AND_RUN);
    }
    return mapping.address;
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
