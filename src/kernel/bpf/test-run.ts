import type { TestRunInput } from "../../bpf/test-run/test-context.ts";
import type { Libc } from "../libc.ts";
import { Attributes } from "./attributes.ts";
import { COMMAND } from "./commands.ts";

/** Room for a packet that has grown: programs make none longer than 16,064 bytes (BPF_SKB_MAX_LEN). */
const GROWTH = 16_384;
/** Bytes of struct __sk_buff, the largest context that is given back. */
const LARGEST_CONTEXT = 192;

/** What it gave. */
export interface TestRun {
  /** Low 32 bits of R0, unsigned. */
  readonly returnValue: number;
  /** Average of a run, as the kernel measured it. */
  readonly nanoseconds: number;
  /** The packet behind the last run; of a flow dissector the keys. */
  readonly data: Uint8Array;
  /** The context behind it, where one was asked for; else the one that was given, into which some types of programs write. */
  readonly context: Uint8Array;
}

/** BPF_PROG_TEST_RUN, or -errno. */
export function testRun(libc: Libc, descriptor: number, input: TestRunInput): TestRun | number {
  const { data, repeat = 0, flags = 0, cpu = 0, batchSize = 0 } = input;
  const {
    dataRoom = data === undefined ? 0 : data.length + GROWTH,
    contextRoom = input.context === undefined ? 0 : Math.max(input.context.length, LARGEST_CONTEXT),
  } = input;
  const context = input.context === undefined ? undefined : Buffer.from(input.context);
  const out = Buffer.alloc(dataRoom);
  const contextOut = Buffer.alloc(contextRoom);
  const attributes = new Attributes(libc)
    .words(0, descriptor, 0, data?.length ?? 0, dataRoom)
    .pointer(16, data)
    .pointer(24, dataRoom === 0 ? undefined : out)
    .words(32, repeat)
    .words(40, context?.length ?? 0, contextRoom)
    .pointer(48, context)
    .pointer(56, contextRoom === 0 ? undefined : contextOut)
    .words(64, flags, cpu, batchSize);
  const result = attributes.call(COMMAND.programTestRun);
  if (result < 0) return result;
  return {
    returnValue: attributes.word(4),
    nanoseconds: attributes.word(36),
    data: Uint8Array.from(out.subarray(0, attributes.word(12))),
    context: Uint8Array.from(
      contextRoom === 0 ? (context ?? []) : contextOut.subarray(0, Math.min(attributes.word(44), contextRoom)),
    ),
  };
}
