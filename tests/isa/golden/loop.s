# A loop: the fuel is checked on its way back; its head is an entry.
start:  xor eax, eax
        mov ecx, 8
1:      add rax, [rdi+rcx*8]
        dec ecx
        jnz 1b
        syscall
