# Scalar doubles: in WebAssembly while MXCSR and the numbers are such that no flag changes.
start:  movsd xmm0, [rdi]
        addsd xmm0, xmm1
        mulsd xmm0, xmm0
        cvttsd2si rax, xmm0
        movsd [rdi+8], xmm0
        syscall
