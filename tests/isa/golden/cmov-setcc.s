# Conditions without branches.
start:  cmp rax, rcx
        cmovl rbx, rdx
        setne r8b
        movzx r8d, r8b
        syscall
