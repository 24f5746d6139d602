# Bit operations.
start:  bsf rax, rcx
        bsr rbx, rcx
        bt rcx, 3
        setc dl
        bswap r8
        syscall
