# The same of a byte: computed in 32 bits.
start:  cmp al, 2
        jg 1f
        inc rbx
        syscall
1:      dec rbx
        syscall
