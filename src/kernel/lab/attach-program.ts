import { fail } from "../../errors.ts";
import { socketFilter } from "../../hooks/socket-filter.ts";
import { dataStartOf } from "../../network/socket/data-start.ts";
import type { Attachment } from "../../programs/attachment.ts";
import type { Kernel } from "../kernel.ts";
import { refusedByKernel } from "../run/refused.ts";
import type { LabSocket } from "./lab-socket.ts";

const SOCKET_FILTER = 1;

/** Attaches a program to a socket; gives the reason where the lab cannot. Throws a NetsimError where the kernel refuses it. */
export function attachProgram(kernel: Kernel, socket: LabSocket, { slot, hook }: Attachment): string | undefined {
  if (hook !== socketFilter) return `Linux has no hook ${hook.name}`;
  const { loaded, name } = slot;
  if (loaded.form === "classic") {
    const { instructions } = loaded.forDataStart?.(dataStartOf(socket.model)) ?? loaded;
    const errno = socket.attach(instructions);
    if (errno !== 0) fail("program-rejected", `Linux refuses program '${name}' with errno ${errno}.`);
    return undefined;
  }
  if (loaded.maps.length > 0) return "the lab gives programs no maps";
  const { descriptor, log } = kernel.programs.load(loaded.bytes, { type: SOCKET_FILTER, license: loaded.license });
  if (descriptor < 0) return refusedByKernel(name, -descriptor, log);
  const errno = socket.attachExtended(descriptor);
  kernel.programs.close(descriptor);
  if (errno !== 0) fail("program-rejected", `Linux does not attach program '${name}': errno ${errno}.`);
  return undefined;
}
