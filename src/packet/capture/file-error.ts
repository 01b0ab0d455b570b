import { getSystemErrorMap } from "node:util";
import { fail } from "../../errors.ts";

const HINTS: Record<string, string> = {
  ENOENT: "Check the path; it is relative to the directory that the command runs in.",
  EISDIR: "Name a file in that directory.",
  EACCES: "Check the permissions of the file and of the directories above it.",
  ENOSPC: "Free some space, or write to another file system.",
};

/** Throws what the operating system said about a file as a NetsimError; anything else as it is. */
export function failAsFileError(
  error: unknown,
  code: "file-unreadable" | "file-unwritable",
  file: string,
  offset?: number,
): never {
  const { errno, code: name } = error as NodeJS.ErrnoException;
  if (errno === undefined || name === undefined) throw error;
  const why = getSystemErrorMap().get(errno)?.[1] ?? name;
  const hint = HINTS[name];
  return fail(code, `${file} cannot be ${code === "file-unreadable" ? "read" : "written"}: ${why}.`, {
    place: offset === undefined ? { file } : { file, offset },
    ...(hint && { hint }),
  });
}

const waiting = new Int32Array(new SharedArrayBuffer(4));

/** Whether a read or write on a non-blocking pipe has to be tried again; waits a little before it says so. */
export function mayRetry(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EAGAIN") Atomics.wait(waiting, 0, 0, 1);
  return code === "EAGAIN" || code === "EINTR";
}
