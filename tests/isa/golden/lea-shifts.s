# Addresses as arithmetic, shifts by a constant and by cl.
start:  lea rax, [rbx+rcx*4+16]
        shl rax, 3
        shr rbx, cl
        sar edx, 5
        rol r8, 7
        syscall
