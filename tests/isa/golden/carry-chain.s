# adc and sbb read what the instruction before left.
start:  add rax, rcx
        adc rdx, 0
        sub rbx, rsi
        sbb rdx, rdi
        syscall
