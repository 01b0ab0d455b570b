import { helper } from "../../bpf/helpers/helper.ts";
import type { HostFunction } from "../../bpf/vm/host-function.ts";
import type { BaseHelperGroup } from "./base-helpers.ts";
import { CASTS } from "./socket-kinds.ts";

/**
 * bpf_skc_to_* of programs on packets: of a struct bpf_sock, the kernel's own struct, in which that can be read which programs
 * at events read of it.
 */
export const socketCasts: BaseHelperGroup = (_, { sockets }): ReadonlyMap<number, HostFunction> =>
  new Map(
    [...CASTS].map(([number, takes]) =>
      helper(number, "w", "unsigned", (at: number) => {
        const socket = sockets.at(at);
        return socket !== undefined && takes(socket) ? sockets.kernelAddressOf(socket) : 0;
      }),
    ),
  );
