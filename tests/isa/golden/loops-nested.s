# Two loops: the inner one's head is an entry of its own, so the outer one goes through the dispatcher.
start:  mov ecx, 4
1:      mov edx, 4
2:      add rax, rdx
        dec edx
        jnz 2b
        dec ecx
        jnz 1b
        syscall
