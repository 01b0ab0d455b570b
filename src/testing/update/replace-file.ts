import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { failAsFileError } from "../../packet/capture/file-error.ts";

const PERMISSIONS = 0o7777;

/**
 * Puts another text in a file's place, all of it or nothing: it is written beside the file and takes its name once it is on the disk. Mode and
 * owner stay; a symbolic link goes on to name the file. Throws a NetsimError `file-unwritable`, with the file as it was.
 */
export function replaceFile(file: string, text: string): void {
  try {
    const target = realpathSync(file);
    const part = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
    try {
      writeAs(target, part, text);
      renameSync(part, target);
    } catch (error) {
      rmSync(part, { force: true });
      throw error;
    }
  } catch (error) {
    failAsFileError(error, "file-unwritable", file);
  }
}

/** Writes a new file with the mode and owner of another. */
function writeAs(model: string, file: string, text: string): void {
  const { mode, uid, gid } = statSync(model);
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, text);
    const made = fstatSync(descriptor);
    if (made.uid !== uid || made.gid !== gid) fchownSync(descriptor, uid, gid);
    // After a change of owner, which takes away set-user-ID.
    fchmodSync(descriptor, mode & PERMISSIONS);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
