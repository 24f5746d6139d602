# Flags that the next instruction overwrites are not kept.
start:  add rax, rbx
        sub rax, rcx
        and rax, 0xff
        xor rdx, rax
        syscall
