import type { ErrorCode } from "../errors.ts";
import type { Explanation } from "./explanation.ts";

/** The codes of files as such: whether they can be read, and whether they are YAML. */
export const OF_FILES = {
  "file-unreadable": {
    meaning: "A file that was named could not be opened or read.",
    cause:
      "The path is mistyped, or it was meant from another directory: names in a file start from that file's place.",
    remedy: "Check that the path exists and that you may read it; the message names it as it was looked for.",
  },
  "file-unwritable": {
    meaning: "A result could not be written.",
    cause: "The directory does not exist, is not yours or is full, or the format cannot hold what was to be written.",
    remedy: "Write somewhere else, or choose a format that can hold it.",
  },
  "file-too-large": {
    meaning: "A file that is read whole is larger than netsim reads.",
    cause: "A capture or a binary was named where a text such as a topology belongs.",
    remedy: "Name the right file, or split it. Captures are read packet by packet and have no such limit.",
  },
  "yaml-syntax": {
    meaning: "The file is not YAML.",
    cause:
      "The indentation is uneven or has tabs, a bracket or quote is open, or `: ` stands in a value without quotes.",
    remedy: "Mend the line that is shown or the one above it; quote values that hold `: `, `#` or braces.",
  },
  "yaml-alias-limit": {
    meaning: "The aliases of a YAML file (`*name`) would make far more of it than is written there.",
    cause: "Aliases of lists of aliases multiply; a few lines can stand for billions.",
    remedy: "Write the values out, or use fewer levels of aliases.",
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>;
