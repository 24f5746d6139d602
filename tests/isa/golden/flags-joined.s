# Two ways with different operations meet before the condition: it is asked at run time.
start:  test rax, 1
        jz 1f
        add rbx, rcx
        jmp 2f
1:      sub rbx, rcx
2:      setc dl
        syscall
