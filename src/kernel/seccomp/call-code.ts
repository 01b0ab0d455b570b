/**
 * What a child runs instead of JavaScript, whose runtime would make calls of its own under the filters. Machine code of x86_64 that
 * makes the calls of a block (see call-block.ts) one after another and puts down what each gave:
 *
 *     run:     mov r12, rdi                    ; the block
 *     next:    mov r13, [r12+8]                ; calls done
 *              cmp r13, [r12]; jae done
 *              mov r14, r13; shl r14, 7; lea r14, [r12+r14+256]
 *              mov rax, [r14]
 *              cmp qword [r14+64], 0; jne old
 *              mov rdi, [r14+8] ... mov r9, [r14+48]; syscall; jmp store
 *     old:     mov rbx, [r14+8] ... mov rbp, [r14+48]; int 0x80; movsxd rax, eax
 *     store:   mov [r14+56], rax; inc qword [r12+8]; jmp next
 *     done:    xor edi, edi; mov eax, 231; syscall; ud2
 *     handler: lea rax, [rip-125]; add rax, 4096   ; the block, a page behind `run`
 *              32 bytes from [rsi] (siginfo) to [rax+32]; mov qword [rax+16], 1; ud2
 */
export const CALL_CODE = Buffer.from(
  [
    "4989fc 4d8b6c2408 4d3b2c24 735d 4d89ee 49c1e607 4f8db43400010000 498b06 49837e4000 751c",
    "498b7e08 498b7610 498b5618 4d8b5620 4d8b4628 4d8b4e30 0f05 eb1d",
    "498b5e08 498b4e10 498b5618 498b7620 498b7e28 498b6e30 cd80 4863c0",
    "49894638 49ff442408 eb98",
    "31ff b8e7000000 0f05 0f0b",
    "488d0583ffffff 480500100000 488b0e 48894820 488b4e08 48894828 488b4e10 48894830 488b4e18 48894838",
    "48c7401001000000 0f0b",
  ]
    .join("")
    .replaceAll(" ", ""),
  "hex",
);

/** Where the handler of SIGSYS begins. It does not return, as returning takes a call. */
export const HANDLER = 0x76;
/** Distance of the block from the code's beginning. */
export const BLOCK = 4096;
