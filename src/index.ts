export {
  type Diagnostic,
  ERROR_CODES,
  type ErrorCode,
  EXIT,
  type ExitCode,
  NetsimError,
  type Place,
} from "./errors.ts";
