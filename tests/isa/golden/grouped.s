# Accesses near one base: one check for all of them.
start:  mov rax, [rdi]
        mov rbx, [rdi+8]
        add rax, [rdi+16]
        mov [rdi+24], rax
        mov [rdi+32], ebx
        syscall
