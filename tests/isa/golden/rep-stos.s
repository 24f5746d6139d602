# A string fill.
start:  mov ecx, 4
        rep stosq
        syscall
