/** `r1,r2`: the registers of a mask (fmt_reg_mask). */
export function registersText(mask: number): string {
  const names: string[] = [];
  for (let i = 0; i < 32; i++) if (((mask >>> i) & 1) === 1) names.push(`r${i}`);
  return names.join(",");
}

/** `-8,-16`: the stack slots of a mask of two words (bpf_fmt_stack_mask). */
export function slotsText(low: number, high: number): string {
  const names: string[] = [];
  for (let i = 0; i < 64; i++)
    if ((((i < 32 ? low >>> i : high >>> (i - 32)) & 1) as number) === 1) names.push(`${-8 * (i + 1)}`);
  return names.join(",");
}
