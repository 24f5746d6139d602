# Packed integers.
start:  movdqu xmm0, [rdi]
        paddd xmm0, xmm1
        pxor xmm2, xmm2
        pcmpeqb xmm2, xmm0
        pmovmskb eax, xmm2
        movaps [rdi+16], xmm0
        syscall
