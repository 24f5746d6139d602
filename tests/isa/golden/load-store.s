# One access with an index: a check of its own.
start:  mov rax, [rdi+rcx*8]
        add rax, 1
        mov [rdi+rcx*8], rax
        movzx ebx, byte ptr [rsi+rcx]
        syscall
