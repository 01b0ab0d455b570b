import { ERRNO } from "../../maps/errno.ts";
import { TEST_RUN_FLAG, type TestContext, type TestedProgram, type TestRunInput } from "../test-context.ts";

/** Bytes of the most arguments that a tracepoint has, and of the longest context of a syscall program. */
const [ARGUMENTS, LONGEST] = [96, 65_535];

/** Data, a context back and repetition are no business of these programs. */
const asksInVain = ({ data, dataRoom = 0, contextRoom = 0, repeat = 0, batchSize = 0 }: TestRunInput): boolean =>
  data !== undefined || dataRoom !== 0 || contextRoom !== 0 || repeat !== 0 || batchSize !== 0;

/** A context that is nothing but the bytes that user space gives. @param size bytes that programs may touch. */
function plainBytes(size: number, refusal: TestContext["refusal"]): TestContext {
  return {
    dataStart: "no packet",
    writesGiven: true,
    layout: { size },
    bytes: Math.max(size, 8),
    refusal,
    contextRefusal: (given) => (given.length > size ? -ERRNO.EINVAL : 0),
    fill(memory, context, _packet, _data, _skipped, given) {
      if (given !== undefined) memory.bytes.set(given, context);
    },
    result: () => ({ data: 0, length: 0 }),
    // What the program wrote is in the buffer that user space gave.
    contextOut: (memory, context, given) => memory.bytes.slice(context, context + given.length),
  };
}

/** struct bpf_raw_tracepoint_args (bpf_prog_test_run_raw_tp). */
export const rawTracepoint = (size: number = ARGUMENTS): TestContext =>
  plainBytes(size, (input: TestRunInput, { contextBytes, processors }: TestedProgram): number => {
    const { context, flags = 0, cpu = 0 } = input;
    const length = context?.length ?? 0;
    if (asksInVain(input) || length < contextBytes || length > ARGUMENTS) return -ERRNO.EINVAL;
    if ((flags & TEST_RUN_FLAG.ON_CPU) === 0) return cpu === 0 ? 0 : -ERRNO.EINVAL;
    return cpu < processors ? 0 : -ERRNO.ENXIO;
  });

/** What the author of a program and its caller agree upon (bpf_prog_test_run_syscall). */
export const systemCall = (size: number = LONGEST): TestContext =>
  plainBytes(size, (input: TestRunInput, { contextBytes }: TestedProgram): number => {
    const length = input.context?.length ?? 0;
    if (asksInVain(input) || (input.flags ?? 0) !== 0) return -ERRNO.EINVAL;
    return length < contextBytes || length > LONGEST ? -ERRNO.EINVAL : 0;
  });
