import type { MapTypeName } from "../bpf/maps/map-type.ts";
import type { RecordsModel } from "./model.ts";

/** Types of maps whose records user space reads. */
export const READ_RECORDS: readonly MapTypeName[] = ["ringbuf", "perf_event_array"];

/** Types of maps whose content is a ring of records: they have neither keys nor values. */
export const RINGS: readonly MapTypeName[] = ["ringbuf", "user_ringbuf"];

/** Where a topology says nothing of a map: whoever ships the program reads its records when the kernel wakes them, from 16 pages. */
export const RECORDS_AS_THEY_ARE: RecordsModel = { read: true, every: 0, buffer: 65_536 };
