import type { Register } from "../state/register.ts";
import { FLAG } from "../state/register-type.ts";
import { isConstant, isZero } from "../values/scalar.ts";
import { tnumText } from "../values/tnum.ts";
import type { Walk } from "./walk.ts";

/**
 * An access to a buffer of which only attaching tells how long it is: it may begin anywhere behind the buffer's beginning, at a
 * constant (check_tp_buffer_access, check_buffer_access).
 */
export function checkBuffer(
  walk: Walk,
  { scalar }: Register,
  number: number,
  offset: number,
  size: number,
  name: "tracepoint" | "rdonly" | "rdwr",
): void {
  if (offset < 0) walk.refuse("memory-access", `R${number} invalid ${name} buffer access: off=${offset}, size=${size}`);
  if (!isConstant(scalar) || !isZero(scalar))
    walk.refuse(
      "memory-access",
      `R${number} invalid variable buffer offset: off=${offset}, var_off=${tnumText(scalar.bits)}`,
    );
}

export const bufferName = ({ type }: Register): "rdonly" | "rdwr" => ((type & FLAG.readOnly) !== 0 ? "rdonly" : "rdwr");
