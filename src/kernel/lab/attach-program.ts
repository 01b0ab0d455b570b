import { fail } from "../../errors.ts";
import { dataStartOf } from "../../network/socket/data-start.ts";
import type { LoadedProgram } from "../../programs/language.ts";
import type { MapTable } from "../../programs/map-table.ts";
import type { Kernel } from "../kernel.ts";
import type { LabSocket } from "./lab-socket.ts";
import { loadExtended } from "./load-extended.ts";

const SOCKET_FILTER = 1;

/** Attaches a program to a socket. Throws a NetsimError where the kernel refuses it. */
export function attachProgram(kernel: Kernel, maps: MapTable, socket: LabSocket, loaded: LoadedProgram): void {
  const { name } = loaded;
  if (loaded.form === "classic") {
    const { instructions } = loaded.forDataStart?.(dataStartOf(socket.model)) ?? loaded;
    refuse(name, socket.attach(instructions));
    return;
  }
  const descriptor = loadExtended(kernel, maps, loaded, SOCKET_FILTER);
  const errno = socket.attachExtended(descriptor);
  kernel.programs.close(descriptor);
  refuse(name, errno);
}

function refuse(name: string, errno: number): void {
  if (errno !== 0) fail("program-rejected", `Linux refuses program '${name}' at a socket with errno ${errno}.`);
}
