# A comparison and the branch on it: one comparison in WebAssembly.
start:  cmp rax, 2
        jb 1f
        mov rbx, 1
        syscall
1:      mov rbx, 2
        syscall
