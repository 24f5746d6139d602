# push and pop move rsp and are still one group.
start:  push rbx
        push rcx
        mov rax, [rsp+8]
        pop rcx
        pop rbx
        syscall
